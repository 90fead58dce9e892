"""Write the report of a UTC day."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

from airflow.sdk import Param, dag, task

from kalshi_desk.batch.assets import ESTIMATES, QUALITY, REPORTS, SCORES
from kalshi_desk.batch.schedule import period

PERIOD = period(86_400)
RUNBOOK = """
### What it does
Once a day of event time it writes the day's report: `reports/<account>/<date>.md` and `.html` in the
state folder (`:` becomes `_`), and a row in
`daily_reports`: money, both desks, incidents (alerts, dead letters, failed checks), forecasts and their scores, what
the models cost against the month's result, and what closes within a day. A run in the middle of a day tells it so far.

### Healthy looks like
Green within a minute; the log names both files.

### If red
The log names the query or file that failed. The report only reads: nothing else depends on it.

### Rerun
Clear any run: the same day is written again from what it read first; one that a later run has told skips itself.
`date` asks for another day.
Backfill, here or in the UI:
`make airflow DO="backfill create --dag-id daily_report --from-date 2026-11-18 --to-date 2026-11-21"`.
"""


@dag(
    schedule=PERIOD,
    start_date=datetime(2026, 1, 1, tzinfo=UTC),
    catchup=False,
    max_active_runs=1,
    default_args={"owner": "desk", "retries": 2, "retry_delay": timedelta(seconds=10)},
    params={
        "date": Param(None, type=["null", "string"], format="date", description="A UTC day instead of the run's own")
    },
    tags=["report"],
    doc_md=RUNBOOK,
)
def daily_report() -> None:
    """One task: gather, write, store."""

    @task(inlets=[ESTIMATES, SCORES, QUALITY], outlets=[REPORTS])
    def write(dag_run: Any = None, params: Any = None) -> str:
        from kalshi_desk.batch.reporting import write_report

        return write_report(dag_run.run_after, PERIOD, date=params["date"])

    write()


daily_report()
