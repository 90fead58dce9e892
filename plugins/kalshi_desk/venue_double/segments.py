"""The venue's event clock as segments known ahead: one per start and one per silence that it skips."""

from __future__ import annotations

from collections.abc import Sequence

from kalshi_desk.clock import ClockSegment, event_time
from kalshi_desk.domain.units import NANOS, Nanos

RUNS_ON = 120 * NANOS
_MARGIN = 1 * NANOS
Silence = tuple[Nanos, Nanos]


def plan(from_wall: Nanos, anchor: Nanos, *, speed: float, silences: Sequence[Silence] = ()) -> list[ClockSegment]:
    """Return the segments of a start: event time runs at ``speed`` from ``anchor`` and jumps over each silence."""
    segments = [ClockSegment(from_wall, anchor, speed)]
    for start, end in silences:
        leave, enter = start + _MARGIN, end - _MARGIN
        last = segments[-1]
        if leave < last.anchor_event or enter <= leave:
            continue
        wall = Nanos(last.from_wall + round((leave - last.anchor_event) / speed))
        segments.append(ClockSegment(wall, Nanos(enter), speed))
    return segments


def silence_over(at: Nanos, silences: Sequence[Silence]) -> Nanos:
    """Return ``at``, or the end of the silence that it lies in."""
    return next((Nanos(end - _MARGIN) for start, end in silences if start + _MARGIN <= at < end - _MARGIN), at)


def go_on(
    kept: Sequence[ClockSegment], stopped: Nanos, now: Nanos, *, speed: float, silences: Sequence[Silence] = ()
) -> list[ClockSegment]:
    """Return the segments after a restart at wall time ``now``; ``stopped`` is when the venue was last alive.

    After a short absence at the same speed the clock has simply run on. After a longer one it goes on where it was two
    minutes after the stop: later than anything that anybody can have seen.
    """
    if now - stopped <= RUNS_ON and kept[-1].speed == speed:
        return list(kept)
    past = [segment for segment in kept if segment.from_wall < min(now, stopped + RUNS_ON)]
    anchor = silence_over(event_time(kept, Nanos(min(now, stopped + RUNS_ON))), silences)
    return past + plan(now, anchor, speed=speed, silences=silences)
