"""The account over REST: orders, fills, positions, balance, settlements, limits. Source: docs.kalshi.com, portfolio."""

from __future__ import annotations

from aiohttp import web

from kalshi_desk.domain.book import mid
from kalshi_desk.domain.market import Outcome
from kalshi_desk.domain.units import NANOS, Cash
from kalshi_desk.simulation.accounts import Account
from kalshi_desk.simulation.orders import SimOrder
from kalshi_desk.venue_double import bodies
from kalshi_desk.venue_double.api_error import not_found
from kalshi_desk.venue_double.buckets import DEFAULT_COST, TIER
from kalshi_desk.venue_double.callers import account_for, accounts_for, asked
from kalshi_desk.venue_double.exchange import Exchange
from kalshi_desk.venue_double.guard import READ, VENUE, WRITE
from kalshi_desk.venue_double.requests import names_of, page, query_int, within

CENT = 10_000


def _exchange(request: web.Request) -> Exchange:
    return request.app[VENUE].exchange


def _shard(exchange: Exchange, ticker: str) -> int:
    return exchange.listing(ticker).market.exchange_index


async def orders(request: web.Request) -> web.Response:
    """List orders, newest first."""
    exchange, status = _exchange(request), request.query.get("status")
    accounts = accounts_for(request, exchange)
    tickers, events = names_of(request, "ticker"), names_of(request, "event_ticker")
    kept = [
        order
        for order in reversed(exchange.orders.values())
        if order.account in accounts
        and (not tickers or order.ticker in tickers)
        and (not events or order.ticker.rpartition("-")[0] in events)
        and status in (None, str(order.state))
        and within(request, order.created_at)
    ]
    shown, cursor = page(request, kept, default=100, most=1000)
    found = [_order(exchange, order) for order in shown]
    return web.json_response({"orders": found, "cursor": cursor})


async def order(request: web.Request) -> web.Response:
    """Return one order."""
    exchange = _exchange(request)
    found = exchange.orders.get(request.match_info["order"])
    if found is None or found.account not in accounts_for(request, exchange):
        raise not_found()
    return web.json_response({"order": _order(exchange, found)})


def _order(exchange: Exchange, order: SimOrder) -> bodies.Body:
    number = exchange.accounts[order.account].subaccount
    return bodies.order_body(order, _shard(exchange, order.ticker), number)


async def fills(request: web.Request) -> web.Response:
    """List fills, newest first."""
    exchange, tickers, order_id = _exchange(request), names_of(request, "ticker"), request.query.get("order_id")
    accounts = accounts_for(request, exchange)
    kept = [
        fill
        for fill in reversed(exchange.fills)
        if fill.account in accounts
        and (not tickers or fill.ticker in tickers)
        and order_id in (None, fill.order_id)
        and within(request, fill.at)
    ]
    shown, cursor = page(request, kept, default=100, most=1000)
    found = [
        bodies.fill_body(fill, _shard(exchange, fill.ticker), exchange.accounts[fill.account].subaccount)
        for fill in shown
    ]
    return web.json_response({"fills": found, "cursor": cursor})


async def positions(request: web.Request) -> web.Response:
    """List open positions, by market and by event."""
    exchange, ticker, event = _exchange(request), request.query.get("ticker"), request.query.get("event_ticker")
    kept = [
        (name, holding)
        for name, holding in account_for(request, exchange, asked(request)).holdings.items()
        if ticker in (None, name) and event in (None, name.rpartition("-")[0])
    ]
    shown, cursor = page(request, kept, default=100, most=1000)
    found = [bodies.position_body(name, held, _shard(exchange, name), exchange.now) for name, held in shown]
    return web.json_response({"market_positions": found, "event_positions": _events(found), "cursor": cursor})


def _events(positions: list[bodies.Body]) -> list[bodies.Body]:
    events: dict[str, dict[str, int]] = {}
    for one in positions:
        sums = events.setdefault(one["ticker"].rpartition("-")[0], dict.fromkeys(("cost", "realized", "fees"), 0))
        sums["cost"] += Cash.parse(one["market_exposure_dollars"])
        sums["realized"] += Cash.parse(one["realized_pnl_dollars"])
        sums["fees"] += Cash.parse(one["fees_paid_dollars"])
    return [
        {
            "event_ticker": event,
            "total_cost_dollars": str(Cash(sums["cost"])),
            "total_cost_shares_fp": "0.00",
            "event_exposure_dollars": str(Cash(sums["cost"])),
            "realized_pnl_dollars": str(Cash(sums["realized"])),
            "fees_paid_dollars": str(Cash(sums["fees"])),
        }
        for event, sums in events.items()
    ]


