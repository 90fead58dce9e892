"""How often DAGs run: their event-time period divided by SPEED, 30 seconds at least."""

from __future__ import annotations

from datetime import timedelta

from kalshi_desk.settings import load_settings

SHORTEST_S = 30.0


def period(event_seconds: float) -> timedelta:
    """Return the wall time between two runs of a DAG whose period is ``event_seconds`` of event time."""
    return timedelta(seconds=max(SHORTEST_S, event_seconds / load_settings().speed))
