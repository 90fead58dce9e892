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
Every hour of event time it completes missing results from the venue, takes over those of the last day's estimated
markets that the venue has changed (`corrections`, and an alert), and compares the settlements that `order_execution`
booked with the venue's. Then it writes Brier and log scores: of fair value and mid 10, 5, 2 and 1 minutes before the
close into `scores`; of every estimate that settled, traded or not, into `estimate_scores`, a row for each model, the
ensemble, calibrated, blended, price and base rate; and into `result_parts` what each strategy has earned by category.

### Healthy looks like
Green; `settlements.verified` is true for all but the newest; `scores` and `estimate_scores` grow with every settled
market that had a fair value or an estimate (`scorecard` skips itself while there is none).

### If red
`verify`: ledger and venue disagree: its log has both figures; `order_execution` repairs. `results`: see `doctor`.

### Rerun
Clear any run: its scores are written anew from the rows that it read first, none more and none less. What was scored by
a result of its window or the day before that the venue has changed is scored anew.
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
    """Results, then the rest."""

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
        from kalshi_desk.batch.scorecard import score_or_skip

        return score_or_skip(dag_run.run_after, PERIOD)

    @task
    def parts(dag_run: Any = None) -> int:
        from kalshi_desk.batch.attribution import store_results

        return store_results(dag_run.run_after, PERIOD)

    results() >> [verify(), score(), scorecard(), parts()]


settlement_scoring()
