"""Check what settled against the venue, and score fair values and estimates against the market."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

from airflow.sdk import dag, task

from kalshi_desk.batch.assets import SCORES
from kalshi_desk.batch.schedule import period

PERIOD = period(3600)
RUNBOOK = """
### What it does
Every hour of event time it completes missing results from the venue, compares the settlements that `order_execution`
booked with the venue's, and writes Brier and log scores: of the fair value and of the market's mid 10, 5, 2 and 1
minutes before the close into `scores`; of every estimate whose market has settled, traded or not, into
`estimate_scores`, a row for each model, the ensemble, calibrated, blended, the price and the base rate.

### Healthy looks like
Green; `settlements.verified` is true for all but the newest; `scores` grows with every settled market that had a fair
value, `estimate_scores` with every one that had an estimate (`scorecard` skips itself while there is none).

### If red
`verify` red: the ledger and the venue disagree; the log names each market with both figures. Nothing is repaired here:
`order_execution` reconciles each minute. `results` red: the venue does not answer: `kalshi-desk doctor`.

### Rerun
Clear any run: the scores of its window are written anew from the same rows, none more and none less. It also asks for
corrections of results that came in its window; an estimate whose result was corrected is scored anew.
"""


@dag(
    schedule=PERIOD,
    start_date=datetime(2026, 1, 1, tzinfo=UTC),
    catchup=False,
    max_active_runs=1,
    default_args={"owner": "desk", "retries": 2, "retry_delay": timedelta(seconds=10)},
    tags=["settlement", "scores"],
    doc_md=RUNBOOK,
)
def settlement_scoring() -> None:
    """Results, then verification, scores and scorecard."""

    @task(pool="venue")
    def results(dag_run: Any = None) -> int:
        from kalshi_desk.batch.scoring import complete_results

        return complete_results(dag_run.run_after, PERIOD)

    @task(retries=0, pool="venue")
    def verify(dag_run: Any = None) -> int:
        from kalshi_desk.batch.scoring import verify_settlements

        return verify_settlements(dag_run.run_after, PERIOD)

    @task
    def score(dag_run: Any = None) -> int:
        from kalshi_desk.batch.scoring import score_markets

        return score_markets(dag_run.run_after, PERIOD)

    @task(outlets=[SCORES])
    def scorecard(dag_run: Any = None) -> int:
        from airflow.sdk.exceptions import AirflowSkipException

        from kalshi_desk.batch.scorecard import score_estimates

        if not (scored := score_estimates(dag_run.run_after, PERIOD)):
            raise AirflowSkipException("no estimate has settled")
        return scored

    results() >> [verify(), score(), scorecard()]


settlement_scoring()
