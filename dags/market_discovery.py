"""Find the venue's markets and decide which the desk watches."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

from airflow.sdk import Param, dag, task

from kalshi_desk.batch.assets import MARKETS
from kalshi_desk.batch.schedule import deadline, period
from kalshi_desk.settings import load_settings

PERIOD = period(load_settings().scan_interval)
RUNBOOK = """
### What it does
Every SCAN_INTERVAL seconds of event time it reads all open markets and those that open within 24 hours, stores the raw
answers, updates `series`, `events` and `markets`, judges every market by the filters of `.env` (volume, open interest,
spread, days to close, categories, no parlays), ranks what passes by the worth of attention (`domain/attention.py`),
writes `watchlist`, `market_snapshots` of those watched and of the next in rank, and `discovery_refusals` (how many were
left out, by category and reason), and publishes changes to `watchlist.v1`, which
`kalshi_feed` obeys. What is held or has a resting order stays. Once a day settled markets become `base_rates`.

### Healthy looks like
Green within a minute; `watchlist` has rows of the newest interval; `topics tail watchlist.v1` shows new markets.
`publish` is skipped where no forecast market came, went or moved by FORECAST_MIN_EDGE: it published, and wakes nobody.

### If red
`fetch`: no answer from the venue, or the read key is refused: `kalshi-desk doctor`. `publish`: no Kafka: `make status`.
`market.unreadable` in the log of `store` names markets left out and why; its return value, why the list is short.

### Rerun
Clear any run: no row of its interval changes; `refetch` asks the newest anew. A past without stored answers is skipped.
"""


@dag(
    schedule=PERIOD,
    start_date=datetime(2026, 1, 1, tzinfo=UTC),
    catchup=False,
    max_active_runs=1,
    default_args={"owner": "desk", "priority_weight": 10, "retries": 2, "retry_delay": timedelta(seconds=10)},
    params={"refetch": Param(False, type="boolean", description="Ask the venue again: what is stored is replaced")},
    deadline=deadline("market_discovery", PERIOD),
    tags=["markets"],
    doc_md=RUNBOOK,
)
def market_discovery() -> None:
    """Fetch, store, publish."""

    @task(pool="venue")
    def fetch(dag_run: Any = None, params: Any = None) -> int:
        from kalshi_desk.batch import backfill, base_rates, discovery

        backfill.require_pages(dag_run, PERIOD)
        base_rates.fetch_settled(dag_run.run_after, PERIOD)
        return discovery.fetch_pages(dag_run.run_after, PERIOD, refetch=params["refetch"])

    @task
    def store(dag_run: Any = None) -> dict[str, Any]:
        from kalshi_desk.batch import base_rates, discovery

        base_rates.store_base_rates(dag_run.run_after, PERIOD)
        return discovery.store_markets(dag_run.run_after, PERIOD)

    @task(outlets=[MARKETS])
    def publish(dag_run: Any = None) -> dict[str, int]:
        from airflow.sdk.exceptions import AirflowSkipException

        from kalshi_desk.batch.discovery import publish_watchlist

        counts = publish_watchlist(dag_run.run_after, PERIOD)
        if not counts["changed"] + counts["moved"]:
            raise AirflowSkipException(f"nothing that a forecaster must see: {counts}")
        return counts

    fetch() >> store() >> publish()


market_discovery()
