import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kalshi_desk.domain import joint_law
from kalshi_desk.domain.joint_kelly import Scenarios, best_stakes
from kalshi_desk.domain.kelly import kelly_fraction

WINS = np.array([0.60, 0.58, 0.35, 0.72, 0.55])
ASKS = np.array([0.52, 0.50, 0.28, 0.66, 0.50])
COSTS = ASKS + 0.07 * ASKS * (1 - ASKS)

odds = st.floats(0.05, 0.9)
shift = st.floats(-0.04, 0.08)


def cover(scenarios, steps=20_000):
    """Cover's multiplicative update, cash among the assets: slow, and sure to climb (Cover 1984)."""
    relatives = np.hstack([1 + scenarios.returns, np.ones((len(scenarios.returns), 1))])
    shares = np.full(relatives.shape[1], 1 / relatives.shape[1])
    for _ in range(steps):
        shares = shares * ((scenarios.probabilities / (relatives @ shares)) @ relatives)
    return shares[:-1]


@pytest.mark.parametrize(
    ("loading", "total", "growth", "halved", "halved_growth"),
    [(0.0, 0.521, 0.0291, 0.269, 0.0220), (0.6, 0.277, 0.0167, 0.140, 0.0126), (0.9, 0.167, 0.0110, 0.084, 0.0083)],
)
def test_the_five_bets_of_the_table(loading, total, growth, halved, halved_growth):
    scenarios = joint_law.factor(WINS, COSTS, loading=loading)
    stakes, careful = best_stakes(scenarios), best_stakes(scenarios, drawdown_lambda=3)
    assert (stakes.sum(), careful.sum()) == pytest.approx((total, halved), abs=1e-3)
    assert scenarios.growth(stakes) == pytest.approx(growth, abs=1e-4)
    assert scenarios.growth(careful) == pytest.approx(halved_growth, abs=1e-4)


def test_correlated_bets_sized_one_by_one_are_ruinous():
    single = np.array([kelly_fraction(p_win=p, cost=c) for p, c in zip(WINS, COSTS, strict=True)])
    assert single.sum() == pytest.approx(0.548, abs=1e-3)
    growths = [joint_law.factor(WINS, COSTS, loading=loading).growth(single) for loading in (0.0, 0.6, 0.9)]
    assert growths == pytest.approx([0.0290, 0.0015, -0.041], abs=5e-4)


@settings(deadline=None, max_examples=60)
@given(st.floats(0.02, 0.98), odds)
def test_one_bet_is_kelly(win, cost):
    scenarios = joint_law.independent(np.array([win]), np.array([cost]))
    assert best_stakes(scenarios)[0] == pytest.approx(min(0.999, kelly_fraction(p_win=win, cost=cost)), abs=1e-5)


@settings(deadline=None, max_examples=15)
@given(st.lists(st.tuples(odds, shift), min_size=2, max_size=5), st.floats(0, 0.9))
def test_no_slower_climber_gets_higher(bets, loading):
    costs = np.array([cost for cost, _ in bets])
    wins = np.clip(np.array([cost + more for cost, more in bets]), 0.02, 0.98)
    scenarios = joint_law.factor(wins, costs, loading=loading)
    found = scenarios.growth(best_stakes(scenarios))
    assert found >= scenarios.growth(cover(scenarios)) - 1e-6


def test_exclusive_outcomes_allow_more_than_each_alone():
    wins, costs = np.array([0.12, 0.22, 0.30, 0.2, 0.1, 0.06]), np.array([0.11, 0.20, 0.25, 0.24, 0.13, 0.08])
    scenarios = joint_law.exclusive(wins, costs)
    stakes = best_stakes(scenarios)
    single = np.array([kelly_fraction(p_win=p, cost=c) for p, c in zip(wins, costs, strict=True)])
    assert stakes.sum() > single.sum()
    assert scenarios.growth(stakes) >= scenarios.growth(cover(scenarios)) - 1e-7


def test_caps_hold_and_bind():
    scenarios = joint_law.independent(WINS, COSTS)
    stakes = best_stakes(scenarios, most_each=0.05, most=0.12)
    assert stakes.max() <= 0.05 + 1e-9
    assert stakes.sum() == pytest.approx(0.12, abs=1e-6)


def test_the_drawdown_constraint_holds():
    scenarios = joint_law.factor(WINS, COSTS, loading=0.6)
    stakes = best_stakes(scenarios, drawdown_lambda=3)
    assert scenarios.probabilities @ (1 + scenarios.returns @ stakes) ** -3.0 <= 1 + 1e-7


def test_without_an_edge_nothing_is_staked():
    scenarios = joint_law.independent(WINS - 0.15, COSTS)
    assert best_stakes(scenarios) == pytest.approx(np.zeros(5), abs=1e-6)


def test_scenarios_that_are_no_law_are_refused():
    with pytest.raises(ValueError, match="sum to"):
        Scenarios(np.array([0.5, 0.4]), np.zeros((2, 1)))
    with pytest.raises(ValueError, match="returns of shape"):
        Scenarios(np.array([0.5, 0.5]), np.zeros((3, 1)))
    assert Scenarios(np.array([1.0]), np.array([[-1.0]])).growth(np.array([1.0])) == float("-inf")
