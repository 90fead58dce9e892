"""The window of a batch run, in event time, mapped from the one field that every kind of run has: ``run_after``."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from kalshi_desk.domain.event_clock import ClockSegment, event_time
from kalshi_desk.domain.units import NANOS, Nanos


@dataclass(frozen=True)
class Window:
    """Event times: rows after ``start`` up to and including ``end`` belong to the run."""

    start: Nanos
    end: Nanos


def window_of(run_after: Nanos, *, period_s: float, lag_s: float, segments: Sequence[ClockSegment]) -> Window:
    """Map a run to its window: one period of wall time back, ``lag_s`` ago so that late rows have arrived.

    A window that begins before the account's clock begins at the clock's first instant. Raises ValueError when it
    would also end there: the account has seen no time yet.
    """
    first = min(segment.from_wall for segment in segments)
    end = Nanos(run_after - round(lag_s * NANOS))
    start = max(first, Nanos(end - round(period_s * NANOS)))
    return Window(event_time(segments, start), event_time(segments, end))
