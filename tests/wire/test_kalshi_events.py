import pytest

from kalshi_desk.domain.inputs import IndexTick, IndexValue, Lifecycle, MarketTrade
from kalshi_desk.domain.market import MarketStatus, PriceRange
from kalshi_desk.domain.units import Count, IndexPrice, Nanos, Price
from kalshi_desk.errors import ParseError
from kalshi_desk.wire import kalshi_events as events
from kalshi_desk.wire.kalshi_markets import market_from, parse_market
from kalshi_desk.wire.kalshi_ws import LifecycleChange, parse_frame
from tests.wire import frames
from tests.wire.test_kalshi_markets import MARKET

AT = Nanos.parse("2026-11-21T14:30:13Z")
COINS = {"BRTI": "BTC", "ETHUSD_RTI": "ETH"}


def body(text):
    return parse_frame(text).body


def test_trade():
    assert events.market_trade(body(frames.TRADE), AT) == MarketTrade(
        at=AT, occurred_at=Nanos.parse("2026-11-21T14:30:12.399Z"), ticker=frames.TICKER, trade_id="t-1",
        price=Price.parse("0.42"), count=Count.parse("2.5"), taker_outcome="no",
    )  # fmt: skip


def test_index_second_with_its_window():
    assert events.index_value(body(frames.INDEX), COINS, AT) == IndexValue(
        at=AT, occurred_at=Nanos.parse("2026-11-21T14:29:45Z"), underlying="BTC", index_id="BRTI",
        value=IndexPrice.parse("91240.11"), window_mean=IndexPrice.parse("91236.0175"), window_count=45,
        window_end=Nanos.parse("2026-11-21T14:30:00Z"),
    )  # fmt: skip


def test_the_window_of_the_closing_second_ends_at_it():
    text = frames.INDEX.replace("1795271385000,", "1795271400000,")
    assert events.index_value(body(text), COINS, AT).window_end == Nanos.parse("2026-11-21T14:30:00Z")


def test_index_tick():
    assert events.index_tick(body(frames.INDEX_FAST), COINS, AT) == IndexTick(
        at=AT, occurred_at=Nanos.parse("2026-11-21T14:29:45.2Z"), underlying="ETH", index_id="ETHUSD_RTI",
        value=IndexPrice.parse("3012.45"),
    )  # fmt: skip


def test_an_index_nobody_asked_for():
    with pytest.raises(ParseError):
        events.index_tick(body(frames.INDEX_FAST), {"BRTI": "BTC"}, AT)


@pytest.mark.parametrize("data", ["{}", "not json", r"{\"time\":1795271385000}", r"{\"time\":1,\"value\":\"1\"}"])
def test_a_broken_inner_frame(data):
    text = frames.INDEX.replace(
        r"{\"type\":\"value\",\"id\":\"BRTI\",\"time\":1795271385000,\"value\":\"91240.11\"}", data
    )
    with pytest.raises(ParseError):
        events.index_value(body(text), COINS, AT)


def test_lifecycle():
    assert events.lifecycle(body(frames.DETERMINED), AT) == Lifecycle(
        at=AT, ticker=frames.TICKER, event="determined", result="yes", settlement_value=Price.parse("1")
    )
    assert events.lifecycle(body(frames.STRIKE), AT) is None
    with pytest.raises(ParseError):
        events.lifecycle(LifecycleChange("exploded", "A"), AT)


def test_redefined():
    market = market_from(parse_market(MARKET).market, series_ticker="S", fee=None, category=None, exclusive=None)
    changed = events.redefined(market, body(frames.STRIKE))
    assert changed.floor_strike == IndexPrice.parse("3012.4567")
    assert changed.custom_strike == {"round_digits": "2"}
    assert (changed.close_time, changed.status) == (market.close_time, market.status)
    ranges = (PriceRange(Price.parse("0"), Price.parse("1"), Price.parse("0.001")),)
    finer = events.redefined(market, LifecycleChange("price_level_structure_updated", "A", price_ranges=ranges))
    assert finer.price_ranges == ranges
    ended = events.redefined(market, body(frames.DETERMINED))
    assert (ended.status, ended.result) == (MarketStatus.DETERMINED, "yes")
