"""Forecast markets at the venue: listing, books, orders, settlement, and a restart in the middle of it."""

import json

import pytest

from kalshi_desk.adapters.kalshi.rest import open_rest
from kalshi_desk.clock import ClockSegment, ScaledClock, wall_now
from kalshi_desk.domain.inputs import MarketDefined
from kalshi_desk.domain.market import BookSide, MarketStatus
from kalshi_desk.domain.units import NANOS, Cash, Count, Nanos, Price
from kalshi_desk.simulation.orders import SelfTrade, SimOrder, SimState, TimeInForce
from kalshi_desk.venue_double.channels import Subscription
from kalshi_desk.venue_double.commands import Connection
from kalshi_desk.venue_double.exchange import Exchange
from kalshi_desk.venue_double.faults import load_faults
from kalshi_desk.venue_double.server import save
from kalshi_desk.venue_double.sources import SyntheticSource
from kalshi_desk.venue_double.store import Store
from kalshi_desk.venue_double.venue import Venue
from kalshi_desk.wire.kalshi_markets import fee_schedule
from kalshi_desk.wire.kalshi_orders import TimeInForce as Wish
from tests.venue_double.clients import ROOT, call, order

START = Nanos.parse("2026-11-21T15:45:00Z")
MINUTE = 60 * NANOS


class Wall:
    """A wall clock that stands until it is moved."""

    def __init__(self, now):
        self.now = now

    def __call__(self):
        return self.now


def opened(tmp_path, at=START, saved=None):
    """Return a venue with 150 forecast markets over one file, as it stands at an instant."""
    wall, segments = Wall(at), [ClockSegment(START, START, 1.0)]
    exchange = Exchange(Store(tmp_path / "venue.sqlite", "sim:synthetic:7"), Cash.parse("100"))
    source = SyntheticSource(7, forecast_markets=150)
    made = Venue(source, ScaledClock(segments, wall), exchange, load_faults(None), segments)
    made.begin(at, saved)
    return made, wall


def ending_soon(venue):
    """Return a two-sided market of the event that ends first, its end, and its best ask."""
    world, now = venue.source.forecasts, venue.exchange.now
    for event in sorted((one for one in world.current(now) if one.lane.early), key=lambda event: event.ends):
        for listing in venue.exchange.events[event.ticker]:
            quote = world.about(listing.market.ticker, now).quote
            if quote.bid is not None and quote.ask is not None and quote.bid > 500 and quote.ask < 9_500:
                return listing.market.ticker, event, quote
    raise AssertionError("nothing is quoted")


def wish(ticker, price, number, **more):
    given = {"side": BookSide.BID, "count": Count(100), "time_in_force": TimeInForce.GTC} | more
    return SimOrder(
        order_id=str(number), account="sim:synthetic:7", ticker=ticker, price=price, created_at=START,
        self_trade=SelfTrade.TAKER, client_order_id=f"c{number}", **given,
    )  # fmt: skip


async def test_the_desk_s_adapter_reads_and_trades_them(start, trader):
    running = await start(SyntheticSource(7, forecast_markets=60))
    async with open_rest(running.rest, trader, wall=wall_now) as rest:
        events = await rest.reads.events({"with_nested_markets": "true", "status": "open"})
        found = [one for event in events for one in event.markets if event.category != "Crypto"]
        assert len(found) == 60
        market = next(one for one in found if 1_000 < one.yes_bid_dollars < one.yes_ask_dollars < 9_000)
        assert market.volume_fp >= market.volume_24h_fp > 0
        assert market.open_interest_fp > 0
        event = await rest.reads.event(market.event_ticker)
        series = await rest.reads.series(event.series_ticker)
        assert series.category == event.category
        assert fee_schedule(series, event).multiplier_e4 == 10_000
        settled = await rest.reads.markets({"status": "settled"})
        assert len(settled) > 30
        assert all(one.result in ("yes", "no") and one.settlement_ts and one.expiration_value for one in settled)
        book = await rest.reads.book(market.ticker)
        best = max(price for price, _ in book.no_dollars)
        taken = await rest.writes.create(order(market.ticker, best.complement, "f1", time_in_force=Wish.IOC))
        assert (taken.fill_count, taken.average_fill_price) == (Count.parse("1"), best.complement)


