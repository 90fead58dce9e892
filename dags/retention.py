"""Drop what is older than RETENTION_DAYS (raw listings: LISTING_DAYS) and no part of the record."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

from airflow.sdk import dag, task

from kalshi_desk.batch.schedule import period

PERIOD = period(86_400)
RUNBOOK = """
### What it does
Once a day of event time it drops the day partitions of books, fair values, index values, market snapshots, marks,
refusals and spot trades that are older than `RETENTION_DAYS`, and of that age the raw `pages`, the batch runs'
`inputs` (such a run skips itself when it is cleared), watch lists and counted refusals of discovery; discovery's raw
listings, the largest of them, go after `LISTING_DAYS`. A second task purges Airflow's own old rows and task logs.
Ledger, signals, equity, estimates, forecasters' calls, articles, scores, checks and reports are never touched.

### Healthy looks like
Green within a minute; the log of `tables` says how many partitions and rows went.

### If red
`tables`: a writer held a table for more than 5 s; the next run tries again. `airflow`: the log has the tool's words.

### Rerun
Clear any run: what is gone is gone, so it changes nothing.
"""


@dag(
    schedule=PERIOD,
    start_date=datetime(2026, 1, 1, tzinfo=UTC),
    catchup=False,
    max_active_runs=1,
    default_args={"owner": "desk", "retries": 2, "retry_delay": timedelta(seconds=30)},
    tags=["retention"],
    doc_md=RUNBOOK,
)
def retention() -> None:
    """Drop rows of the desk, then of Airflow."""

    @task
    def tables(dag_run: Any = None) -> dict[str, int]:
        from kalshi_desk.batch.retention import drop_old

        return drop_old(dag_run.run_after, PERIOD)

    @task
    def airflow(dag_run: Any = None) -> str:
        from kalshi_desk.batch.retention import clean_airflow

        return clean_airflow(dag_run.run_after)

    tables() >> airflow()


retention()