async def settlements(request: web.Request) -> web.Response:
    """List settlements, newest first."""
    exchange, ticker, event = _exchange(request), request.query.get("ticker"), request.query.get("event_ticker")
    accounts = accounts_for(request, exchange)
    kept = [
        paid
        for paid in reversed(exchange.settlements)
        if paid.account in accounts
        and ticker in (None, paid.ticker)
        and event in (None, paid.ticker.rpartition("-")[0])
        and within(request, paid.at)
    ]
    shown, cursor = page(request, kept, default=100, most=1000)
    found = [bodies.settlement_body(paid, exchange.listing(paid.ticker).market) for paid in shown]
    return web.json_response({"settlements": found, "cursor": cursor})


async def balance(request: web.Request) -> web.Response:
    """Return free cash, over all shards and by shard."""
    exchange = _exchange(request)
    account = account_for(request, exchange, asked(request))
    free = {shard: exchange.free(shard, account) for shard in account.cash}
    of_one = query_int(request, "exchange_index", 0)
    every = "exchange_index" not in request.query
    total = Cash(sum(free.values())) if every else exchange.free(of_one, account)
    breakdown = [{"exchange_index": shard, "balance": _four(cash)} for shard, cash in sorted(free.items())]
    return web.json_response(
        {
            "balance": total // CENT,
            "balance_dollars": _four(total),
            "balance_breakdown": breakdown,
            "portfolio_value": _worth(exchange, account) // CENT,
            "updated_ts": exchange.now // NANOS,
        }
    )


def _four(cash: Cash) -> str:
    return str(Cash(cash // 100 * 100))[:-2]


def _worth(exchange: Exchange, account: Account) -> int:
    """Value positions at the mid, at cost where there is none, in $0.000001."""
    total = 0
    for ticker, held in account.holdings.items():
        middle = mid(exchange.listing(ticker).matcher.book.quote())
        if middle is None:
            total += held.cost
        else:
            total += round((middle if held.count > 0 else 1 - middle) * CENT) * abs(held.count)
    return total


async def limits(request: web.Request) -> web.Response:
    """Return the account's tier and buckets."""
    shown = {
        name: {"refill_rate": bucket.refill, "bucket_capacity": bucket.capacity}
        for name, bucket in (("read", request.app[READ]), ("write", request.app[WRITE]))
    }
    return web.json_response({"usage_tier": TIER, "grants": []} | shown)


async def costs(request: web.Request) -> web.Response:
    """Return the token costs that differ from the default."""
    prefix = "/trade-api/v2/portfolio"
    cheap = [
        {"method": "DELETE", "path": f"{prefix}/events/orders/{{order_id}}", "cost": 2},
        {"method": "GET", "path": f"{prefix}/orders/{{order_id}}", "cost": 2},
    ]
    return web.json_response({"default_cost": DEFAULT_COST, "endpoint_costs": cheap})


async def queue_position(request: web.Request) -> web.Response:
    """Return what stands before a resting order at its price."""
    exchange = _exchange(request)
    found = exchange.resting(request.match_info["order"], accounts_for(request, exchange))
    book = exchange.listing(found.ticker).shown
    own = Outcome.YES if str(found.side) == "bid" else Outcome.NO
    price = found.price if own is Outcome.YES else found.price.complement
    return web.json_response({"queue_position_fp": str(book[own].get(price, "0.00"))})


async def data_timestamp(request: web.Request) -> web.Response:
    """Say how fresh the account's reads are: they are the exchange's own."""
    return web.json_response({"as_of_time": bodies.instant(_exchange(request).now)})


ROUTES = [
    web.get("/portfolio/orders", orders),
    web.get("/portfolio/orders/{order}", order),
    web.get("/portfolio/orders/{order}/queue_position", queue_position),
    web.get("/portfolio/fills", fills),
    web.get("/portfolio/positions", positions),
    web.get("/portfolio/settlements", settlements),
    web.get("/portfolio/balance", balance),
    web.get("/account/limits", limits),
    web.get("/account/endpoint_costs", costs),
    web.get("/exchange/user_data_timestamp", data_timestamp),
]
