"""Find the venue's markets and decide which the desk watches."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

from airflow.sdk import Param, dag, task

from kalshi_desk.batch.schedule import period

PERIOD = period(300)
RUNBOOK = """
### What it does
Every 5 minutes of event time it reads all open markets and those that open within 24 hours, stores the answers raw by
interval, updates `series`, `events`, `markets` and `market_snapshots`, and publishes changes of the watch list to
`watchlist.v1`, which `kalshi_feed` obeys.

### Healthy looks like
Green within a minute; `watchlist` has rows of the newest interval; `topics tail watchlist.v1` shows new markets.

### If red
`fetch` red: the venue does not answer or the read key is refused: `kalshi-desk doctor`. `publish` red: Kafka is down:
`make status`. A market that is not what the venue promises is left out with a warning `market.unreadable` in the log of
`store` that names the field; the others are stored.

### Rerun
Clear any run: it reads the stored answers and changes no row of its interval. With `refetch` it asks the venue anew.
"""


@dag(
    schedule=PERIOD,
    start_date=datetime(2026, 1, 1, tzinfo=UTC),
    catchup=False,
    max_active_runs=1,
    default_args={"owner": "desk", "retries": 2, "retry_delay": timedelta(seconds=10)},
    params={
        "refetch": Param(False, type="boolean", description="Ask the venue again instead of reading what is stored")
    },
    tags=["markets"],
    doc_md=RUNBOOK,
)
def market_discovery() -> None:
    """Fetch, store, publish."""

    @task
    def fetch(dag_run: Any = None, params: Any = None) -> int:
        from kalshi_desk.batch.discovery import fetch_pages

        return fetch_pages(dag_run.run_after, PERIOD, refetch=params["refetch"])

    @task
    def store(dag_run: Any = None) -> int:
        from kalshi_desk.batch.discovery import store_markets

        return store_markets(dag_run.run_after, PERIOD)

    @task
    def publish(dag_run: Any = None) -> int:
        from kalshi_desk.batch.discovery import publish_watchlist

        return publish_watchlist(dag_run.run_after, PERIOD)

    fetch() >> store() >> publish()


market_discovery()
