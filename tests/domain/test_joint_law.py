import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import multivariate_normal, norm

from kalshi_desk.domain.joint_law import EXACT, exclusive, factor, independent

COSTS = np.array([0.5, 0.4, 0.6])
WINS = np.array([0.55, 0.45, 0.62])


def marginals(scenarios):
    return scenarios.probabilities @ (scenarios.returns > 0)


@settings(deadline=None, max_examples=40)
@given(st.lists(st.floats(0.03, 0.97), min_size=1, max_size=6), st.floats(0, 0.95))
def test_each_bet_wins_as_often_as_it_should(wins, loading):
    wins = np.array(wins)
    assert marginals(factor(wins, np.full(len(wins), 0.5), loading=loading)) == pytest.approx(wins, abs=2e-4)


@pytest.mark.parametrize("loading", [0.0, 0.3, 0.6, 0.9])
def test_two_bets_win_together_as_the_bivariate_normal_says(loading):
    scenarios = factor(WINS[:2], COSTS[:2], loading=loading)
    both = float(scenarios.probabilities @ (scenarios.returns > 0).all(axis=1))
    expected = multivariate_normal.cdf(norm.ppf(WINS[:2]), cov=[[1, loading**2], [loading**2, 1]])
    assert both == pytest.approx(float(expected), abs=2e-4)


def test_many_bets_are_drawn_and_keep_their_odds():
    wins = np.linspace(0.1, 0.9, EXACT + 8)
    scenarios = factor(wins, np.full(len(wins), 0.5), loading=0.5)
    assert marginals(scenarios) == pytest.approx(wins, abs=2e-3)
    again = factor(wins, np.full(len(wins), 0.5), loading=0.5)
    assert (scenarios.returns == again.returns).all()


def test_independent_ends_multiply():
    scenarios = independent(WINS, COSTS)
    all_win = (scenarios.returns > 0).all(axis=1)
    assert float(scenarios.probabilities @ all_win) == pytest.approx(float(WINS.prod()), abs=1e-12)


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
    ],
)
def test_what_is_no_bet_is_refused(win, cost, loading, said):
    with pytest.raises(ValueError, match=said):
        factor(np.array([win]), np.array([cost]), loading=loading)


def test_exclusive_bets_above_one_are_refused():
    with pytest.raises(ValueError, match="in sum"):
        exclusive(np.array([0.7, 0.6]), np.array([0.5, 0.5]))
