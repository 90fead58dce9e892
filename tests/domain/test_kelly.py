import math

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from kalshi_desk.domain.kelly import kelly_fraction

PROBABILITIES, COSTS = st.floats(0, 1), st.floats(0.01, 0.99)


def test_published_values():
    assert kelly_fraction(p_win=0.60, cost=0.52) == pytest.approx(0.1667, abs=5e-5)
    assert kelly_fraction(p_win=0.60, cost=0.537472) == pytest.approx(0.1352, abs=5e-5)


@given(p_win=PROBABILITIES, cost=COSTS)
def test_is_a_share(p_win, cost):
    assert 0.0 <= kelly_fraction(p_win=p_win, cost=cost) <= 1.0


@given(first=PROBABILITIES, second=PROBABILITIES, cost=COSTS)
def test_rises_with_the_probability(first, second, cost):
    low, high = sorted((first, second))
    assert kelly_fraction(p_win=low, cost=cost) <= kelly_fraction(p_win=high, cost=cost)


@given(p_win=st.floats(0.02, 0.98), cost=st.floats(0.02, 0.98), other=st.floats(0, 0.999))
def test_no_other_fraction_grows_faster(p_win, cost, other):
    best = kelly_fraction(p_win=p_win, cost=cost)
    assume(best < 0.999)

    def growth(share: float) -> float:
        return p_win * math.log(1 - share + share / cost) + (1 - p_win) * math.log(1 - share)

    assert growth(best) >= growth(other) - 1e-12


def test_nothing_without_an_edge():
    assert kelly_fraction(p_win=0.5, cost=0.5) == 0.0
    assert kelly_fraction(p_win=1.0, cost=1.02) == 0.0


@pytest.mark.parametrize(("p_win", "cost"), [(1.1, 0.5), (-0.1, 0.5), (math.nan, 0.5), (0.5, 0.0), (0.5, math.nan)])
def test_what_is_no_bet_is_refused(p_win, cost):
    with pytest.raises(ValueError, match=r"probability|positive"):
        kelly_fraction(p_win=p_win, cost=cost)
