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

    What is decided before the account's clock begins is decided at its first instant. Starts go on backwards at the
    pace of its beginning, where no row lies, so that no two windows have the same.
    """
    end = Nanos(run_after - round(lag_s * NANOS))
    start = Nanos(end - round(period_s * NANOS))
    first = segments[0]
    begin = first.at(start) if start < first.from_wall else event_time(segments, start)
    return Window(begin, event_time(segments, end))
