import json

import msgspec
import pytest
from hypothesis import given, settings

from kalshi_desk.domain.market import FeeSchedule, MarketStatus, PriceRange
from kalshi_desk.domain.units import Count, IndexPrice, Nanos, Price
from kalshi_desk.errors import ParseError
from kalshi_desk.wire import kalshi_markets as rest
from tests.wire import recorded
from tests.wire.mangle import mangled

_FIELDS = {
    "ticker": "KXBTC15M-26NOV210930-30", "event_ticker": "KXBTC15M-26NOV210930", "market_type": "binary",
    "status": "active", "open_time": "2026-11-21T14:15:00Z", "close_time": "2026-11-21T14:30:00Z",
    "expected_expiration_time": "2026-11-21T14:35:00Z", "settlement_timer_seconds": 1, "can_close_early": True,
    "yes_sub_title": "Price to beat: $91,234.56", "no_sub_title": "x", "rules_primary": "p", "rules_secondary": "s",
    "strike_type": "greater_or_equal", "exchange_index": 2, "custom_strike": {"round_digits": "2", "n": 3},
    "yes_bid_dollars": "0.5300", "yes_bid_size_fp": "412.50", "yes_ask_dollars": "0.5400", "yes_ask_size_fp": "88.00",
    "last_price_dollars": "0.5400", "volume_fp": "150233.71", "volume_24h_fp": "150233.71",
    "open_interest_fp": "40211.05", "price_level_structure": "tapered_deci_cent",
    "price_ranges": [{"start": "0.0000", "end": "0.1000", "step": "0.0010"},
                     {"start": "0.1000", "end": "1.0000", "step": "0.0100"}],
    "result": "", "expiration_value": "", "liquidity_dollars": "0.0000", "some_new_field": {"a": [1.5]},
}  # fmt: skip
MARKET = json.dumps({"market": _FIELDS}).replace('"strike_type"', '"floor_strike": 91234.56, "strike_type"')
SERIES = """{"series": {"ticker": "KXBTC15M", "frequency": "fifteen_min", "title": "BTC up or down",
 "category": "Crypto", "tags": null, "fee_type": "quadratic", "fee_multiplier": 1}}"""
EVENT = """{"event": {"event_ticker": "E", "series_ticker": "KXBTC15M", "title": "t", "sub_title": "",
 "collateral_return_type": "", "mutually_exclusive": false, "fee_multiplier_override": 0.5}, "markets": []}"""
BOOK = '{"orderbook_fp": {"yes_dollars": [["0.4100", "20.00"], ["0.4200", "7.50"]], "no_dollars": null}}'
TRADES = """{"trades": [{"trade_id": "t", "ticker": "A", "count_fp": "1.50", "yes_price_dollars": "0.4200",
 "no_price_dollars": "0.5800", "taker_outcome_side": "yes", "taker_book_side": "bid",
 "created_time": "2026-11-21T14:30:12.5Z", "is_block_trade": false}], "cursor": "next"}"""
STATUS = """{"exchange_active": true, "trading_active": false,
 "exchange_index_statuses": [{"exchange_index": 2, "description": "crypto", "exchange_active": true,
 "trading_active": false}]}"""
PARSERS = {MARKET: rest.parse_market, SERIES: rest.parse_series, EVENT: rest.parse_event, BOOK: rest.parse_book,
           TRADES: rest.parse_trades, STATUS: rest.parse_status}  # fmt: skip


def price(text):
    return Price.parse(text)


def test_market_joined_with_series_and_event():
    series, event = rest.parse_series(SERIES).series, rest.parse_event(EVENT).event
    fee = rest.fee_schedule(series, event)
    assert fee == FeeSchedule("quadratic", 5_000)
    assert rest.fee_schedule(series) == FeeSchedule("quadratic", 10_000)
    about = {"fee": fee, "category": series.category, "exclusive": event.mutually_exclusive}
    market = rest.market_from(rest.parse_market(MARKET).market, series_ticker=event.series_ticker, **about)
    assert (market.ticker, market.series_ticker, market.status) == (
        "KXBTC15M-26NOV210930-30", "KXBTC15M", MarketStatus.ACTIVE,
    )  # fmt: skip
    assert market.floor_strike == IndexPrice.parse("91234.56")
    assert market.close_time == Nanos.parse("2026-11-21T14:30:00Z")
    assert market.price_ranges[0] == PriceRange(price("0"), price("0.1"), price("0.001"))
    assert market.custom_strike == {"round_digits": "2", "n": "3"}
    assert (market.fee, market.category, market.exchange_index) == (fee, "Crypto", 2)
    assert market.settlement_value is None
    assert market.exclusive is False


def test_a_waiver_is_joined_into_the_fee():
    text = MARKET.replace('"market_type"', '"fee_waiver_expiration_time": "2026-12-01T00:00:00Z", "market_type"')
    body = rest.parse_market(text).market
    market = rest.market_from(body, series_ticker="S", fee=FeeSchedule("quadratic", 1), category=None, exclusive=None)
    assert market.fee.waived_until == Nanos.parse("2026-12-01T00:00:00Z")
    assert rest.market_from(body, series_ticker="S", fee=None, category=None, exclusive=None).fee is None


def test_book_trades_and_status():
    book = rest.parse_book(BOOK).orderbook_fp
    assert book.yes_dollars[-1] == (price("0.42"), Count.parse("7.5"))
    assert book.no_dollars is None
    page = rest.parse_trades(TRADES)
    assert (page.cursor, page.trades[0].count_fp) == ("next", Count.parse("1.5"))
    status = rest.parse_status(STATUS)
    assert [s.exchange_index for s in status.exchange_index_statuses] == [2]


@pytest.mark.parametrize("field", ["yes_bid_dollars", "close_time", "status", "rules_primary", "price_ranges"])
def test_a_missing_field_is_a_parse_error(field):
    value = json.loads(MARKET)
    del value["market"][field]
    with pytest.raises(ParseError):
        rest.parse_market(json.dumps(value))


@pytest.mark.parametrize(("field", "bad"), [("status", "open"), ("yes_bid_dollars", 53), ("close_time", "soon")])
def test_a_wrong_field_is_a_parse_error(field, bad):
    value = json.loads(MARKET)
    value["market"][field] = bad
    with pytest.raises(ParseError):
        rest.parse_market(json.dumps(value))


@settings(max_examples=300, deadline=None)
@given(mangled(list(PARSERS)))
def test_only_parse_errors_escape(text):
    for parse in PARSERS.values():
        try:
            found = parse(text)
            if parse is rest.parse_market:
                rest.market_from(found.market, series_ticker="S", fee=None, category=None, exclusive=None)
        except ParseError:
            pass


def test_recorded_markets_parse(recordings_dir):
    folder, seen = recordings_dir / "kalshi_rest_raw_2026-07", 0
    for path in sorted(folder.glob("*.zst")):
        objects = msgspec.json.decode("".join(recorded.lines(path)), type=dict[str, msgspec.Raw])
        for ticker, raw in objects.items():
            body = rest.parse_market_object(raw)
            assert body.ticker == ticker
            seen += 1
    assert seen > 400
