"""Measure how the watched forecast markets hang together, so that the desk does not bet on one thing twice."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

from airflow.sdk import dag, task

from kalshi_desk.batch.assets import CORRELATIONS
from kalshi_desk.batch.schedule import period

PERIOD = period(86_400)
RUNBOOK = """
### What it does
Once a day of event time it compares the forecast markets watched or held pair by pair: how alike their titles are,
whether they share event, series or underlying, and how their hourly mids moved together in the last week. The pairs of
0.2 and more go to `correlations`; `forecast_signals` refuses a signal that is too much like what is held
(`MAX_CORRELATION`), and compares pairs that are not there yet by itself.

### Healthy looks like
Green within a minute, or skipped while no two markets are alike by 0.2; otherwise `correlations` has rows of today.

### If red
The log names the query, or the model's file that is not the one that was tried: install the requirements anew.
Signals go on with the correlations of the last three days.

### Rerun
Clear any run: the day's correlations are written again from what it read first. Backfill: from what was known then.
"""


@dag(
    schedule=PERIOD,
    start_date=datetime(2026, 1, 1, tzinfo=UTC),
    catchup=False,
    max_active_runs=1,
    default_args={"owner": "desk", "retries": 2, "retry_delay": timedelta(seconds=10)},
    tags=["forecasts", "risk"],
    doc_md=RUNBOOK,
)
def correlation() -> None:
    """One task: compare and store."""

    @task(outlets=[CORRELATIONS])
    def compare(dag_run: Any = None) -> dict[str, int]:
        from airflow.sdk.exceptions import AirflowSkipException

        from kalshi_desk.batch.correlation import write_correlations

        written = write_correlations(dag_run.run_after, PERIOD)
        if not written.pairs:
            raise AirflowSkipException("no two watched markets are alike")
        return written._asdict()

    compare()


correlation()
