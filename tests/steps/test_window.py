from kalshi_desk.domain.event_clock import ClockSegment
from kalshi_desk.domain.units import NANOS, Nanos
from kalshi_desk.steps.window import Window, window_of

TEN_TIMES = [ClockSegment(Nanos(1_000 * NANOS), Nanos(50_000 * NANOS), 10.0)]


def test_a_period_of_wall_time_becomes_ten_of_event_time():
    window = window_of(Nanos(1_300 * NANOS), period_s=30, lag_s=60, segments=TEN_TIMES)
    assert window == Window(Nanos(52_100 * NANOS), Nanos(52_400 * NANOS))


def test_adjacent_runs_share_no_instant_and_leave_none_out():
    first = window_of(Nanos(1_300 * NANOS), period_s=30, lag_s=60, segments=TEN_TIMES)
    second = window_of(Nanos(1_330 * NANOS), period_s=30, lag_s=60, segments=TEN_TIMES)
    assert first.end == second.start


def test_a_skipped_silence_belongs_to_the_window_that_spans_it():
    jump = ClockSegment(Nanos(1_100 * NANOS), Nanos(90_000 * NANOS), 10.0)
    window = window_of(Nanos(1_180 * NANOS), period_s=60, lag_s=60, segments=[*TEN_TIMES, jump])
    assert window == Window(Nanos(50_600 * NANOS), Nanos(90_200 * NANOS))


def test_runs_before_the_clock_decide_at_its_beginning_and_no_two_windows_begin_alike():
    windows = [window_of(Nanos(at * NANOS), period_s=30, lag_s=60, segments=TEN_TIMES) for at in (1_010, 1_040, 1_070)]
    assert [window.end // NANOS for window in windows] == [50_000, 50_000, 50_100]
    assert [window.start // NANOS for window in windows] == [49_200, 49_500, 49_800]
