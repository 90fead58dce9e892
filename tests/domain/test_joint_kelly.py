import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kalshi_desk.domain import joint_law
from kalshi_desk.domain.joint_kelly import Scenarios, best_stakes
from kalshi_desk.domain.kelly import kelly_fraction
from tests.domain import oracle

WINS = np.array([0.60, 0.58, 0.35, 0.72, 0.55])
ASKS = np.array([0.52, 0.50, 0.28, 0.66, 0.50])
COSTS = ASKS + 0.07 * ASKS * (1 - ASKS)

odds = st.floats(0.05, 0.9)


def drawn(seed, *, bets=6, count=300):
    """Scenarios of bets with small edges and a common factor, from a seed."""
    rng = np.random.default_rng(seed)
    wins = rng.uniform(0.1, 0.9, bets)
    costs = np.clip(wins - rng.normal(0.02, 0.04, bets), 0.05, 0.95)
    ends = 0.5 * rng.normal(size=(count, 1)) + rng.normal(size=(count, bets)) < 1.2 * (wins - 0.5) * 3
    return Scenarios(rng.dirichlet(np.full(count, 5.0)), np.where(ends, (1 - costs) / costs, -1.0))


def agrees_with_the_oracle(scenarios, **limits):
    found = best_stakes(scenarios, **limits)
    power = limits.pop("drawdown_lambda", 0.0)
    best = oracle.stakes(scenarios, power=power, **limits)
    assert scenarios.value(found, 0.0) >= scenarios.value(best, 0.0) - 1e-6
    assert found.min() >= 0
    assert found.max() <= limits.get("most_each", 1.0)
    assert found.sum() <= limits.get("most", 0.999)
    if power:
        assert scenarios.value(found, power) >= -1e-15


@pytest.mark.parametrize(
    ("loading", "total", "growth", "halved", "halved_growth"),
    [(0.0, 0.521, 0.0291, 0.269, 0.0220), (0.6, 0.277, 0.0167, 0.140, 0.0126), (0.9, 0.167, 0.0110, 0.084, 0.0083)],
)
def test_the_five_bets_of_the_table(loading, total, growth, halved, halved_growth):
    law = joint_law.factor(WINS, COSTS, loading=loading)
    stakes, careful = best_stakes(law), best_stakes(law, drawdown_lambda=3)
    assert (stakes.sum(), careful.sum()) == pytest.approx((total, halved), abs=1e-3)
    assert law.value(stakes, 0.0) == pytest.approx(growth, abs=1e-4)
    assert law.value(careful, 0.0) == pytest.approx(halved_growth, abs=1e-4)


def test_correlated_bets_sized_one_by_one_are_ruinous():
    single = np.array([kelly_fraction(p_win=p, cost=c) for p, c in zip(WINS, COSTS, strict=True)])
    assert single.sum() == pytest.approx(0.548, abs=1e-3)
    growths = [joint_law.factor(WINS, COSTS, loading=loading).value(single, 0.0) for loading in (0.0, 0.6, 0.9)]
    assert growths == pytest.approx([0.0290, 0.0015, -0.041], abs=5e-4)


@settings(deadline=None, max_examples=60)
@given(st.floats(0.02, 0.98), odds)
def test_one_bet_is_kelly(win, cost):
    law = joint_law.independent(np.array([win]), np.array([cost]))
    assert best_stakes(law)[0] == pytest.approx(min(0.999, kelly_fraction(p_win=win, cost=cost)), abs=1e-5)


@pytest.mark.parametrize("seed", range(4))
@pytest.mark.parametrize(
    "limits",
    [
        {},
        {"most_each": 0.05, "most": 0.1},
        {"drawdown_lambda": 3.0},
        {"drawdown_lambda": 0.5, "most": 0.05},
        {"drawdown_lambda": 5.0, "most_each": 0.03},
        {"drawdown_lambda": 3.0, "most_each": 0.02, "most": 0.1},
        {"drawdown_lambda": 1000.0},
        {"most": 0.0},
    ],
)
def test_growth_is_that_of_a_convex_solver(seed, limits):
    agrees_with_the_oracle(drawn(seed), **limits)


