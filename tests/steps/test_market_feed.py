import json

import msgspec
import pytest

from kalshi_desk.domain.control import EstimateRequest
from kalshi_desk.domain.inputs import (
    BookChanged,
    BookLost,
    FeedAlive,
    IndexTick,
    IndexValue,
    Lifecycle,
    MarketDefined,
    MarketTrade,
)
from kalshi_desk.domain.market import MarketStatus
from kalshi_desk.domain.units import Nanos, seconds
from kalshi_desk.errors import ParseError
from kalshi_desk.steps.market_feed import MarketFeed
from tests.crypto import CLOSE, OPEN, TICKER, at, up_down

MILLIS = OPEN // 1_000_000
OPEN_S = OPEN // 1_000_000_000


def feed():
    return MarketFeed(crypto_series=["KXBTC15M"], coins={"BRTI": "BTC"})


def opened(*markets):
    started = feed()
    started.learn(markets or [up_down()], at(0))
    started.greeting(at(0))
    started.take(frame("subscribed", {"channel": "orderbook_delta", "sid": 1}), at(0))
    started.take(frame("subscribed", {"channel": "trade", "sid": 2}), at(0))
    return started


def frame(kind, msg, **envelope):
    return json.dumps({"type": kind, "msg": msg, **envelope})


def snapshot(seq=1):
    levels = {"yes_dollars_fp": [["0.4100", "20.00"]], "no_dollars_fp": [["0.5600", "15.00"]]}
    return frame("orderbook_snapshot", {"market_ticker": TICKER, "market_id": "m", **levels}, sid=1, seq=seq)


def delta(seq, ms=0):
    msg = {"market_ticker": TICKER, "price_dollars": "0.4100", "delta_fp": "-5.00", "side": "yes", "ts_ms": MILLIS + ms}
    return frame("orderbook_delta", msg, sid=1, seq=seq)


def lifecycle(event, ticker=TICKER, **fields):
    return frame("market_lifecycle_v2", {"event_type": event, "market_ticker": ticker, **fields})


def kinds(news):
    return [type(message) for message in news.messages]


def test_a_listed_market_is_defined_once_until_it_changes() -> None:
    started = feed()
    assert kinds(started.learn([up_down()], at(0))) == [MarketDefined]
    assert kinds(started.learn([up_down()], at(1))) == []
    changed = up_down(status=MarketStatus.INACTIVE)
    assert started.learn([changed], at(2)).messages == [MarketDefined(at=at(2), market=changed)]


def test_a_market_is_subscribed_from_just_before_its_opening() -> None:
    started = opened(up_down())
    later = up_down(ticker="KXBTC15M-26MAY131230-30", open_time=CLOSE, close_time=Nanos(CLOSE + seconds(900)))
    assert started.learn([later], at(100)).frames == []
    frames = [json.loads(text)["params"] for text in started.tick(at(896), alive=True).frames]
    assert [(p["action"], p["market_tickers"]) for p in frames] == [("add_markets", [later.ticker])] * 2


def test_a_market_long_over_is_forgotten() -> None:
    started = opened()
    dropped = [json.loads(text)["params"] for text in started.tick(at(935), alive=True).frames]
    assert [p["action"] for p in dropped] == ["delete_markets"] * 2
    started.tick(at(1501), alive=True)
    assert started.markets == {}
    assert started.learn([up_down()], at(1502)).messages == []


def test_books_come_as_snapshots_and_change_sets() -> None:
    started = opened()
    assert kinds(started.take(snapshot(), at(1))) == [BookChanged]
    assert kinds(started.take(delta(2), at(2))) == []
    assert kinds(started.take(delta(3), at(2))) == []
    [change] = started.pause(at(2)).messages
    assert (change.version, change.snapshot, str(change.yes[0][1])) == (2, False, "10.00")


def test_a_gap_loses_the_book_and_asks_for_it() -> None:
    started = opened()
    started.take(snapshot(), at(1))
    news = started.take(delta(9), at(2))
    assert kinds(news) == [BookLost]
    assert json.loads(news.frames[0])["params"]["action"] == "get_snapshot"


def test_a_lost_connection_loses_every_book() -> None:
    started = opened()
    started.take(snapshot(), at(1))
    assert started.lost(at(2), "closed").messages == [BookLost(at=at(2), ticker=TICKER, reason="closed")]


