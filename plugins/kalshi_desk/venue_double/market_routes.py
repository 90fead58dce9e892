"""Market data over REST: status, series, events, markets, books, trades. Source: docs.kalshi.com, market data."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable

import msgspec
from aiohttp import web

from kalshi_desk.domain.market import Market, MarketStatus
from kalshi_desk.venue_double import bodies
from kalshi_desk.venue_double.api_error import bad_query, not_found
from kalshi_desk.venue_double.guard import VENUE
from kalshi_desk.venue_double.listing import Listing
from kalshi_desk.venue_double.requests import names_of, page, query_int
from kalshi_desk.venue_double.venue import Venue

FILTERS: dict[str, frozenset[MarketStatus]] = {
    "unopened": frozenset({MarketStatus.INITIALIZED}),
    "open": frozenset({MarketStatus.ACTIVE, MarketStatus.INACTIVE}),
    "paused": frozenset({MarketStatus.INACTIVE}),
    "closed": frozenset({MarketStatus.CLOSED, MarketStatus.DETERMINED, MarketStatus.DISPUTED, MarketStatus.AMENDED}),
    "settled": frozenset({MarketStatus.FINALIZED}),
}
_SECOND = 10**9


def _all(request: web.Request) -> list[Listing]:
    return list(request.app[VENUE].exchange.listings.values())


def _statuses(request: web.Request) -> frozenset[MarketStatus]:
    status = request.query.get("status", "")
    if status and status not in FILTERS:
        raise bad_query(f"invalid status: {status[:40]}")
    return FILTERS[status] if status else frozenset(MarketStatus)


async def status(request: web.Request) -> web.Response:
    """Say that the exchange works."""
    active = {"exchange_active": True, "trading_active": True, "intra_exchange_transfers_active": True}
    shards = [active | {"exchange_index": shard, "description": ""} for shard in (0, 2)]
    return web.json_response(active | {"exchange_index_statuses": shards})


def _series(request: web.Request) -> set[str]:
    return {listings[0].market.series_ticker for listings in request.app[VENUE].exchange.events.values()}


async def series_list(request: web.Request) -> web.Response:
    """List the series, of one category if asked."""
    category = request.query.get("category")
    tickers = sorted(_series(request))
    found = [bodies.series_body(ticker) for ticker in tickers]
    return web.json_response({"series": [one for one in found if category in (None, one["category"])]})


async def series(request: web.Request) -> web.Response:
    """Return one series."""
    ticker = request.match_info["series"]
    if ticker not in _series(request):
        raise not_found()
    return web.json_response({"series": bodies.series_body(ticker)})


async def fee_changes(request: web.Request) -> web.Response:
    """Say that no series changes its fee."""
    return web.json_response({"series_fee_change_arr": []})


async def event_fee_changes(request: web.Request) -> web.Response:
    """Say that no event changes its fee."""
    return web.json_response({"event_fee_changes": [], "cursor": ""})


def _events(request: web.Request) -> dict[str, list[Listing]]:
    return request.app[VENUE].exchange.events


def _event(venue: Venue, listings: list[Listing], *, nested: bool) -> bodies.Body:
    world = venue.source.forecasts
    about = None if world is None else world.event_about(listings[0].market.ticker)
    body = bodies.event_body([listing.market for listing in listings], about)
    return body | {"markets": [_market(venue, listing) for listing in listings]} if nested else body


def _market(venue: Venue, listing: Listing) -> bodies.Body:
    return bodies.market_body(listing, venue.about(listing.market.ticker))


def _reply(body: object) -> web.Response:
    return web.Response(body=msgspec.json.encode(body), content_type="application/json")


async def events(request: web.Request) -> web.Response:
    """List events by series, status and time of close."""
    statuses, wanted, series_ticker = (
        _statuses(request),
        names_of(request, "tickers"),
        request.query.get("series_ticker"),
    )
    closing = query_int(request, "min_close_ts", 0) * _SECOND
    known = _events(request)
    kept = [
        listings
        for ticker in sorted(known)
        if (not wanted or ticker in wanted)
        and (listings := known[ticker])
        and series_ticker in (None, listings[0].market.series_ticker)
        and listings[0].market.close_time >= closing
        and any(listing.market.status in statuses for listing in listings)
    ]
    shown, cursor = page(request, kept, default=200, most=200)
    nested = _asks(request, "with_nested_markets")
    found = []
    for one in shown:
        found.append(_event(request.app[VENUE], one, nested=nested))
        await asyncio.sleep(0)  # the market goes on meanwhile
    told = {"milestones": _milestones(request.app[VENUE], shown)} if _asks(request, "with_milestones") else {}
    return _reply({"events": found, "cursor": cursor} | told)


def _asks(request: web.Request, name: str) -> bool:
    return request.query.get(name) == "true"


def _milestones(venue: Venue, events: Iterable[list[Listing]]) -> list[bodies.Body]:
    """Return what the world waits for in these events, as far as it is told."""
    world = venue.source.forecasts
    firsts = [listings[0].market for listings in events]
    told = [] if world is None else [(first, world.event_about(first.ticker)) for first in firsts]
    return [bodies.milestone_body(first, about) for first, about in told if about is not None]


async def milestones(request: web.Request) -> web.Response:
    """List what the world waits for, of one event or category if asked."""
    if query_int(request, "limit", 0, most=500) < 1:
        raise bad_query("invalid limit: 1 to 500 needed")
    event_ticker, category = request.query.get("related_event_ticker"), request.query.get("category")
    known = _events(request)
    kept = [
        known[ticker]
        for ticker in sorted(known)
        if event_ticker in (None, ticker) and category in (None, known[ticker][0].market.category)
    ]
    found = _milestones(request.app[VENUE], kept)
    shown, cursor = page(request, found, default=100, most=500)
    return _reply({"milestones": shown, "cursor": cursor})


async def event(request: web.Request) -> web.Response:
    """Return one event with its markets."""
    listings = _events(request).get(request.match_info["event"])
    if listings is None:
        raise not_found()
    nested = _asks(request, "with_nested_markets")
    venue = request.app[VENUE]
    markets = [_market(venue, listing) for listing in listings]
    return _reply({"event": _event(venue, listings, nested=nested), "markets": markets})


async def markets(request: web.Request) -> web.Response:
    """List markets by the filters of the real endpoint."""
    wanted = _wanted(request)
    kept = [listing for listing in _all(request) if wanted(listing.market)]
    kept.sort(key=lambda listing: (listing.market.close_time, listing.market.ticker))
    shown, cursor = page(request, kept, default=100, most=1000)
    found = []
    for one in shown:
        found.append(_market(request.app[VENUE], one))
        await asyncio.sleep(0)
    return _reply({"markets": found, "cursor": cursor})


def _wanted(request: web.Request) -> Callable[[Market], bool]:
    statuses, tickers = _statuses(request), names_of(request, "tickers")
    named = {name: request.query.get(name) for name in ("event_ticker", "series_ticker")}
    after, before = query_int(request, "min_close_ts", 0), query_int(request, "max_close_ts", 1 << 40)

    def wanted(market: Market) -> bool:
        return (
            market.status in statuses
            and (not tickers or market.ticker in tickers)
            and all(value in (None, getattr(market, name)) for name, value in named.items())
            and after * _SECOND <= market.close_time <= before * _SECOND
        )

    return wanted


def _listing(request: web.Request) -> Listing:
    return request.app[VENUE].exchange.listing(request.match_info["ticker"])


async def market(request: web.Request) -> web.Response:
    """Return one market."""
    return _reply({"market": _market(request.app[VENUE], _listing(request))})


async def orderbook(request: web.Request) -> web.Response:
    """Return one book."""
    depth = query_int(request, "depth", 0, most=100)
    request.app[VENUE].wake(request.match_info["ticker"])
    return web.json_response(bodies.book_body(_listing(request), depth))


async def orderbooks(request: web.Request) -> web.Response:
    """Return several books."""
    tickers = request.query.getall("tickers", [])
    if not 1 <= len(tickers) <= 100:
        raise bad_query("invalid tickers: 1 to 100 needed")
    exchange = request.app[VENUE].exchange
    for ticker in tickers:
        request.app[VENUE].wake(ticker)
    found = [{"ticker": ticker} | bodies.book_body(exchange.listing(ticker), 0) for ticker in tickers]
    return web.json_response({"orderbooks": found})


async def trades(request: web.Request) -> web.Response:
    """Return public trades, newest first."""
    ticker = request.query.get("ticker")
    low, high = query_int(request, "min_ts", 0) * _SECOND, query_int(request, "max_ts", 1 << 40) * _SECOND
    found = [
        trade
        for listing in _all(request)
        if ticker in (None, listing.market.ticker)
        for trade in listing.trades
        if low <= trade.occurred_at <= high
    ]
    found.sort(key=lambda trade: (trade.occurred_at, trade.trade_id), reverse=True)
    shown, cursor = page(request, found, default=100, most=1000)
    return web.json_response({"trades": [bodies.trade_body(one) for one in shown], "cursor": cursor})


ROUTES = [
    web.get("/exchange/status", status),
    web.get("/series", series_list),
    web.get("/series/fee_changes", fee_changes),
    web.get("/events/fee_changes", event_fee_changes),
    web.get("/series/{series}", series),
    web.get("/events", events),
    web.get("/events/{event}", event),
    web.get("/milestones", milestones),
    web.get("/markets", markets),
    web.get("/markets/trades", trades),
    web.get("/markets/orderbooks", orderbooks),
    web.get("/markets/{ticker}", market),
    web.get("/markets/{ticker}/orderbook", orderbook),
]
