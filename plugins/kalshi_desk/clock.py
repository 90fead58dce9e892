"""The event clock: a piecewise linear map from wall time, the same in every process of an account.

In demo and live it is the wall clock. With SPEED or a recording the venue announces segments (one per start and one per
silence that it skips); they are stored in ``desk.clock_epochs`` and every process maps through them.
"""

from __future__ import annotations

import time
from bisect import bisect_right
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from kalshi_desk.domain.units import Nanos


@dataclass(frozen=True)
class ClockSegment:
    """From ``from_wall`` on, event time is ``anchor_event`` plus ``speed`` times the wall time passed."""

    from_wall: Nanos
    anchor_event: Nanos
    speed: float

    def at(self, wall: Nanos) -> Nanos:
        """Return the event time of a wall instant in this segment."""
        return Nanos(self.anchor_event + round((wall - self.from_wall) * self.speed))


def event_time(segments: Sequence[ClockSegment], wall: Nanos) -> Nanos:
    """Map a wall instant through segments sorted by ``from_wall``; raises ValueError before the first."""
    place = bisect_right(segments, wall, key=lambda segment: segment.from_wall)
    if place == 0:
        raise ValueError(f"{wall} is before the clock's first segment")
    return segments[place - 1].at(wall)


def wall_now() -> Nanos:
    """Return the wall clock: the desk's one reading of it."""
    return Nanos(time.time_ns())  # noqa: TID251 - this is the clock


class SystemClock:
    """The wall clock, as the event clock of demo and live."""

    def now(self) -> Nanos:
        """Return the wall time."""
        return wall_now()


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
