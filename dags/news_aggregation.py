"""Read the news and economic figures, and find out of which watched markets they speak."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

from airflow.sdk import Param, dag, task

from kalshi_desk.batch.assets import ARTICLES
from kalshi_desk.batch.schedule import deadline, period

PERIOD = period(900)
RUNBOOK = """
### What it does
Every 15 minutes of event time it asks the sources of `NEWS_SOURCES` (RSS feeds, GDELT, NewsAPI, MarketAux, FRED) for
what is new, stores the answers raw by interval, judges each article (`articles.reason`: old, thin, duplicate,
off_topic), links the others to the watched markets by meaning and shared words (`article_markets.relevance`), and adds
changed figures to `economic_series`.

### Healthy looks like
`fetch` green; `store` green where a market has new evidence, pink (skipped) where there is none. Rows of
`desk.pages` of this DAG say per source what it answered: `kind` answer, unchanged, fresh, fault, left_out (no key).

### If red
`fetch` red: no source answered at all; the log names the first fault. One source that fails is a warning
`news.source_failed` in the log and stops nobody; the fourth failure in a row is an alert. `store` red: the sentence
model's file is not the one that was tried (`make up` installs it) or a query failed.

### Rerun
Clear any run: it reads the stored answers and changes no row of its interval. `refetch` asks again, and only while the
interval is the newest one. A run of the past without stored answers skips itself: sources tell only what is news now.
"""


@dag(
    schedule=PERIOD,
    start_date=datetime(2026, 1, 1, tzinfo=UTC),
    catchup=False,
    max_active_runs=1,
    default_args={"owner": "desk", "priority_weight": 10, "retries": 2, "retry_delay": timedelta(seconds=10)},
    params={
        "refetch": Param(False, type="boolean", description="Ask the sources again instead of reading what is stored")
    },
    tags=["news"],
    doc_md=RUNBOOK,
    deadline=deadline("news_aggregation", PERIOD),
)
def news_aggregation() -> None:
    """Fetch, then judge and link."""

    @task(pool="news")
    def fetch(dag_run: Any = None, params: Any = None) -> int:
        from airflow.sdk.exceptions import AirflowSkipException

        from kalshi_desk.batch.backfill import require_pages
        from kalshi_desk.batch.news import fetch_news

        require_pages(dag_run, PERIOD)
        pages = fetch_news(dag_run.run_after, PERIOD, refetch=params["refetch"])
        if pages is None:
            raise AirflowSkipException("the interval is over and nothing was stored in its time")
        return pages

    @task(outlets=[ARTICLES])
    def store(dag_run: Any = None) -> dict[str, int]:
        from airflow.sdk.exceptions import AirflowSkipException

        from kalshi_desk.batch.news import store_news

        counts = store_news(dag_run.run_after, PERIOD)
        if not counts["links"] and not counts["figures"]:
            raise AirflowSkipException(f"nothing new of any watched market: {counts}")
        return counts

    fetch() >> store()


news_aggregation()
