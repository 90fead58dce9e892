import pytest

from kalshi_desk.batch.schedule import period


@pytest.mark.parametrize(
    ("speed", "event_s", "wall_s"), [("1", 300, 300), ("10", 3600, 360), ("10", 200, 30), ("0.5", 60, 120)]
)
def test_a_period_of_event_time_is_divided_by_speed_and_never_below_30_s(monkeypatch, speed, event_s, wall_s):
    monkeypatch.setenv("SPEED", speed)
    assert period(event_s).total_seconds() == wall_s
