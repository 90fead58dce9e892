"""Order writes over REST, version 2, and order groups. Source: docs.kalshi.com, orders and order groups.

An order is on disk before its answer is written.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import msgspec
from aiohttp import web

from kalshi_desk.clock import wall_now
from kalshi_desk.domain.market import BookSide
from kalshi_desk.domain.units import NANOS, Cash, Count, Nanos, Price
from kalshi_desk.simulation.accounts import Account
from kalshi_desk.simulation.orders import Placed, SelfTrade, SimOrder, TimeInForce
from kalshi_desk.venue_double.api_error import ApiError, nested
from kalshi_desk.venue_double.buckets import CHEAP, DEFAULT_COST
from kalshi_desk.venue_double.callers import account_for, accounts_for, asked
from kalshi_desk.venue_double.exchange import Exchange, new_order_id
from kalshi_desk.venue_double.groups import OrderGroup
from kalshi_desk.venue_double.guard import VENUE, WRITE
from kalshi_desk.venue_double.requests import body_of, choice, exact, required, whole

MILLI = 1_000_000
_NEEDED = ("ticker", "side", "count", "price", "time_in_force", "self_trade_prevention_type")


async def create(request: web.Request) -> web.Response:
    """Take an order."""
    venue, body = request.app[VENUE], await body_of(request)
    venue.wake(str(body.get("ticker")))
    return web.json_response(_create(request, venue.ready(), body), status=201)


def _create(request: web.Request, exchange: Exchange, body: Mapping[str, Any]) -> dict[str, Any]:
    order = _order(body, exchange, account_for(request, exchange, body.get("subaccount")))
    listing = exchange.listing(order.ticker)
    shard = body.get("exchange_index", -1)
    if shard not in (-1, listing.market.exchange_index):
        raise nested(404, "market_not_found", "not on this shard")
    placed = exchange.place(order, group=body.get("order_group_id"))
    missed = order.time_in_force is TimeInForce.IOC and not order.filled
    if missed and request.app[VENUE].faults.conflicts_with_miss():
        raise nested(409, "immediate_or_cancel_insufficient_resting_volume")
    return _answer(placed, exchange.now) | {"client_order_id": order.client_order_id or ""}


def _order(body: Mapping[str, Any], exchange: Exchange, account: Account) -> SimOrder:
    required(body, *_NEEDED)
    expiry = body.get("expiration_time")
    return SimOrder(
        order_id=new_order_id(),
        account=account.name,
        ticker=str(body["ticker"]),
        side=choice(body, "side", BookSide),
        price=exact(body, "price", Price, "invalid_price"),
        count=exact(body, "count", Count, "invalid_order_size"),
        time_in_force=choice(body, "time_in_force", TimeInForce),
        self_trade=choice(body, "self_trade_prevention_type", SelfTrade),
        created_at=exchange.now,
        client_order_id=body.get("client_order_id"),
        post_only=bool(body.get("post_only", False)),
        reduce_only=bool(body.get("reduce_only", False)),
        cancel_on_pause=bool(body.get("cancel_order_on_pause", False)),
        expires_at=None if expiry is None else Nanos(whole(expiry, "expiration_time") * NANOS),
        updated_at=exchange.now,
    )


def _answer(placed: Placed, now: Nanos) -> dict[str, Any]:
    order = placed.order
    body: dict[str, Any] = {
        "order_id": order.order_id, "fill_count": str(order.filled), "remaining_count": str(order.remaining),
        "ts_ms": now // MILLI,
    }  # fmt: skip
    if order.filled:
        paid = order.taker_cost + order.maker_cost
        own = Price(round(paid / order.filled))
        body["average_fill_price"] = str(own if order.side is BookSide.BID else own.complement)
        body["average_fee_paid"] = str(Cash((order.taker_fees + order.maker_fees) * 100 // order.filled))[:-2]
    return body


async def amend(request: web.Request) -> web.Response:
    """Change price and count of a resting order."""
    venue, body = request.app[VENUE], await body_of(request)
    required(body, "ticker", "side", "price", "count")
    exchange = venue.ready()
    order = _own(request, exchange)
    _matches(order, body)
    wish = msgspec.structs.replace(
        order,
        price=exact(body, "price", Price, "invalid_price"),
        count=exact(body, "count", Count, "invalid_order_size"),
        client_order_id=body.get("updated_client_order_id") or order.client_order_id,
        expires_at=_new_expiry(order, body),
    )
    placed = exchange.amend(order, wish)
    return web.json_response(_answer(placed, exchange.now) | {"client_order_id": order.client_order_id or ""})


def _matches(order: SimOrder, body: Mapping[str, Any]) -> None:
    if body["ticker"] != order.ticker:
        raise nested(400, "order_ticker_mismatch")
    if body["side"] != str(order.side):
        raise nested(400, "order_side_mismatch")
    if body.get("client_order_id") not in (None, order.client_order_id):
        raise nested(400, "order_id_and_client_order_id_mismatch")


def _new_expiry(order: SimOrder, body: Mapping[str, Any]) -> Nanos | None:
    if "expiration_time" not in body:
        return order.expires_at
    seconds = whole(body["expiration_time"], "expiration_time")
    return Nanos(seconds * NANOS) if seconds else None


async def decrease(request: web.Request) -> web.Response:
    """Lower what rests, by or to a count."""
    venue, body = request.app[VENUE], await body_of(request)
    if ("reduce_by" in body) == ("reduce_to" in body):
        raise nested(400, "invalid_parameters", "exactly one of reduce_by and reduce_to")
    exchange = venue.ready()
    order = _own(request, exchange)
    if "reduce_to" in body:
        left = exact(body, "reduce_to", Count, "invalid_order_size")
    else:
        left = Count(max(0, order.remaining - exact(body, "reduce_by", Count, "invalid_order_size")))
    changed = exchange.decrease(order.order_id, left)
    return web.json_response(
        {
            "order_id": changed.order_id,
            "client_order_id": changed.client_order_id or "",
            "remaining_count": str(changed.remaining),
            "ts_ms": exchange.now // MILLI,
        }
    )


def _own(request: web.Request, exchange: Exchange) -> SimOrder:
    account = account_for(request, exchange, asked(request))
    return exchange.resting(request.match_info["order"], {account.name})


async def cancel(request: web.Request) -> web.Response:
    """Cancel a resting order."""
    exchange, query = request.app[VENUE].ready(), request.query
    shard = query.get("exchange_index", "-1")
    named = {"market_ticker": query.get("market_ticker"), "exchange_index": int(shard) if shard != "-1" else None}
    account = account_for(request, exchange, asked(request))
    return web.json_response(_cancel(exchange, account, request.match_info["order"], named))


def _cancel(exchange: Exchange, account: Account, order_id: str, named: Mapping[str, Any]) -> dict[str, Any]:
    # an order is looked up on the shard that the request names, by market or number, else on shard 0
    order = exchange.resting(order_id, {account.name})
    shard, market = exchange.listing(order.ticker).market.exchange_index, named.get("market_ticker")
    asked = named.get("exchange_index")
    if market is None and (asked or 0) != shard:
        raise nested(404, "not_found")
    if market is not None and market != order.ticker:
        raise nested(400, "order_ticker_mismatch")
    canceled, rested = exchange.cancel(order_id)
    return {
        "order_id": order_id, "client_order_id": canceled.client_order_id or "", "reduced_by": str(rested),
        "ts_ms": exchange.now // MILLI,
    }  # fmt: skip


async def cancel_all(request: web.Request) -> web.Response:
    """Cancel all resting orders of an account on all shards."""
    exchange = request.app[VENUE].ready()
    account = account_for(request, exchange, asked(request))
    for order in [one for one in exchange.orders.values() if one.remaining and one.account == account.name]:
        exchange.cancel(order.order_id)
    return web.Response(status=204)


async def create_batch(request: web.Request) -> web.Response:
    """Take several orders; each is answered for itself."""
    venue, body = request.app[VENUE], await body_of(request)
    orders = body.get("orders") or []
    request.app[WRITE].take(DEFAULT_COST * max(0, len(orders) - 1), wall_now())
    for one in orders:
        venue.wake(str(one.get("ticker")) if isinstance(one, dict) else "")
    exchange = venue.ready()
    return web.json_response({"orders": [_each(_create, request, exchange, one) for one in orders]}, status=201)


async def cancel_batch(request: web.Request) -> web.Response:
    """Cancel several orders; each is answered for itself."""
    venue, body = request.app[VENUE], await body_of(request)
    orders = body.get("orders") or []
    request.app[WRITE].take(CHEAP * max(0, len(orders) - 1), wall_now())
    exchange = venue.ready()
    return web.json_response({"orders": [_each(_cancel_one, request, exchange, one) for one in orders]})


def _cancel_one(request: web.Request, exchange: Exchange, one: Mapping[str, Any]) -> dict[str, Any]:
    account = account_for(request, exchange, one.get("subaccount"))
    return _cancel(exchange, account, str(one.get("order_id")), one)


def _each(act: Any, request: web.Request, exchange: Exchange, one: Mapping[str, Any]) -> dict[str, Any]:
    try:
        answer: dict[str, Any] = act(request, exchange, one)
    except ApiError as fault:
        error = fault.body["error"] if isinstance(fault.body, dict) and "error" in fault.body else fault.body
        named = {name: one[name] for name in ("order_id", "client_order_id") if name in one}
        return {"error": error} | named
    return answer


async def create_group(request: web.Request) -> web.Response:
    """Open an order group."""
    venue, body = request.app[VENUE], await body_of(request)
    limit = _limit(body)
    account = account_for(request, venue.exchange, body.get("subaccount"))
    shard = whole(body.get("exchange_index", 0), "exchange_index")
    group = venue.exchange.groups.create(limit, shard, account.name)
    answer = {"order_group_id": group.group_id, "subaccount": account.subaccount, "exchange_index": shard}
    return web.json_response(answer, status=201)


def _limit(body: Mapping[str, Any]) -> Count:
    if "contracts_limit_fp" in body:
        limit = exact(body, "contracts_limit_fp", Count, "invalid_parameters")
    else:
        limit = Count(whole(body.get("contracts_limit"), "contracts_limit") * 100)
    if not 100 <= limit <= 100_000_000:
        raise nested(400, "invalid_parameters", "contracts_limit")
    return limit


async def groups(request: web.Request) -> web.Response:
    """List the order groups."""
    exchange = request.app[VENUE].exchange
    seen = accounts_for(request, exchange)
    found = [_group(one) for one in exchange.groups.groups.values() if one.account in seen]
    return web.json_response({"order_groups": found})


def _group(group: Any) -> dict[str, Any]:
    return {
        "id": group.group_id, "order_group_id": group.group_id, "contracts_limit_fp": str(group.limit),
        "is_auto_cancel_enabled": not group.stopped, "orders": group.orders, "exchange_index": group.exchange_index,
    }  # fmt: skip


async def group(request: web.Request) -> web.Response:
    """Return one order group."""
    return web.json_response(_group(_own_group(request, request.app[VENUE].exchange)))


def _own_group(request: web.Request, exchange: Exchange) -> OrderGroup:
    account = account_for(request, exchange, asked(request))
    return exchange.groups.find(request.match_info["group"], account.name)


async def change_group(request: web.Request) -> web.Response:
    """Reset, trigger or limit an order group."""
    exchange, action = request.app[VENUE].ready(), request.match_info["action"]
    found = _own_group(request, exchange)
    exchange.groups.changed.add(found.group_id)
    if action == "limit":
        found.limit = _limit(await body_of(request))
    elif action == "reset":
        found.matched, found.stopped = [], False
    else:
        found.stopped = True
        _sweep(exchange, found.orders)
    return web.json_response({})


async def delete_group(request: web.Request) -> web.Response:
    """Delete an order group and cancel its orders."""
    exchange = request.app[VENUE].ready()
    found = _own_group(request, exchange)
    _sweep(exchange, found.orders)
    del exchange.groups.groups[found.group_id]
    exchange.groups.changed.add(found.group_id)
    return web.json_response({})


def _sweep(exchange: Exchange, order_ids: list[str]) -> None:
    for order_id in order_ids:
        if exchange.orders[order_id].remaining:
            exchange.cancel(order_id)


async def gone(request: web.Request) -> web.Response:
    """Refuse the order writes of version 1."""
    raise nested(410, "deprecated_v1_order_endpoint")


_ORDERS, _GROUPS, _OLD = "/portfolio/events/orders", "/portfolio/order_groups", "/portfolio/orders"
ROUTES = [
    web.post(_ORDERS, create),
    web.delete(_ORDERS, cancel_all),
    web.post(f"{_ORDERS}/batched", create_batch),
    web.delete(f"{_ORDERS}/batched", cancel_batch),
    web.delete(_ORDERS + "/{order}", cancel),
    web.post(_ORDERS + "/{order}/amend", amend),
    web.post(_ORDERS + "/{order}/decrease", decrease),
    web.post(f"{_GROUPS}/create", create_group),
    web.get(_GROUPS, groups),
    web.get(_GROUPS + "/{group}", group),
    web.put(_GROUPS + "/{group}/{action:reset|trigger|limit}", change_group),
    web.delete(_GROUPS + "/{group}", delete_group),
    web.post(_OLD, gone),
    web.post(f"{_OLD}/batched", gone),
    web.post(_OLD + "/{order}/{action:amend|decrease}", gone),
    web.delete(_OLD + "/{order}", gone),
]
