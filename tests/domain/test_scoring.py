from math import inf, log

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kalshi_desk.domain.scoring import Bin, Drawdown, brier, calibration, log_score, max_drawdown
from kalshi_desk.domain.units import Cash

scored = st.lists(st.tuples(st.floats(0.01, 0.99), st.integers(0, 1)), min_size=1, max_size=30)
curves = st.lists(st.integers(1, 10**9).map(Cash), min_size=1, max_size=30)


def split(pairs):
    return [p for p, _ in pairs], [y for _, y in pairs]


def test_a_coin():
    assert brier([0.5, 0.5], [0, 1]) == 0.25
    assert log_score([0.5, 0.5], [0, 1]) == pytest.approx(log(2))


def test_certainty_is_rewarded_or_ruined():
    assert (brier([1.0], [1]), log_score([1.0], [1])) == (0.0, 0.0)
    assert (brier([1.0], [0]), log_score([1.0], [0])) == (1.0, inf)


def test_nothing_to_score_is_none():
    assert brier([], []) is log_score([], []) is max_drawdown([]) is None
    assert calibration([], []) == []


@pytest.mark.parametrize(("forecasts", "outcomes"), [([1.1], [1]), ([float("nan")], [1]), ([0.5], [2]), ([0.5], [])])
def test_what_cannot_be_scored_is_refused(forecasts, outcomes):
    with pytest.raises(ValueError, match=r"."):
        brier(forecasts, outcomes)


@given(scored)
def test_scores_do_not_care_which_outcome_is_called_yes(pairs):
    forecasts, outcomes = split(pairs)
    mirrored = [1 - p for p in forecasts], [1 - y for y in outcomes]
    assert brier(*mirrored) == pytest.approx(brier(forecasts, outcomes))
    assert log_score(*mirrored) == pytest.approx(log_score(forecasts, outcomes))


@given(scored)
def test_scores_do_not_care_about_order_or_repetition(pairs):
    forecasts, outcomes = split(pairs)
    assert brier(*split(pairs[::-1] * 2)) == pytest.approx(brier(forecasts, outcomes))
    assert log_score(*split(pairs[::-1] * 2)) == pytest.approx(log_score(forecasts, outcomes))


@given(scored)
def test_a_step_towards_the_truth_never_scores_worse(pairs):
    forecasts, outcomes = split(pairs)
    nearer = [(p + y) / 2 for p, y in pairs]
    assert brier(nearer, outcomes) <= brier(forecasts, outcomes)
    assert log_score(nearer, outcomes) <= log_score(forecasts, outcomes)


def test_bins_compare_what_was_said_with_what_happened():
    bins = calibration([0.12, 0.18, 0.95, 1.0], [0, 1, 1, 1], bins=10)
    assert bins == [Bin(0.1, 0.2, 2, 0.15, 0.5), Bin(0.9, 1.0, 2, 0.975, 1.0)]


@given(scored)
def test_bins_hold_every_forecast_once(pairs):
    bins = calibration(*split(pairs))
    assert sum(found.n for found in bins) == len(pairs)
    assert all(found.low - 1e-12 <= found.forecast <= found.high + 1e-12 for found in bins)


def test_the_deepest_fall_is_found():
    curve = [Cash(worth) for worth in (100, 120, 90, 200, 160, 210)]
    assert max_drawdown(curve) == Drawdown(Cash(40), 0.25)


def test_an_equity_that_never_was_positive_has_no_drawdown():
    with pytest.raises(ValueError, match="never was positive"):
        max_drawdown([Cash(0)])


@given(curves)
def test_drawdown_scales_with_money_but_not_as_a_share(curve):
    once, tenfold = max_drawdown(curve), max_drawdown([Cash(10 * worth) for worth in curve])
    assert tenfold.cash == 10 * once.cash
    assert tenfold.share == pytest.approx(once.share)


@given(curves)
def test_a_rising_curve_has_none_and_a_new_high_adds_none(curve):
    assert max_drawdown(sorted(curve)) == Drawdown(Cash(0), 0.0)
    assert max_drawdown([*curve, max(curve)]) == max_drawdown(curve)
