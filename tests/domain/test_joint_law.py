from itertools import product

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import norm

from kalshi_desk.domain.joint_kelly import Scenarios
from kalshi_desk.domain.joint_law import exclusive, factor, independent

odds = st.floats(0.03, 0.97)


def listed(wins, costs, loading):
    """The same law as a list of all 2^n ends, each integrated over a fine grid of the factor."""
    grid = np.linspace(-9, 9, 1_201)
    weights = norm.pdf(grid) / norm.pdf(grid).sum()
    pull = norm.ppf(wins) + loading * grid[:, None]
    given_factor = np.clip(norm.cdf(pull / np.sqrt(1 - loading**2)), 1e-300, 1 - 1e-16)
    ends = np.array(list(product((True, False), repeat=len(wins))))
    chances = weights @ np.exp(np.log(given_factor) @ ends.T + np.log1p(-given_factor) @ (~ends).T)
    return Scenarios(chances / chances.sum(), np.where(ends, (1 - costs) / costs, -1.0))


@settings(deadline=None, max_examples=15)
@given(
    st.lists(st.tuples(odds, odds, st.floats(0.0, 1.0)), min_size=1, max_size=5),
    st.sampled_from([0.0, 0.3, 0.6, 0.9, 0.98]),
    st.floats(0.01, 0.97),
    st.sampled_from([0.0, 0.5, 3.0, 5.0]),
)
def test_the_integrals_are_the_sums_over_all_ends(bets, loading, spent, power):
    wins, costs, shares = (np.array(column) for column in zip(*bets, strict=True))
    stakes = spent * (shares + 0.01) / (shares + 0.01).sum()
    law, ends = factor(wins, costs, loading=loading), listed(wins, costs, loading)
    among = np.arange(len(bets))
    assert law.value(stakes, power) == pytest.approx(ends.value(stakes, power), rel=1e-6, abs=1e-7)
    assert law.slope(stakes, power) == pytest.approx(ends.slope(stakes, power), rel=1e-5, abs=1e-6)
    curve, expected = law.curve(stakes, power, among), ends.curve(stakes, power, among)
    assert curve == pytest.approx(expected, rel=1e-4, abs=1e-5 * max(1.0, abs(expected).max()))


def test_thirty_bets_need_no_draws():
    wins, costs = np.linspace(0.3, 0.7, 30), np.full(30, 0.5)
    stakes = np.full(30, 0.02)
    rng = np.random.default_rng(5)
    factors, own = rng.normal(size=(50_000, 1)), rng.normal(size=(50_000, 30))
    wealth = 1 + np.where(0.6 * factors + 0.8 * own < norm.ppf(wins), 1.0, -1.0) @ stakes
    logs = np.log(wealth)
    assert abs(factor(wins, costs, loading=0.6).value(stakes, 0.0) - logs.mean()) < 4 * logs.std() / np.sqrt(50_000)


def test_to_stake_all_may_ruin():
    law = independent(np.array([0.5, 0.5]), np.array([0.5, 0.5]))
    assert law.value(np.array([0.5, 0.5]), 0.0) == law.value(np.array([0.5, 0.5]), 2.0) == float("-inf")


def test_of_exclusive_bets_one_at_most_wins():
    scenarios = exclusive(np.array([0.2, 0.3]), np.array([0.25, 0.3]))
    assert ((scenarios.returns > 0).sum(axis=1) <= 1).all()
    assert scenarios.probabilities == pytest.approx([0.2, 0.3, 0.5])


@pytest.mark.parametrize(
    ("win", "cost", "loading", "said"),
    [
        (0.0, 0.5, 0.0, "probability"),
        (float("nan"), 0.5, 0.0, "probability"),
        (0.5, 1.0, 0.0, "cost"),
        (0.5, 0.5, 1.0, "loading"),
        (0.5, 0.5, float("nan"), "loading"),
    ],
)
def test_what_is_no_bet_is_refused(win, cost, loading, said):
    with pytest.raises(ValueError, match=said):
        factor(np.array([win]), np.array([cost]), loading=loading)


def test_exclusive_bets_above_one_are_refused():
    with pytest.raises(ValueError, match="in sum"):
        exclusive(np.array([0.7, 0.6]), np.array([0.5, 0.5]))
