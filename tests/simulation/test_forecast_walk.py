from statistics import fmean, pvariance

import pytest

from kalshi_desk.simulation.forecast_walk import STEPS, step_at, truth, walk
from tests.simulation.forecasts import BEGIN, world

KEYS = [f"k{place}" for place in range(1_500)]


def test_the_walk_has_the_variance_of_its_time_and_independent_increments():
    for step in (STEPS // 4, STEPS // 2 + 1, STEPS):
        assert pvariance([walk(1, key, step) for key in KEYS]) == pytest.approx(step / STEPS, rel=0.12)
    first = [walk(1, key, 300) for key in KEYS]
    second = [walk(1, key, 700) - walk(1, key, 300) for key in KEYS]
    assert fmean(a * b for a, b in zip(first, second, strict=True)) == pytest.approx(0, abs=0.03)
    assert walk(1, "k", 0) == 0


def test_truth_is_a_martingale_and_ends_with_the_outcome():
    interval = 0.3, None
    early, late, end = ([truth(2, key, step, interval) for key in KEYS] for step in (100, 900, STEPS))
    assert fmean(early) == pytest.approx(fmean(late), abs=0.03)
    assert fmean(late) == pytest.approx(fmean(end), abs=0.02)
    assert set(end) == {0.0, 1.0}


def test_calibrated_at_every_step():
    asked = [(truth(3, key, 512, (0.0, None)), truth(3, key, STEPS, (0.0, None))) for key in KEYS]
    sure = [outcome for p, outcome in asked if 0.7 < p < 0.9]
    assert fmean(sure) == pytest.approx(0.8, abs=0.07)


def test_brackets_over_everything_sum_to_one():
    bounds = [(None, -0.5), (-0.5, 0.2), (0.2, None)]
    for step in (0, 10, 777, STEPS):
        assert sum(truth(4, "k", step, interval) for interval in bounds) == pytest.approx(1)


def test_the_step_goes_from_none_to_all_over_an_events_life():
    event = world().chains[0].at(BEGIN)
    steps = [step_at(event, at) for at in (event.opens - 1, event.opens, event.ends, event.ends + 1)]
    assert steps == [0, 0, STEPS, STEPS]
    assert abs(step_at(event, (event.opens + event.ends) // 2) - STEPS // 4) <= 1