async def test_a_page_of_events_holds_them_all_once(start, reader):
    running = await start(SyntheticSource(7, forecast_markets=500))
    tickers, cursor = [], ""
    while True:
        path = f"{ROOT}/events?with_nested_markets=true&limit=100&status=open&cursor={cursor}"
        page = (await call(running, reader, "GET", path))[1]
        tickers += [market["ticker"] for event in page["events"] for market in event["markets"]]
        if not (cursor := page["cursor"]):
            break
    assert len(set(tickers)) == len(tickers) > 500
    body = (await call(running, reader, "GET", f"{ROOT}/series?category=Economics"))[1]
    assert {one["category"] for one in body["series"]} == {"Economics"}


def test_a_position_is_held_through_a_restart_and_paid_by_the_outcome(tmp_path):
    first, wall = opened(tmp_path)
    ticker, event, quote = ending_soon(first)
    first.wake(ticker)
    placed = first.exchange.place(wish(ticker, quote.ask, 1))
    assert placed.order.filled == Count(100)
    resting = first.exchange.place(wish(ticker, Price(100), 2)).order
    wall.now = Nanos(event.ends - 5 * MINUTE)
    first.step()
    save(first)
    saved = first.exchange.store.fact("source")
    first.exchange.store.close()
    second, wall = opened(tmp_path, Nanos(event.ends - 5 * MINUTE), saved)
    assert second.exchange.orders["2"].state is SimState.RESTING
    assert second.exchange.listings[ticker].matcher.book.reason is None
    told = []
    second.channels.add(Subscription("market_lifecycle_v2", 1, told.append, None))
    wall.now = Nanos(event.settles + MINUTE)
    second.step()
    (paid,) = second.exchange.settlements
    result = second.exchange.listings[ticker].market.result
    assert (paid.ticker, paid.result, paid.at) == (ticker, result, event.settles)
    assert paid.revenue == (Cash.parse("1") if result == "yes" else 0)
    assert second.exchange.orders[resting.order_id].state is SimState.CANCELED
    kinds = [json.loads(frame)["msg"]["event_type"] for frame in told if f'"{ticker}"' in frame]
    assert kinds == ["close_date_updated", "determined", "settled"]
    second.exchange.store.close()
    third, _ = opened(tmp_path, wall.now, saved)
    assert third.exchange.listings[ticker].market.status is MarketStatus.FINALIZED
    third.exchange.store.close()


def test_a_subscribed_book_comes_whole_and_moves(tmp_path):
    made, wall = opened(tmp_path)
    ticker, _, quote = ending_soon(made)
    told = []
    connection = Connection(made.channels, made.exchange.listings, told.append, made.wake)
    connection.take(
        json.dumps({"id": 1, "cmd": "subscribe", "params": {"channels": ["orderbook_delta"], "market_ticker": ticker}})
    )
    first = json.loads(told[1])
    assert first["type"] == "orderbook_snapshot"
    assert first["msg"]["yes_dollars_fp"][-1][0] == str(quote.bid)
    wall.now = Nanos(START + 9 * MINUTE)
    before = len(told)
    for minute in range(1, 10):
        wall.now = Nanos(START + minute * MINUTE)
        made.step()
    assert len(told) > before
    made.exchange.store.close()


def test_more_markets_may_be_listed_later_but_never_fewer(tmp_path):
    source = SyntheticSource(7, forecast_markets=40)
    list(source.start(START, None))
    saved = source.save()
    for wanted, expected in ((10, 40), (90, 90)):
        again = SyntheticSource(7, forecast_markets=wanted)
        standing = list(again.start(Nanos(START + MINUTE), saved))
        listed = {m.market.ticker: m.market for m in standing if isinstance(m, MarketDefined)}
        forecast = [market for market in listed.values() if market.category != "Crypto"]
        assert sum(market.status is MarketStatus.ACTIVE for market in forecast) == expected


@pytest.mark.parametrize("markets", [0, 300])
def test_a_new_account_starts_fast(markets, tmp_path):
    began = wall_now()
    source = SyntheticSource(7, forecast_markets=markets)
    standing = list(source.start(START, None))
    assert wall_now() - began < 10 * NANOS  # a start of 300 takes a quarter of a second; machines differ
    assert (source.forecasts is None) == (markets == 0)
    assert len(standing) > markets
