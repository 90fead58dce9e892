"""The clocks that shells hold.

In demo and live the event clock is the wall clock. With SPEED or a recording the venue announces segments (one per
start and one per silence that it skips); they are stored in ``desk.clock_epochs`` and every process maps through them.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence

from kalshi_desk.domain.event_clock import ClockSegment, event_time
from kalshi_desk.domain.units import NANOS, Nanos
from kalshi_desk.errors import ClockError

MOST_BACK_NS = 5 * NANOS
__all__ = ["ClockSegment", "ScaledClock", "SystemClock", "event_time", "wall_now"]


def wall_now() -> Nanos:
    """Return the wall clock: the desk's one reading of it."""
    return Nanos(time.time_ns())  # noqa: TID251 - this is the clock


class SystemClock:
    """The wall clock, as the event clock of demo and live: it stands still where the wall's is set back a little."""

    def __init__(self, wall: Callable[[], Nanos] = wall_now) -> None:
        self._wall, self._latest = wall, Nanos(0)

    def now(self) -> Nanos:
        """Return the wall time, never earlier than before; raises ClockError where it went back by more than 5 s."""
        told = self._wall()
        if told < self._latest - MOST_BACK_NS:
            raise ClockError(f"the machine's clock went back from {self._latest} to {told}")
        self._latest = max(self._latest, told)
        return self._latest


class ScaledClock:
    """The event clock of paper mode; ``extend`` takes over segments announced later."""

    def __init__(self, segments: Sequence[ClockSegment], wall: Callable[[], Nanos] = wall_now) -> None:
        self._wall, self._latest = wall, Nanos(0)
        self.extend(segments)

    def extend(self, segments: Sequence[ClockSegment]) -> None:
        """Replace the segments by a longer list of them."""
        self._segments = sorted(segments, key=lambda segment: segment.from_wall)

    def now(self) -> Nanos:
        """Return the event time; never earlier than told before."""
        self._latest = max(self._latest, event_time(self._segments, self._wall()))
        return self._latest
