"""Run the forecast desk over what is past, when somebody asks for it."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

from airflow.sdk import Param, dag, task

PERIOD = timedelta(days=1)
RUNBOOK = """
### What it does
On demand (Trigger, with a form) it walks resolved questions in the order in which they were asked, forecasts each from
what was known then, scores every forecaster and trades by the live strategy, sizing and gate. Without `questions` it
takes the desk's own estimates whose markets have settled; with it, a file of `questions/` in `DESK_HOME`
(`kalshi-desk questions DATASET_DIR` writes such files).

### Healthy looks like
Green within a minute. `run` returns the path of the report on the desk page (`/backtests/<run id>`); the row with the
result is in `desk.backtest_runs`. Before the first estimate has an answer the report has nothing to score and says so.

### If red
The log names the line of the questions file that cannot be used, or the name that leads out of its folder.

### Rerun
Clear the run: it walks the questions that it read first and replaces its own row.
"""


@dag(
    schedule=None,
    start_date=datetime(2026, 1, 1, tzinfo=UTC),
    catchup=False,
    max_active_runs=2,
    default_args={"owner": "desk", "retries": 0},
    params={
        "kind": Param("forecasts", enum=["forecasts"], description="Which desk"),
        "start_date": Param(None, type=["null", "string"], format="date", description="First UTC day of questions"),
        "end_date": Param(None, type=["null", "string"], format="date", description="Last one"),
        "bankroll": Param(50, type="number", minimum=1, maximum=1_000_000_000, description="Dollars"),
        "questions": Param(None, type=["null", "string"], description="A file of questions/ in DESK_HOME"),
    },
    tags=["forecasts", "backtest"],
    doc_md=RUNBOOK,
)
def backtest() -> None:
    """One task: walk, score, trade, store."""

    @task
    def run(dag_run: Any = None, params: Any = None) -> str:
        from kalshi_desk.batch.backtesting import Wish, run_backtest

        return run_backtest(dag_run.run_after, PERIOD, run_id=dag_run.run_id, wish=Wish(**params))

    run()


backtest()
