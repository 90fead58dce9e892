from kalshi_desk.bench.stakes import BETS, SCENARIOS, scenarios
from kalshi_desk.domain.joint_kelly import best_stakes


def test_the_bets_measured_are_worth_sizing():
    given = scenarios()
    assert given.returns.shape == (SCENARIOS, BETS)
    stakes = best_stakes(given)
    assert 0.1 < stakes.sum() < 1
    assert given.value(stakes, 0.0) > 0
