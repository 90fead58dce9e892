import pytest

from kalshi_desk.bench.stakes import BETS, LIMITS, SCENARIOS, scenarios
from kalshi_desk.domain.joint_kelly import best_stakes


def test_the_bets_measured_are_worth_sizing():
    given = scenarios()
    assert given.returns.shape == (SCENARIOS, BETS)
    stakes = best_stakes(given)
    assert 0.1 < stakes.sum() < 1
    assert given.value(stakes, 0.0) > 0


@pytest.mark.parametrize("name", [name for name, limits in LIMITS.items() if limits])
def test_the_limits_measured_bind(name):
    given, limits = scenarios(), LIMITS[name]
    found = best_stakes(given, **limits)
    assert given.value(found, 0.0) < given.value(best_stakes(given), 0.0) - 1e-5
    binds = {
        "most": found.sum() - 0.12,
        "most_each": found.max() - 0.02,
        "drawdown_lambda": given.value(found, 3.0),
    }
    assert [binds[limit] for limit in limits] == pytest.approx([0.0] * len(limits), abs=1e-8)
