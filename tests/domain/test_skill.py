from math import inf, sqrt
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from kalshi_desk.domain.skill import calibration_curve, mean_interval, skill, wilson

values = st.lists(st.floats(-5, 5), min_size=2, max_size=30)


@given(values)
def test_each_value_an_event_of_its_own_is_students_interval(drawn):
    found = mean_interval(drawn, range(len(drawn)), level=0.9)
    n, mean = len(drawn), sum(drawn) / len(drawn)
    spread = sqrt(sum((value - mean) ** 2 for value in drawn) / (n - 1) / n)
    reach = stats.t.ppf(0.95, n - 1) * spread
    assert (found.low, found.high) == pytest.approx((mean - reach, mean + reach), abs=1e-9)


@given(values, st.floats(-3, 3))
def test_a_shift_shifts_mean_and_interval(drawn, by):
    before = mean_interval(drawn, range(len(drawn)), level=0.9)
    after = mean_interval([value + by for value in drawn], range(len(drawn)), level=0.9)
    assert (after.mean, after.low, after.high) == pytest.approx(
        (before.mean + by, before.low + by, before.high + by), abs=1e-9
    )


@given(values)
def test_repeating_each_value_within_its_event_proves_no_more(drawn):
    events = list(range(len(drawn)))
    once, thrice = mean_interval(drawn, events, level=0.9), mean_interval(drawn * 3, events * 3, level=0.9)
    assert (thrice.clusters, thrice.n) == (once.clusters, 3 * once.n)
    assert (thrice.low, thrice.high) == pytest.approx((once.low, once.high), abs=1e-9)


def test_the_interval_covers_the_truth_as_often_as_it_says():
    random = Random(5)
    covered = 0
    for _ in range(400):
        luck = [random.gauss(0, 1) for _ in range(25)]
        drawn = [1 + luck[event] + random.gauss(0, 0.5) for event in range(25) for _ in range(4)]
        found = mean_interval(drawn, [event for event in range(25) for _ in range(4)], level=0.9)
        covered += found.low <= 1 <= found.high
    assert 340 <= covered <= 380


def test_nothing_proves_nothing():
    assert mean_interval([], [], level=0.9) is None
    alone = mean_interval([0.3, 0.5], ["event", "event"], level=0.9)
    assert (alone.mean, alone.low, alone.high) == (0.4, None, None)


def test_an_infinite_loss_is_an_infinite_mean_without_bounds():
    found = mean_interval([0.3, inf], ["a", "b"], level=0.9)
    assert (found.mean, found.low, found.high) == (inf, None, None)


def test_skill_is_above_nothing_where_our_losses_are_lower():
    found = skill([0.1, 0.2, 0.15], [0.2, 0.25, 0.3], "abc", level=0.9)
    assert found.mean == pytest.approx(0.1)
    assert skill([inf, 0.2], [inf, 0.3], "ab", level=0.9).mean == pytest.approx(0.05)


@given(st.lists(st.tuples(st.floats(0, 1), st.integers(0, 1)), max_size=60))
def test_every_forecast_is_in_one_bin_of_the_curve(pairs):
    bins = calibration_curve([p for p, _ in pairs], [outcome for _, outcome in pairs], bins=10)
    assert sum(one.n for one in bins) == len(pairs)
    assert sum(one.happened * one.n for one in bins) == pytest.approx(sum(outcome for _, outcome in pairs))
    for one in bins:
        assert one.low - 1e-9 <= one.forecast <= one.high + 1e-9
        assert 0 <= one.happened_low <= one.happened + 1e-9
        assert one.happened - 1e-9 <= one.happened_high <= 1


def test_wilson_as_printed():
    assert wilson(0, 10, level=0.95) == pytest.approx((0.0, 0.2775), abs=1e-4)
    assert wilson(5, 10, level=0.95) == pytest.approx((0.2366, 0.7634), abs=1e-4)
