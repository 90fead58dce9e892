"""Learn from what has settled how to bend the models' probabilities, and how far to trust them against the price."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

from airflow.sdk import dag, task

from kalshi_desk.batch.assets import CALIBRATIONS
from kalshi_desk.batch.schedule import period

PERIOD = period(86_400)
RUNBOOK = """
### What it does
Once a day of event time it fits, per category and over all of them (`*`), the vendors' weights, the bend of their mix
(Platt) and the mix's weight against the price, from the first estimate of every market whose score was known when the
run was due; it writes `calibrations`.

### Healthy looks like
Green, or skipped until 20 estimated markets, and nine tenths of those asked by then, have an answer. `resolutions`
never falls from one day to the next.

### If red
The log names the estimate whose numbers cannot be read. Estimation goes on with the newest calibration there is.

### Rerun
Clear any run: the fit of that day is written again from what it read first. Backfill: from what was known then.
"""


@dag(
    schedule=PERIOD,
    start_date=datetime(2026, 1, 1, tzinfo=UTC),
    catchup=False,
    max_active_runs=1,
    default_args={"owner": "desk", "retries": 2, "retry_delay": timedelta(seconds=10)},
    tags=["forecasts", "scores"],
    doc_md=RUNBOOK,
)
def calibration() -> None:
    """One task: fit and store."""

    @task(outlets=[CALIBRATIONS])
    def fit(dag_run: Any = None) -> int:
        from airflow.sdk.exceptions import AirflowSkipException

        from kalshi_desk.batch.calibration import fit_calibrations

        if not (fitted := fit_calibrations(dag_run.run_after, PERIOD)):
            raise AirflowSkipException("too few answers for a fair sample yet")
        return fitted

    fit()


calibration()
