from kalshi_desk.clock import event_time
from kalshi_desk.domain.units import NANOS, Nanos
from kalshi_desk.venue_double.segments import go_on, plan, silence_over

S = NANOS
SILENCES = ((Nanos(1_100 * S), Nanos(1_200 * S)), (Nanos(2_000 * S), Nanos(5_000 * S)))


def test_silences_are_jumped_over_ahead():
    segments = plan(Nanos(0), Nanos(1_000 * S), speed=10.0, silences=SILENCES)
    assert [(one.from_wall, one.anchor_event) for one in segments] == [
        (0, 1_000 * S),
        (round(10.1 * S), 1_199 * S),
        (round(90.3 * S), 4_999 * S),
    ]
    assert event_time(segments, Nanos(round(10.1 * S))) == 1_199 * S


def test_silences_behind_do_not_matter():
    assert len(plan(Nanos(0), Nanos(6_000 * S), speed=1.0, silences=SILENCES)) == 1
    assert silence_over(Nanos(3_000 * S), SILENCES) == 4_999 * S
    assert silence_over(Nanos(1_500 * S), SILENCES) == 1_500 * S


def test_after_a_short_absence_the_clock_has_run_on():
    kept = plan(Nanos(0), Nanos(1_000 * S), speed=10.0)
    assert go_on(kept, Nanos(50 * S), Nanos(100 * S), speed=10.0) == kept


def test_after_a_long_absence_it_goes_on_two_minutes_after_the_stop():
    kept = plan(Nanos(0), Nanos(1_000 * S), speed=10.0)
    segments = go_on(kept, Nanos(50 * S), Nanos(9_000 * S), speed=10.0)
    assert segments[-1].from_wall == 9_000 * S
    assert segments[-1].anchor_event == (1_000 + 1_700) * S


def test_another_speed_begins_at_once_and_time_never_goes_back():
    kept = plan(Nanos(0), Nanos(1_000 * S), speed=10.0)
    segments = go_on(kept, Nanos(50 * S), Nanos(60 * S), speed=1.0)
    assert segments[-1].speed == 1.0
    assert segments[-1].anchor_event == event_time(kept, Nanos(60 * S))


def test_segments_ahead_that_will_not_come_are_dropped():
    kept = plan(Nanos(0), Nanos(1_000 * S), speed=1.0, silences=SILENCES)
    segments = go_on(kept, Nanos(10 * S), Nanos(9_000 * S), speed=1.0, silences=SILENCES)
    walls = [one.from_wall for one in segments]
    assert walls == sorted(walls)
    assert segments[1].anchor_event == 1_199 * S or segments[1].from_wall == 9_000 * S
