from kalshi_desk.domain.units import Nanos
from kalshi_desk.simulation.listings import up_down
from kalshi_desk.venue_double.bodies import book_body, event_body, instant, market_body, number, series_body
from kalshi_desk.venue_double.listing import Listing
from kalshi_desk.wire.kalshi_markets import parse_book, parse_market_object

TICKER = "KXBTC15M-26NOV210930-30"


def test_instants_lose_an_empty_fraction():
    assert instant(Nanos.parse("2026-11-21T14:00:00Z")) == "2026-11-21T14:00:00Z"
    assert instant(Nanos.parse("2026-11-21T14:00:00.25Z")) == "2026-11-21T14:00:00.250000Z"


def test_numbers_keep_their_digits():
    assert (number("91234.56000000"), number("91000.00")) == (91234.56, 91000)


def test_an_empty_market_reads_back_through_the_wire():
    import json

    listing = Listing(up_down(TICKER, Nanos(0), Nanos(1_800_000_000 * 10**9)))
    body = market_body(listing)
    assert (body["yes_bid_dollars"], body["yes_ask_dollars"], body["yes_ask_size_fp"]) == ("0.0000", "1.0000", "0.00")
    assert "floor_strike" not in body
    listing.redefine(up_down(TICKER, Nanos(10**18), Nanos(1_800_000_000 * 10**9)))
    assert parse_market_object(json.dumps(market_body(listing))).ticker == TICKER
    assert parse_book(json.dumps(book_body(listing, 0))).orderbook_fp.yes_dollars == ()


def test_series_and_events_name_their_fee_and_shard():
    assert series_body("KXBTC15M")["frequency"] == "fifteen_min"
    assert series_body("KXETHD")["frequency"] == "hourly"
    event = event_body([up_down(TICKER, Nanos(0), Nanos(10**18))])
    assert (event["event_ticker"], event["exchange_index"]) == ("KXBTC15M-26NOV210930", 2)