def test_definitions_come_again_and_life_is_told() -> None:
    started = opened()
    assert kinds(started.tick(at(1), alive=True)) == [FeedAlive]
    assert kinds(started.tick(at(3), alive=True)) == []
    assert kinds(started.tick(at(7), alive=False)) == []
    assert kinds(started.tick(at(31), alive=True)) == [MarketDefined, FeedAlive]


def test_the_long_list_of_other_markets_is_told_again_seldom() -> None:
    started = opened(up_down(ticker="KXFED-1", series_ticker="KXFED"))
    book = json.loads(snapshot())
    book["msg"]["market_ticker"] = "KXFED-1"
    started.take(json.dumps(book), at(1))
    assert [type(m) for s in range(2, 300, 30) for m in started.tick(at(s), alive=False).messages] == []
    assert kinds(started.tick(at(302), alive=False)) == [BookChanged, MarketDefined]


def test_trades_and_indices_are_passed_on() -> None:
    started = opened()
    trade = {
        "trade_id": "t", "market_ticker": TICKER, "yes_price_dollars": "0.4200", "no_price_dollars": "0.5800",
        "count_fp": "2.00", "taker_outcome_side": "yes", "taker_book_side": "bid", "ts_ms": MILLIS,
    }  # fmt: skip
    raw = json.dumps({"type": "value", "id": "BRTI", "time": MILLIS, "value": "64001.5"})
    second = {"index_id": "BRTI", "received_at": MILLIS, "data": raw}
    fast = {"index_id": "BRTI", "value_usd": "64002.00000000", "source_ts_ms": MILLIS, "received_at": MILLIS}
    frames = (("trade", trade), ("cfbenchmarks_value", second), ("cfbenchmarks_value_5hz", fast))
    found = [kinds(started.take(frame(kind, msg, sid=3, seq=1), at(1))) for kind, msg in frames]
    assert found == [[MarketTrade], [IndexValue], [IndexTick]]


def test_a_step_is_told_and_redefines_the_market() -> None:
    started = opened()
    news = started.take(lifecycle("determined", result="yes", settlement_value="1.0000", determination_ts=1), at(905))
    assert kinds(news) == [Lifecycle, MarketDefined]
    assert started.markets[TICKER].result == "yes"
    strike = started.take(lifecycle("metadata_updated", floor_strike=64100.5), at(906))
    assert kinds(strike) == [MarketDefined]
    assert str(strike.messages[0].market.floor_strike) == "64100.50000000"


@pytest.mark.parametrize(("ticker", "relist"), [("KXBTC15M-26MAY131230-30", True), ("KXOTHER-1", False)])
def test_a_new_market_of_a_crypto_series_asks_for_a_listing(ticker, relist) -> None:
    news = opened().take(lifecycle("created", ticker, open_ts=OPEN_S, close_ts=OPEN_S + 900), at(1))
    assert (news.messages, news.relist) == ([], relist)


def test_new_events_and_fees_ask_for_a_listing() -> None:
    fee = {"event_ticker": "E", "fee_type_override": None, "fee_multiplier_override": None}
    assert opened().take(frame("event_fee_update", fee), at(1)).relist


def test_other_markets_ask_for_estimates_at_most_once_a_minute() -> None:
    other = up_down(ticker="KXFED-1", series_ticker="KXFED")
    started = opened(other)
    steps = [started.take(lifecycle("metadata_updated", "KXFED-1"), at(s)) for s in (1, 2, 62)]
    assert [EstimateRequest in kinds(news) for news in steps] == [True, False, True]


@pytest.mark.parametrize("text", ["{", '{"type":"odd","msg":{}}', frame("error", {"code": 8, "msg": "no such"})])
def test_what_cannot_be_used_is_a_parse_error(text) -> None:
    with pytest.raises(ParseError):
        opened().take(text, at(1))


def test_the_same_frames_give_the_same_messages() -> None:
    def play():
        started = opened()
        frames = [snapshot(), delta(2), delta(3, ms=5), lifecycle("deactivated", is_deactivated=True)]
        news = [started.take(text, at(1)) for text in frames] + [started.pause(at(2)), started.tick(at(40), alive=True)]
        return [msgspec.json.encode(m, enc_hook=str) for each in news for m in each.messages]

    assert play() == play()
