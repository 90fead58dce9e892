import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kalshi_desk.domain.averaging import Belief
from kalshi_desk.domain.blend import PRICE_SHARE, PRIOR_VARIANCE, Priced, beliefs_before, fit_blend, fit_blends
from kalshi_desk.domain.logistic import Normal

PRIOR = Normal((0.5, 0.0), PRIOR_VARIANCE)
ALONE = [Belief(1.0, PRIOR)]
COLD = beliefs_before(0.5)


def drawn(seed, *, n=400, weight=0.3, bias=0.0):
    """Draw models and prices of which the truth is the blend given."""
    rng = np.random.default_rng(seed)
    prices = rng.normal(0, 1.2, n)
    models = prices + rng.normal(0, 1.0, n)
    truth = 1 / (1 + np.exp(-(weight * models + (1 - weight) * prices + bias)))
    return Priced(models, prices, (rng.random(n) < truth).astype(float), np.arange(n))


def on_a_grid(priced, prior, steps=401):
    """The best weight and bias of a plain grid, and the weight's spread of the posterior on it."""
    weights, biases = np.linspace(-1.5, 2.5, steps), np.linspace(-1, 1, 201)
    odds = (
        priced.prices[None, None, :]
        + weights[:, None, None] * (priced.models - priced.prices)[None, None, :]
        + biases[None, :, None]
    )
    logs = (priced.outcomes * odds - np.logaddexp(0, odds)).sum(axis=2)
    logs -= (weights[:, None] - prior.mean[0]) ** 2 / (2 * prior.variance[0])
    logs -= (biases[None, :] - prior.mean[1]) ** 2 / (2 * prior.variance[1])
    best = np.unravel_index(logs.argmax(), logs.shape)
    mass = np.exp(logs - logs.max())
    marginal = mass.sum(axis=1) / mass.sum()
    mean = (marginal * weights).sum()
    return weights[best[0]], biases[best[1]], np.sqrt((marginal * (weights - mean) ** 2).sum())


@pytest.mark.parametrize("seed", range(3))
def test_it_agrees_with_a_grid_in_estimate_and_standard_error(seed):
    priced = drawn(seed, n=120)
    blend = fit_blend(priced, ALONE)
    weight, bias, stderr = on_a_grid(priced, PRIOR)
    assert blend.weight == pytest.approx(weight, abs=0.011)
    assert blend.bias == pytest.approx(bias, abs=0.011)
    assert stderr * 0.95 <= blend.stderr <= stderr * 1.3
    assert (blend.low, blend.high) == pytest.approx(
        (blend.weight - 1.96 * blend.stderr, blend.weight + 1.96 * blend.stderr), abs=1e-3
    )


def test_a_model_that_says_the_contrary_weighs_nothing_and_its_interval_says_so():
    blend = fit_blend(drawn(4, n=3_000, weight=-0.4, bias=0.3), COLD)
    assert blend.weight == 0
    assert blend.high < 0
    assert blend.bias == pytest.approx(0.3, abs=0.15)


@settings(max_examples=30)
@given(st.integers(0, 10_000), st.floats(-0.5, 1.5))
def test_the_weight_is_never_negative(seed, weight):
    blend = fit_blend(drawn(seed, n=30, weight=weight), COLD)
    assert blend.weight >= 0
    assert blend.low < blend.high


@settings(max_examples=20)
@given(st.integers(0, 10_000))
def test_the_other_outcome_mirrors(seed):
    priced = drawn(seed, n=60)
    mirrored = Priced(-priced.models, -priced.prices, 1 - priced.outcomes, priced.events)
    there, back = fit_blend(priced, COLD), fit_blend(mirrored, COLD)
    assert (there.weight, there.bias) == pytest.approx((back.weight, -back.bias), abs=1e-6)


def test_without_answers_the_price_is_believed_by_nine_tenths():
    blend, blends = fit_blends({}, prior_weight=0.5)
    assert (blend.weight, blend.bias) == pytest.approx(((1 - PRICE_SHARE) * 0.5, 0.0))
    assert blend.low < 0 < blend.high
    assert blends == {}


@pytest.mark.parametrize("seed", range(4))
def test_a_model_that_adds_nothing_weighs_next_to_nothing(seed):
    assert fit_blend(drawn(seed, n=300, weight=0.0), COLD).weight < 0.05


def test_a_lone_categorys_answers_count_once():
    priced = drawn(5, n=60)
    pooled, blends = fit_blends({"a": priced}, prior_weight=0.5)
    assert blends["a"].stderr >= 0.9 * pooled.stderr


def test_other_categories_lend_half_their_weight_to_one_of_few_answers():
    groups = {"few": drawn(6, n=5), "many": drawn(7, n=4_000, weight=0.9)}
    blend = fit_blends(groups, prior_weight=0.1)[1]["few"]
    assert blend.weight == pytest.approx(0.45, abs=0.15)
    assert blend.low < 0


def test_a_category_in_which_the_model_adds_nothing_soon_says_so_for_itself():
    groups = {"own": drawn(6, n=150, weight=0.0), "many": drawn(7, n=4_000, weight=0.9)}
    blends = fit_blends(groups, prior_weight=0.5)[1]
    assert blends["own"].weight < 0.1
    assert blends["many"].weight == pytest.approx(0.9, abs=0.15)


def test_questions_of_one_event_prove_no_more_than_one():
    once = drawn(8, n=200)
    fivefold = Priced(
        *(np.repeat(values, 5) for values in (once.models, once.prices, once.outcomes)), np.repeat(once.events, 5)
    )
    apart = Priced(fivefold.models, fivefold.prices, fivefold.outcomes, np.arange(1_000))
    flat = [Belief(1.0, Normal((0.5, 0.0), (100.0, 100.0)))]
    assert fit_blend(fivefold, flat).stderr == pytest.approx(fit_blend(once, flat).stderr, rel=0.05)
    assert fit_blend(apart, flat).stderr < 0.6 * fit_blend(fivefold, flat).stderr
