from datetime import UTC, datetime, timedelta

import pytest

from kalshi_desk.clock import ScaledClock, SystemClock, wall_now
from kalshi_desk.domain.event_clock import ClockSegment
from kalshi_desk.domain.units import NANOS, Nanos
from kalshi_desk.errors import ClockError

FAST = ClockSegment(Nanos(100), Nanos(5_000), 10.0)
SKIPPED = ClockSegment(Nanos(200), Nanos(9_000), 10.0)


class Wall:
    """A wall clock set by hand."""

    def __init__(self, now):
        self.now = Nanos(now)

    def __call__(self):
        return self.now


def test_the_system_clock_is_the_wall_clock():
    before = wall_now()
    told = SystemClock().now()
    assert before <= told <= wall_now()
    assert isinstance(told, Nanos)
    assert abs(told.datetime() - datetime.now(tz=UTC)) < timedelta(minutes=1)  # noqa: TID251 - compares with it


def test_the_system_clock_stands_still_where_the_machine_s_goes_back_a_little_and_is_loud_where_far():
    wall = Wall(10 * NANOS)
    clock = SystemClock(wall)
    assert clock.now() == wall.now
    wall.now = Nanos(5 * NANOS)
    assert clock.now() == 10 * NANOS
    wall.now = Nanos(5 * NANOS - 1)
    with pytest.raises(ClockError, match="went back"):
        clock.now()
    assert SystemClock(wall).now() == wall.now


def test_paper_time_follows_the_segments():
    wall = Wall(150)
    clock = ScaledClock([FAST], wall)
    assert clock.now() == 5_500
    clock.extend([SKIPPED, FAST])
    wall.now = Nanos(210)
    assert clock.now() == 9_100


def test_paper_time_never_goes_back():
    wall = Wall(190)
    clock = ScaledClock([FAST], wall)
    assert clock.now() == 5_900
    wall.now = Nanos(150)
    assert clock.now() == 5_900
    clock.extend([ClockSegment(Nanos(100), Nanos(0), 1.0)])
    assert clock.now() == 5_900


def test_the_clock_waits_for_the_first_segment():
    assert ScaledClock([FAST], Wall(99)).now() == FAST.anchor_event
