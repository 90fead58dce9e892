import pytest
from hypothesis import given
from hypothesis import strategies as st

from kalshi_desk.domain.crypto.digital import Averaging, p_above
from kalshi_desk.domain.settling import pays_on, stacked, turned, variable
from kalshi_desk.domain.units import IndexPrice
from tests.steps.desk import CPI, fair_value, later, market

HOURLY = market()


def _above(value, strike):
    window = Averaging(value.seconds_left)
    return p_above(spot=value.spot.number, strike=strike, sigma=value.sigma, window=window)


QUARTER = market("KXBTC15M-26MAY131300-00", strike_type="greater_or_equal", close_time=HOURLY.close_time)


def forecast(ticker=CPI, **changes):
    return market(ticker, **({"series_ticker": "KXCPI", "event_ticker": "KXCPI-26MAY", "strike_type": None} | changes))


def band(low, high, ticker="KXBTC-26MAY1309-B1", **changes):
    levels = {"floor_strike": IndexPrice.parse(low), "cap_strike": IndexPrice.parse(high)}
    return market(ticker, strike_type="between", close_time=HOURLY.close_time, **levels, **changes)


def test_all_markets_of_a_coin_and_an_expiry_have_one_variable():
    assert variable(HOURLY) == variable(QUARTER) == variable(band("80000", "80250"))
    assert variable(HOURLY) != variable(market(close_time=later(60)))
    assert variable(HOURLY) != variable(market("KXETHD-26MAY1309-T2000"))


def test_an_event_is_one_variable_where_its_outcomes_are_ordered_or_exclude_each_other():
    assert variable(forecast()) == CPI
    assert variable(forecast(exclusive=True)) == variable(forecast("KXCPI-26MAY-T4", exclusive=True)) == "KXCPI-26MAY"
    assert variable(forecast(strike_type="greater")) == variable(forecast("KXCPI-26MAY-T4", strike_type="less"))


def test_only_outcomes_that_exclude_each_other_are_stacked():
    assert stacked(forecast(exclusive=True))
    assert not stacked(forecast(exclusive=None))
    assert not stacked(band("80000", "80250", exclusive=True))
    assert not turned(forecast(exclusive=True, strike_type="less"))


@given(st.floats(0, 1), st.floats(0, 1))
def test_of_two_thresholds_the_easier_pays_where_the_harder_does(p, q):
    hard, easy = min(p, q), max(p, q)
    (low, high), (begin, end) = pays_on(HOURLY, hard, None), pays_on(QUARTER, easy, None)
    assert begin <= low
    assert high <= end
    below = market(strike_type="less", floor_strike=None, cap_strike=IndexPrice.parse("80000"))
    assert turned(below)
    assert pays_on(below, 1 - p, None) == pytest.approx((p, 1.0))


def test_a_band_lies_below_its_floors_rank_and_bands_meet():
    value = fair_value(0.2)
    above = {strike: _above(value, strike) for strike in (79_800, 80_100, 80_400)}
    upper = pays_on(band("80100", "80400"), above[80_100] - above[80_400], value)
    lower = pays_on(band("79800", "80100", "KXBTC-26MAY1309-B0"), above[79_800] - above[80_100], value)
    assert upper == pytest.approx((above[80_400], above[80_100]))
    assert lower == pytest.approx((above[80_100], above[79_800]))
    assert above[80_100] == pytest.approx(0.5, abs=0.01)
    upper = band("80100", "80400")
    assert pays_on(band("10", "20"), 0.2, value) == pytest.approx((0.8, 1.0))
    assert pays_on(band("90000", "90100"), 0.2, value) == pytest.approx((0.0, 0.2))
    assert pays_on(upper, 0.2, None) is None
