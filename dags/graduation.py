"""Who may trade how much: the record demotes by itself, and a person promotes."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

from airflow.sdk import dag, task, task_group

from kalshi_desk.batch.schedule import period

PERIOD = period(86_400)
RUNBOOK = """
### What it does
Once a day of event time it judges each strategy in each category by its record: paper, small (a quarter of the limits)
or full. A fall is written to `rungs` and told to the gate at once; a rise waits for a person under *Required Actions*,
with the figures that speak for it. Unanswered, it is rejected before the next run, which asks anew.

### Healthy looks like
Green or skipped; `rungs` grows only by falls and by approved rises.

### If red
`demote` red: Kafka or Postgres is down, and what should have fallen still trades: `kalshi-desk pause`, then
`make status`. `promote` red: nothing has risen; clear it.

### Rerun
Clear any run: it judges by what it read first, writes and tells no fall twice; an approved rise stays what it was.
"""


@dag(
    schedule=PERIOD,
    start_date=datetime(2026, 1, 1, tzinfo=UTC),
    catchup=False,
    max_active_runs=4,  # a run that waits for a person holds up no fall of the next day
    default_args={"owner": "desk", "retries": 2, "retry_delay": timedelta(seconds=10)},
    tags=["forecasts", "risk"],
    doc_md=RUNBOOK,
)
def graduation() -> None:
    """Falls, then rises one by one."""
    from airflow.providers.standard.operators.hitl import ApprovalOperator

    @task
    def demote(dag_run: Any = None) -> list[str]:
        from kalshi_desk.batch.graduation import demote

        return demote(dag_run.run_after, PERIOD)

    @task
    def promotable(dag_run: Any = None) -> list[dict[str, Any]]:
        from kalshi_desk.batch.graduation import promotable

        return promotable(dag_run.run_after, PERIOD)

    @task
    def promote(wish: dict[str, str], answer: Any, dag_run: Any = None) -> bool:
        from kalshi_desk.batch.graduation import promote

        return promote(dag_run.run_after, PERIOD, wish, answer)

    @task_group
    def rise(wish: Any, subject: Any, body: Any) -> None:
        ask = ApprovalOperator(
            task_id="ask", subject=subject, body=body, defaults="Reject", response_timeout=PERIOD * 0.9
        )
        promote(wish, ask.output)

    wishes = promotable()
    demote() >> wishes
    rise.expand_kwargs(wishes)


graduation()
