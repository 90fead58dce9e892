import pytest
from hypothesis import given
from hypothesis import strategies as st

from kalshi_desk.domain.limits import InputLimits, Limit, Share
from kalshi_desk.domain.units import Cash
from kalshi_desk.settings import Settings


def test_a_limit_is_a_share_of_the_bankroll_rounded_down():
    assert Limit(Share.parse("0.02")).of(Cash.parse("50")) == Cash.parse("1")
    assert Limit(Share.parse("0.333333")).of(Cash(10)) == Cash(3)


def test_a_dollar_amount_wins():
    assert Limit(Share.parse("0.02"), Cash.parse("7")).of(Cash.parse("50")) == Cash.parse("7")


@given(st.integers(0, 10**6).map(Share), st.integers(0, 10**12).map(Cash))
def test_a_share_never_exceeds_the_whole(share, bankroll):
    assert 0 <= Limit(share).of(bankroll) <= bankroll


def test_each_desk_has_its_limits():
    limits = Settings(_env_file=None).risk_limits
    assert limits.desk("crypto") is limits.crypto
    assert limits.desk("forecast") is limits.forecast
    with pytest.raises(KeyError):
        limits.desk("both")


def test_the_oldest_usable_inputs():
    limits = InputLimits()
    assert (limits.index_s, limits.spot_s, limits.book_s, limits.estimate_s) == (2.5, 2.0, 15.0, 86_400.0)