@settings(deadline=None, max_examples=10)
@given(st.lists(st.tuples(st.floats(0.05, 0.4), st.floats(-0.04, 0.06)), min_size=2, max_size=6), st.floats(1e-3, 3.0))
def test_brackets_are_those_of_a_convex_solver(brackets, power):
    wins = np.array([win for win, _ in brackets])
    wins = wins / max(1.0, wins.sum())
    costs = np.clip(wins - [edge for _, edge in brackets], 0.01, 0.9)
    agrees_with_the_oracle(joint_law.exclusive(wins, costs))
    agrees_with_the_oracle(joint_law.exclusive(wins, costs), drawdown_lambda=power)


@settings(deadline=None, max_examples=25)
@given(
    st.integers(0, 100_000),
    st.sampled_from([{}, {"most": 0.1}, {"most_each": 0.05}, {"most": 0.1, "most_each": 0.05}]),
    st.sampled_from([0.0, 1.0, 10.0]),
)
def test_bets_that_are_one_or_each_others_contrary_are_those_of_a_convex_solver(seed, caps, power):
    rng = np.random.default_rng(seed)
    law = drawn(seed, bets=5, count=int(rng.integers(2, 60)))
    law.returns[:, 1] = law.returns[:, 0]
    law.returns[:, 2] = np.where(law.returns[:, 3] > 0, -1.0, rng.choice([0.5, 1.0, 2.0]))
    agrees_with_the_oracle(law, drawdown_lambda=power, **caps)


def test_six_brackets_are_those_of_a_convex_solver():
    wins = np.array([0.05, 0.12, 0.24, 0.28, 0.20, 0.11])
    costs = np.array([0.043, 0.098, 0.176, 0.297, 0.219, 0.123])
    brackets = joint_law.exclusive(wins, costs)
    agrees_with_the_oracle(brackets)
    agrees_with_the_oracle(brackets, most_each=0.02, most=0.05)
    assert (best_stakes(brackets)[:3] > 0).all()


def test_exclusive_outcomes_allow_more_than_each_alone():
    wins, costs = np.array([0.12, 0.22, 0.30, 0.2, 0.1, 0.06]), np.array([0.11, 0.20, 0.25, 0.24, 0.13, 0.08])
    stakes = best_stakes(joint_law.exclusive(wins, costs))
    single = np.array([kelly_fraction(p_win=p, cost=c) for p, c in zip(wins, costs, strict=True)])
    assert stakes.sum() > single.sum()


def test_money_without_risk_is_staked_to_the_cap():
    scenarios = joint_law.exclusive(np.array([0.5, 0.5]), np.array([0.45, 0.45]))
    assert best_stakes(scenarios, most=0.4).sum() == pytest.approx(0.4, abs=1e-6)


def test_the_drawdown_constraint_holds():
    law = joint_law.factor(WINS, COSTS, loading=0.6)
    assert law.value(best_stakes(law, drawdown_lambda=3), 3.0) >= 0


def test_a_drawdown_constraint_too_weak_to_compute_is_none():
    law = joint_law.factor(WINS, COSTS, loading=0.6)
    assert (best_stakes(law, drawdown_lambda=1e-300) == best_stakes(law)).all()


def test_without_an_edge_nothing_is_staked():
    law = joint_law.independent(WINS - 0.15, COSTS)
    assert (best_stakes(law) == 0).all()
    assert (best_stakes(law, drawdown_lambda=2) == 0).all()


def test_scenarios_that_are_no_law_are_refused():
    with pytest.raises(ValueError, match="sum to"):
        Scenarios(np.array([0.5, 0.4]), np.zeros((2, 1)))
    with pytest.raises(ValueError, match="returns of shape"):
        Scenarios(np.array([0.5, 0.5]), np.zeros((3, 1)))
    assert Scenarios(np.array([1.0]), np.array([[-1.0]])).value(np.array([1.0]), 0.0) == float("-inf")
