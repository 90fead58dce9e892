"""Ask the models about the watched forecast markets that need it, and publish what they believe."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

from airflow.sdk import dag, task

from kalshi_desk.batch.assets import ARTICLES, ESTIMATES, MARKETS, REQUESTS
from kalshi_desk.batch.schedule import period

PERIOD = period(300)
RUNBOOK = """
### What it does
When discovery, news or a request on `estimate_requests.v1` changed something, it chooses the watched forecast markets
that need an estimate (never looked at, rules changed, requested, new article, price moved by FORECAST_MIN_EDGE, older
than ESTIMATE_EVERY_HOURS), asks SCREEN_MODEL once about each, and where that differs from the mid by FORECAST_MIN_EDGE
asks GPT and Claude LLM_SAMPLES times on two disjoint sets of evidence. The price is never shown to a model. `publish`
combines the answers, writes `estimates` and announces the new ones on `estimates.v1`.

### Healthy looks like
Green, or `choose` skipped: no market needs an estimate. Every call stands in `forecaster_calls` with its cost.

### If red
`choose`, `publish`: Kafka or the database is away: `make status`. `ask`: LLM_PRICES lacks a model; models that fail are
no reason: see `fault` in `forecaster_calls`. `choose` skipped, "blocked by data quality": see Data Docs, mend.
Green without estimates: page -2 of the run in `desk.pages` says why, market by market.

### Rerun
Clear any run: it asks what it asked before, reads the answers it paid for, changes no estimate, mends what is missing.
"""


@dag(
    schedule=(MARKETS | ARTICLES | REQUESTS),
    start_date=datetime(2026, 1, 1, tzinfo=UTC),
    catchup=False,
    max_active_runs=1,
    default_args={"owner": "desk", "retries": 2, "retry_delay": timedelta(seconds=10)},
    tags=["forecasts"],
    doc_md=RUNBOOK,
)
def probability_estimation() -> None:
    """Choose, ask in batches, publish."""

    @task
    def choose(dag_run: Any = None) -> list[int]:
        from airflow.sdk.exceptions import AirflowSkipException

        from kalshi_desk.batch.backfill import require_pages
        from kalshi_desk.batch.estimation import choose_markets

        require_pages(dag_run, PERIOD)
        batches, why_none = choose_markets(dag_run.run_after, PERIOD)
        if not batches:
            raise AirflowSkipException(why_none)
        return batches

    @task(pool="models")
    def ask(batch: int, dag_run: Any = None) -> dict[str, str]:
        from kalshi_desk.batch.estimation import ask_batch

        return ask_batch(dag_run.run_after, PERIOD, batch)

    @task(outlets=[ESTIMATES])
    def publish(capped: Any, dag_run: Any = None) -> int:
        from airflow.sdk.exceptions import AirflowSkipException

        from kalshi_desk.batch.estimates import publish_estimates

        count = publish_estimates(dag_run.run_after, PERIOD, capped[:])
        if not count:
            raise AirflowSkipException("no new estimate")
        return count

    publish(ask.expand(batch=choose()))


probability_estimation()
