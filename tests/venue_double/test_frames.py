import json

from kalshi_desk.domain.inputs import IndexTick, IndexValue, Lifecycle, MarketTrade
from kalshi_desk.domain.market import Outcome
from kalshi_desk.domain.units import Count, IndexPrice, Nanos, Price
from kalshi_desk.simulation.listings import up_down
from kalshi_desk.venue_double import frames
from kalshi_desk.wire.kalshi_events import index_tick, index_value, market_trade
from kalshi_desk.wire.kalshi_ws import parse_frame

AT = Nanos.parse("2026-11-21T14:14:30Z")
TICKER = "KXBTC15M-26NOV210930-30"


def through(kind, msg):
    return parse_frame(json.dumps({"type": kind, "sid": 1, "seq": 1, "msg": json.loads(msg)})).body


def test_index_values_come_back_as_they_were():
    value = IndexValue(
        at=AT, occurred_at=AT, underlying="BTC", index_id="BRTI", value=IndexPrice.parse("91240.11"),
        window_mean=IndexPrice.parse("91236.0175"), window_count=30, window_end=Nanos(AT + 30 * 10**9),
    )  # fmt: skip
    body = through("cfbenchmarks_value", frames.index_second(value, ("91231.40250000", 60)))
    assert index_value(body, {"BRTI": "BTC"}, AT) == value
    tick = IndexTick(at=AT, occurred_at=AT, underlying="BTC", index_id="BRTI", value=IndexPrice.parse("91240.11"))
    assert index_tick(through("cfbenchmarks_value_5hz", frames.index_tick(tick)), {"BRTI": "BTC"}, AT) == tick


def test_trades_come_back_as_they_were():
    trade = MarketTrade(
        at=AT, occurred_at=AT, ticker=TICKER, trade_id="t", price=Price(4_100), count=Count(250), taker_outcome="no"
    )
    assert market_trade(through("trade", frames.trade(trade)), AT) == trade


def test_deltas_are_told_in_the_terms_asked_for():
    change = (Outcome.NO, Price(3_000), Count(-250))
    own, yes = (json.loads(frames.delta(TICKER, change, AT, yes_price=flag)) for flag in (False, True))
    assert (own["price_dollars"], yes["price_dollars"]) == ("0.3000", "0.7000")
    assert (own["delta_fp"], own["side"], own["ts_ms"]) == ("-2.50", "no", AT // 10**6)


def test_lives_are_told_in_seconds():
    market = up_down(TICKER, AT, Nanos(AT + 900 * 10**9))
    created = through("market_lifecycle_v2", frames.created(market))
    assert (created.event_type, created.open_ts) == ("created", AT)
    assert created.floor_strike is None
    end = Lifecycle(at=AT, ticker=TICKER, event="determined", result="yes", settlement_value=Price(10_000))
    told = through("market_lifecycle_v2", frames.life(end))
    assert (told.event_type, told.result, told.settlement_value) == ("determined", "yes", 10_000)
