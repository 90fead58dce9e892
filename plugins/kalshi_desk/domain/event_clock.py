"""The event clock as a value: a piecewise linear map from wall time to event time."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence
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
        above, below = self.speed.as_integer_ratio()  # a float's nanoseconds are inexact after 104 days
        return Nanos(self.anchor_event + ((wall - self.from_wall) * above + below // 2) // below)


def event_time(segments: Sequence[ClockSegment], wall: Nanos) -> Nanos:
    """Map a wall instant through segments sorted by ``from_wall``; raises ValueError where there is none.

    Before the first segment the clock stands at its beginning: a recording waits until the desk is connected.
    """
    if not segments:
        raise ValueError("a clock needs a segment")
    place = bisect_right(segments, wall, key=lambda segment: segment.from_wall)
    return segments[place - 1].at(wall) if place else segments[0].anchor_event
