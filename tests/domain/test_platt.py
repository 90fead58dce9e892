from math import inf

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.optimize import minimize

from kalshi_desk.domain.averaging import Belief
from kalshi_desk.domain.logistic import Normal
from kalshi_desk.domain.platt import VARIANCE, Answered, Platt, beliefs_about, fit_platt, fit_platts, together

PRIOR = Normal((0.0, 1.0), VARIANCE)
ALONE = [Belief(1.0, PRIOR)]
COLD = beliefs_about(Platt(), VARIANCE)


def drawn(seed, *, n=500, intercept=0.0, slope=1.0):
    """Draw forecasts of which the truth is the bend given."""
    rng = np.random.default_rng(seed)
    log_odds = rng.normal(0, 1.5, n)
    truth = 1 / (1 + np.exp(-(intercept + slope * log_odds)))
    return Answered(log_odds, (rng.random(n) < truth).astype(float), np.arange(n))


def slow(answered, prior):
    """The same penalised likelihood in other parameters: the bend's value at log odds -1 and +1."""

    def loss(ends):
        slope, intercept = (ends[1] - ends[0]) / 2, (ends[0] + ends[1]) / 2
        p = 1 / (1 + np.exp(-(intercept + slope * answered.log_odds)))
        fit = -np.log(np.where(answered.outcomes == 1, p, 1 - p)).sum()
        return fit + sum(
            (x - m) ** 2 / (2 * v) for x, m, v in zip((intercept, slope), prior.mean, prior.variance, strict=True)
        )

    ends = minimize(loss, [-1.0, 1.0], method="Powell", options={"xtol": 1e-10, "ftol": 1e-14}).x
    return (ends[0] + ends[1]) / 2, (ends[1] - ends[0]) / 2


@pytest.mark.parametrize(("intercept", "slope"), [(0.0, 1.0), (0.6, 0.5), (-0.8, 1.4)])
def test_it_agrees_with_a_slow_reference_and_recovers_the_bias(intercept, slope):
    answered = drawn(1, n=4_000, intercept=intercept, slope=slope)
    bend = fit_platt(answered, ALONE)
    assert (bend.intercept, bend.slope) == pytest.approx(slow(answered, PRIOR), abs=1e-4)
    bend = fit_platt(answered, COLD)
    assert (bend.intercept, bend.slope) == pytest.approx((intercept, slope), abs=0.15)


@pytest.mark.parametrize("seed", range(4))
def test_a_calibrated_forecaster_is_left_as_good_as_alone(seed):
    bend = fit_platt(drawn(seed, n=200), COLD)
    assert (bend.intercept, bend.slope) == pytest.approx((0.0, 1.0), abs=0.05)


def test_a_large_bias_is_found_in_a_hundred_answers():
    bend = fit_platt(drawn(9, n=100, intercept=-1.0), COLD)
    assert bend.intercept == pytest.approx(-1.0, abs=0.5)


def test_a_forecaster_who_is_mostly_wrong_is_silenced_not_reversed():
    answered = drawn(2, intercept=0.4, slope=-1.0)
    bend = fit_platt(answered, COLD)
    assert bend.slope == 0
    assert bend(3.0) == bend(-3.0) == pytest.approx(bend.intercept)
    assert bend(inf) == bend.intercept


@given(st.integers(0, 1_000))
def test_the_bend_never_turns_an_order_round(seed):
    bend = fit_platt(drawn(seed, n=20), COLD)
    assert bend(1.0) >= bend(-1.0)


def test_without_answers_the_bend_is_none():
    pooled, bends = fit_platts({})
    assert (pooled.intercept, pooled.slope, bends) == (0.0, pytest.approx(1.0), {})
    assert Platt()(0.7) == 0.7


def test_a_category_of_few_answers_stays_near_the_pooled_fit_and_one_of_many_goes_its_own_way():
    groups = {
        "many": drawn(3, n=3_000, intercept=0.8),
        "few": drawn(4, n=10, intercept=0.8),
        "rest": drawn(5, n=3_000, intercept=-0.4),
    }
    pooled, bends = fit_platts(groups)
    assert abs(bends["few"].intercept - pooled.intercept) < 0.2
    assert bends["many"].intercept > pooled.intercept + 0.3
    assert bends["rest"].intercept < pooled.intercept - 0.3


def test_a_category_that_is_like_the_others_has_their_bend():
    groups = {"a": drawn(6, n=300, intercept=0.5), "b": drawn(7, n=300, intercept=0.5)}
    pooled, bends = fit_platts(groups)
    for bend in bends.values():
        assert (bend.intercept, bend.slope) == pytest.approx((pooled.intercept, pooled.slope), abs=0.05)


def test_old_answers_count_as_much_as_new_ones():
    answered = drawn(8, n=100)
    backwards = Answered(answered.log_odds[::-1], answered.outcomes[::-1], answered.events)
    there, back = fit_platt(answered, COLD), fit_platt(backwards, COLD)
    assert (there.intercept, there.slope) == pytest.approx((back.intercept, back.slope))


def test_together_is_all_of_them():
    assert len(together({"a": drawn(1, n=3), "b": drawn(2, n=4)}).outcomes) == 7
