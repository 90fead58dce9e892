import pytest
from hypothesis import given
from hypothesis import strategies as st

from kalshi_desk.domain.event_clock import ClockSegment, event_time
from kalshi_desk.domain.units import Nanos

FAST = ClockSegment(Nanos(100), Nanos(5_000), 10.0)
SKIPPED = ClockSegment(Nanos(200), Nanos(9_000), 10.0)


def test_a_segment_runs_at_its_speed():
    assert FAST.at(Nanos(100)) == 5_000
    assert FAST.at(Nanos(150)) == 5_500


@pytest.mark.parametrize(("wall", "event"), [(100, 5_000), (199, 5_990), (200, 9_000), (210, 9_100)])
def test_the_latest_segment_begun_holds(wall, event):
    assert event_time([FAST, SKIPPED], Nanos(wall)) == event


def test_before_the_first_segment_the_clock_stands_at_its_beginning():
    assert event_time([FAST, SKIPPED], Nanos(0)) == event_time([FAST, SKIPPED], Nanos(100)) == 5_000


def test_without_a_segment_there_is_no_time():
    with pytest.raises(ValueError, match="needs a segment"):
        event_time([], Nanos(99))


@given(st.lists(st.integers(100, 300).map(Nanos), min_size=2, max_size=10))
def test_event_time_never_goes_back(walls):
    told = [event_time([FAST, SKIPPED], wall) for wall in sorted(walls)]
    assert told == sorted(told)
