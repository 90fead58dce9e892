from datetime import timedelta

import pytest
from airflow.sdk.module_loading import import_string

from kalshi_desk.batch.lateness import tell
from kalshi_desk.batch.schedule import deadline, period


@pytest.mark.parametrize(
    ("speed", "event_s", "wall_s"), [("1", 300, 300), ("10", 3600, 360), ("10", 200, 30), ("0.5", 60, 120)]
)
def test_a_period_of_event_time_is_divided_by_speed_and_never_below_30_s(monkeypatch, speed, event_s, wall_s):
    monkeypatch.setenv("SPEED", speed)
    assert period(event_s).total_seconds() == wall_s


def test_a_run_is_late_after_a_period_and_never_before_two_minutes():
    assert deadline("x", timedelta(minutes=5)).interval == timedelta(minutes=5)
    short = deadline("x", timedelta(seconds=30))
    assert short.interval == timedelta(minutes=2)
    assert short.callback.kwargs == {"dag_id": "x", "within_s": 120.0}


def test_what_airflow_calls_then_can_be_imported():
    assert import_string(deadline("x", timedelta(minutes=5)).callback.path) is tell
