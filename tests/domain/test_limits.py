import pytest
from hypothesis import given
from hypothesis import strategies as st

from kalshi_desk.domain.limits import WHOLE, InputLimits, Limit, RungShares, Share
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


def test_a_scaled_limit_rounds_down_whether_share_or_dollars():
    quarter = Share.parse("0.25")
    assert Limit(Share.parse("0.02")).scaled(quarter) == Limit(Share.parse("0.005"))
    assert Limit(Share(3), Cash(7)).scaled(quarter) == Limit(Share(0), Cash(1))
    assert Limit(Share(3), Cash(7)).scaled(WHOLE) == Limit(Share(3), Cash(7))


def test_a_desk_scaled_keeps_its_thresholds_and_the_other_desk_its_limits():
    whole = Settings(_env_file=None).risk_limits
    small = whole.scaled("forecast", Share.parse("0.25"))
    assert small.crypto is whole.crypto
    assert small.forecast.fractional_kelly == whole.forecast.fractional_kelly / 4
    assert small.forecast.max_total_risk.of(Cash.parse("50")) == Cash.parse("1.5")
    assert (small.forecast.min_edge, small.forecast.exits) == (whole.forecast.min_edge, whole.forecast.exits)
    assert whole.scaled("crypto", WHOLE) is whole
    with pytest.raises(KeyError):
        whole.scaled("both", Share.parse("0.5"))


def test_each_rung_has_its_share():
    shares = RungShares(paper=Share(0), small=Share.parse("0.25"), full=WHOLE)
    assert [shares.of(rung) for rung in ("paper", "small", "full")] == [Share(0), Share(250_000), WHOLE]
    with pytest.raises(KeyError):
        shares.of("medium")
