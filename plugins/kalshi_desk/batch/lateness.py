"""What happens when a DAG misses its deadline: an alert.

Airflow's triggerer calls it, so only Airflow alive notices; a dead scheduler shows by the age of the tables.
"""

from __future__ import annotations

import asyncio
from typing import Any

BACKFILL = "backfill"


async def tell(dag_id: str, within_s: float, context: dict[str, Any]) -> None:
    """Publish on ``alerts.v1`` that a run of ``dag_id`` did not end within ``within_s`` wall seconds of its queueing.

    Backfilled runs wait for each other by design: nothing depends on their being soon, so nothing is told.
    """
    if context["dag_run"]["run_type"] == BACKFILL:
        return
    from kalshi_desk.batch.alarm import raise_alarm

    text = (
        f"A run of {dag_id} did not end within {within_s:.0f} s; what depends on it works with older rows. "
        f"Open the DAG in Airflow: a red task says why, a queued one waits for a slot of its pool."
    )
    await asyncio.to_thread(raise_alarm, severity="warning", subject=f"{dag_id} is late", text=text)
