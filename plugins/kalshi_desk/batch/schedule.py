"""When DAGs run: their event-time period divided by SPEED, 30 seconds at least, and when a run is late."""

from __future__ import annotations

from datetime import timedelta

from airflow.sdk.definitions.callback import AsyncCallback
from airflow.sdk.definitions.deadline import DeadlineAlert, DeadlineReference

from kalshi_desk.settings import load_settings

SHORTEST_S = 30.0
SOONEST_LATE_S = 120.0


def period(event_seconds: float) -> timedelta:
    """Return the wall time between two runs of a DAG whose period is ``event_seconds`` of event time."""
    return timedelta(seconds=max(SHORTEST_S, event_seconds / load_settings().speed))


def deadline(dag_id: str, period: timedelta) -> DeadlineAlert:
    """Return the alert for a run of ``dag_id`` that takes longer than a period, two minutes at least, once queued."""
    within = max(period, timedelta(seconds=SOONEST_LATE_S))
    told = {"dag_id": dag_id, "within_s": within.total_seconds()}
    return DeadlineAlert(
        reference=DeadlineReference.DAGRUN_QUEUED_AT,
        interval=within,
        callback=AsyncCallback("kalshi_desk.batch.lateness.tell", kwargs=told),
    )
