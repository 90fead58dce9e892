from math import inf

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.optimize import minimize

from kalshi_desk.domain.logistic import Normal
from kalshi_desk.domain.platt import CATEGORY_VARIANCE, POOLED_PRIOR, Answered, Platt, fit_platt, fit_platts, together


def drawn(seed, *, n=500, intercept=0.0, slope=1.0):
    """Draw forecasts of which the truth is the bend given."""
    rng = np.random.default_rng(seed)
    log_odds = rng.normal(0, 1.5, n)
    truth = 1 / (1 + np.exp(-(intercept + slope * log_odds)))
    return Answered(log_odds, (rng.random(n) < truth).astype(float))


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
    bend = fit_platt(answered, POOLED_PRIOR)
    assert (bend.intercept, bend.slope) == pytest.approx(slow(answered, POOLED_PRIOR), abs=1e-4)
    assert (bend.intercept, bend.slope) == pytest.approx((intercept, slope), abs=0.15)


def test_a_forecaster_who_is_mostly_wrong_is_silenced_not_reversed():
    answered = drawn(2, intercept=0.4, slope=-1.0)
    bend = fit_platt(answered, POOLED_PRIOR)
    assert bend.slope == 0
    assert bend(3.0) == bend(-3.0) == pytest.approx(bend.intercept)
    assert bend(inf) == bend.intercept


@given(st.integers(0, 1_000))
def test_the_bend_never_turns_an_order_round(seed):
    bend = fit_platt(drawn(seed, n=20), POOLED_PRIOR)
    assert bend(1.0) >= bend(-1.0)


def test_without_answers_the_bend_is_none():
    pooled, bends = fit_platts({})
    assert (pooled, bends) == (Platt(), {})
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


def test_a_category_is_the_slow_references_with_the_pooled_fit_as_its_prior():
    groups = {"a": drawn(6, n=80, intercept=0.5), "b": drawn(7, n=80)}
    pooled, bends = fit_platts(groups)
    prior = Normal((pooled.intercept, pooled.slope), CATEGORY_VARIANCE)
    assert (bends["a"].intercept, bends["a"].slope) == pytest.approx(slow(groups["a"], prior), abs=1e-4)


def test_old_answers_count_as_much_as_new_ones():
    answered = drawn(8, n=100)
    backwards = Answered(answered.log_odds[::-1], answered.outcomes[::-1])
    there, back = fit_platt(answered, POOLED_PRIOR), fit_platt(backwards, POOLED_PRIOR)
    assert (there.intercept, there.slope) == pytest.approx((back.intercept, back.slope))


def test_together_is_all_of_them():
    assert len(together({"a": drawn(1, n=3), "b": drawn(2, n=4)}).outcomes) == 7
