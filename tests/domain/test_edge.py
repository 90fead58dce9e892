import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kalshi_desk.domain.edge import edge_adjusted, edge_make, edge_take, fee_per_contract


def test_taking_pays_the_ask_and_the_fee():
    assert edge_take(q=0.60, price=0.52, fee=0.0175) == pytest.approx(0.0625)


def test_resting_gives_up_what_others_know():
    assert edge_make(q=0.60, price=0.52, fee=0.0, selection=0.01) == pytest.approx(0.07)


@given(edge=st.floats(-1, 1), stderr=st.floats(0, 1))
def test_doubt_only_takes_away(edge, stderr):
    adjusted = edge_adjusted(edge=edge, stderr=stderr)
    assert 0.0 <= adjusted <= max(edge, 0.0)


def test_doubt_enters_once():
    assert edge_adjusted(edge=0.05, stderr=0.0) == 0.05
    assert edge_adjusted(edge=0.05, stderr=0.03) == pytest.approx(0.05 * (1 - 0.36))
    assert edge_adjusted(edge=0.05, stderr=0.05) == 0.0
    assert edge_adjusted(edge=-0.05, stderr=0.01) == 0.0


@pytest.mark.parametrize("stderr", [-0.01, math.nan])
def test_a_doubt_that_is_none_is_refused(stderr):
    with pytest.raises(ValueError, match="negative"):
        edge_adjusted(edge=0.1, stderr=stderr)


def test_fee_per_contract():
    assert fee_per_contract(fee_cash=17_500, count=100) == 0.0175
    with pytest.raises(ValueError, match="not positive"):
        fee_per_contract(fee_cash=0, count=0)
