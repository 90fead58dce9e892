import pytest

from kalshi_desk.domain.ledger import Order
from kalshi_desk.domain.units import Cash
from kalshi_desk.steps.ties import Bet, Ties, bets_of
from tests.steps.desk import (
    CPI,
    TICKER,
    ask,
    defined,
    exit_signal,
    forecast_ready,
    market,
    params,
    position,
    ready,
)

SISTER = "KXCPI-26JUN-T3"
GDP = "KXGDP-26Q2-T1"
PAYROLLS = {"category": "Economics", "strike_type": None, "title": "Payrolls"}
GROWTH = {"category": "Economics", "strike_type": None, "title": "Growth"}


def bet(ticker, count=100):
    return Bet(ticker, count, 40, rests=False)


def ties(state, own=None, *, buys_yes=True):
    return Ties(state, params(), own or market(CPI, **PAYROLLS), buys_yes=buys_yes)


def test_held_and_resting_are_bets_and_exits_are_not():
    state = ready(position("-2", "0.9", ticker=CPI, owner="manual"))
    order = ask(state)
    assert isinstance(order, Order)
    assert list(bets_of(state)) == [
        Bet(CPI, -200, Cash.parse("0.9"), rests=False),
        Bet(TICKER, order.count, order.risk, rests=True),
    ]
    selling = ready(position("1.5", "0.75"))
    assert isinstance(ask(selling, exit_signal()), Order)
    assert [one.rests for one in bets_of(selling)] == [False]


def test_what_a_bet_brings():
    assert Bet(TICKER, 200, 900_000, rests=False).gains(10e6) == pytest.approx((0.11, -0.09))
    assert Bet(TICKER, -200, 900_000, rests=False).gains(10e6) == pytest.approx((-0.09, 0.11))


def test_coins_share_one_factor():
    hourly = market()
    found = Ties(ready(), params(), hourly, buys_yes=True)
    ether = market("KXETHD-26MAY1309-T2000")
    assert found.correlation(bet(ether.ticker), ether) == pytest.approx(0.92**2)
    assert found.correlation(bet("T"), market("KXBTCD-26MAY1309-T81000", close_time=hourly.close_time)) == 1.0


def test_a_known_correlation_comes_before_kinship_and_kinship_before_the_category():
    state = forecast_ready(defined(GDP, **GROWTH), defined(SISTER, **PAYROLLS))
    other, sister = market(GDP, **GROWTH), market(SISTER, **PAYROLLS)
    assert ties(state).correlation(bet(GDP), other) == 0.1
    assert ties(state).correlation(bet(GDP, -100), other) == -0.1
    assert ties(state, buys_yes=False).correlation(bet(GDP, -100), other) == 0.1
    assert ties(state).correlation(bet(SISTER, -100), sister) == 0.5
    state.correlations = {(CPI, GDP): -0.3, (SISTER, CPI): 0.9}
    assert ties(state).correlation(bet(GDP), other) == -0.3


def test_a_market_that_pays_on_low_values_turns_the_tie():
    state = forecast_ready(defined(GDP, **GROWTH))
    state.correlations = {(CPI, GDP): 0.4}
    below = market(GDP, **(GROWTH | {"strike_type": "less"}))
    assert ties(state).correlation(bet(GDP), below) == -0.4


def test_markets_with_nothing_in_common_are_not_tied():
    state = forecast_ready(defined("KXRAIN-1", category="Weather", strike_type=None, title="Rain"))
    rain = market("KXRAIN-1", category="Weather", strike_type=None, title="Rain")
    assert ties(state).correlation(bet("KXRAIN-1"), rain) == 0.0
    assert not ties(state).alike("KXRAIN-1")
    assert ties(state).alike(CPI)
