import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.integrate import quad

from kalshi_desk.domain.averaging import UNCHANGED, Belief, fit_average, fixed
from kalshi_desk.domain.logistic import Normal

BELIEFS = (Belief(UNCHANGED, fixed((0.0,))), Belief(1 - UNCHANGED, Normal((0.0,), (0.25,))))


def drawn(seed, *, n=40, truth=0.0):
    rng = np.random.default_rng(seed)
    return (rng.random(n) < 1 / (1 + np.exp(-truth))).astype(float)


def fit(outcomes, beliefs=BELIEFS, events=None):
    features, offset = np.ones((len(outcomes), 1)), np.zeros(len(outcomes))
    return fit_average(features, outcomes, offset=offset, beliefs=beliefs, events=events)


def plainly(outcomes, variance=0.25):
    """Posterior share, mean and spread of an unknown bias beside none at all, by quadrature."""

    def times(power):
        def density(x):
            likelihood = np.exp((outcomes * x - np.logaddexp(0, x)).sum() + len(outcomes) * np.log(2))
            return x**power * likelihood * np.exp(-(x**2) / (2 * variance)) / np.sqrt(2 * np.pi * variance)

        return quad(density, -4, 4)[0]

    one, first, second = (times(power) for power in range(3))
    share = (1 - UNCHANGED) * one / ((1 - UNCHANGED) * one + UNCHANGED)
    mean = share * first / one
    return share, mean, np.sqrt(share * second / one - mean**2)


@settings(max_examples=20)
@given(st.integers(0, 1_000), st.floats(-1.5, 1.5))
def test_share_mean_and_spread_are_those_of_quadrature(seed, truth):
    outcomes = drawn(seed, truth=truth)
    found, (share, mean, spread) = fit(outcomes), plainly(outcomes)
    assert found.shares[1] == pytest.approx(share, abs=0.01)
    assert found.parameters[0] == pytest.approx(mean, abs=0.02)
    assert found.stderr(0) == pytest.approx(spread, abs=0.02)


def test_without_answers_the_beliefs_stay():
    found = fit(np.empty(0))
    assert found.shares == pytest.approx([UNCHANGED, 1 - UNCHANGED])
    assert found.parameters[0] == 0


def test_many_answers_decide():
    assert fit(drawn(1, n=2_000)).shares[0] > 0.97
    biased = fit(drawn(2, n=2_000, truth=0.5))
    assert biased.shares[1] > 0.999
    assert biased.parameters[0] == pytest.approx(0.5, abs=0.15)


def test_answers_of_one_event_are_no_more_evidence_than_one():
    outcomes = drawn(3, n=30, truth=0.8)
    fivefold, events = np.repeat(outcomes, 5), np.repeat(np.arange(30), 5)
    once, together, naive = (
        fit(each, events=luck).shares[1]
        for each, luck in ((outcomes, np.arange(30)), (fivefold, events), (fivefold, np.arange(150)))
    )
    assert naive > together
    assert together == pytest.approx(once, abs=0.35)


def test_what_is_learned_never_costs_more_than_the_share_that_believed_in_no_change():
    """Predictions made before each answer lose to those of no change by at most ln(1 / share) in all."""
    outcomes, lost = drawn(4, n=60), 0.0
    for place, outcome in enumerate(outcomes):
        found = fit(outcomes[:place])
        odds = [float(each.parameters[0]) for each in found.fits]
        p = float(found.shares @ (1 / (1 + np.exp(-np.array(odds)))))
        lost += np.log(0.5) - np.log(p if outcome else 1 - p)
    assert lost <= -np.log(UNCHANGED) + 0.05
