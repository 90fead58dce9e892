"""Order writes of Kalshi, version 2: request bodies and the answers to them. Source: docs.kalshi.com, orders."""

from __future__ import annotations

from enum import StrEnum

import msgspec

from kalshi_desk.domain.market import BookSide
from kalshi_desk.domain.units import NANOS, Cash, Count, Nanos, Price
from kalshi_desk.wire.decode import Millis, Strict

SOURCE = "kalshi rest"


class TimeInForce(StrEnum):
    """How long an order lives."""

    GTC = "good_till_canceled"
    IOC = "immediate_or_cancel"
    FOK = "fill_or_kill"


class SelfTrade(StrEnum):
    """Which of two own orders that meet is cancelled."""

    TAKER = "taker_at_cross"
    MAKER = "maker"


class NewOrder(msgspec.Struct, frozen=True, kw_only=True):
    """A limit order on the YES book; ``expires_at`` only with GTC, cut to whole seconds."""

    ticker: str
    side: BookSide
    price: Price
    count: Count
    client_order_id: str
    time_in_force: TimeInForce
    post_only: bool = False
    reduce_only: bool = False
    expires_at: Nanos | None = None
    self_trade: SelfTrade = SelfTrade.TAKER
    exchange_index: int | None = None
    order_group_id: str | None = None


class Amendment(msgspec.Struct, frozen=True, kw_only=True):
    """New price and total count (filled plus wanted) of a resting order."""

    order_id: str
    ticker: str
    side: BookSide
    price: Price
    count: Count
    client_order_id: str
    exchange_index: int | None = None


class Created(msgspec.Struct, frozen=True):
    """The venue took an order; ``remaining_count`` is what rests, averages are per contract."""

    order_id: str
    fill_count: Count
    remaining_count: Count
    ts_ms: Millis
    client_order_id: str | None = None
    average_fill_price: Price | None = None
    average_fee_paid: Cash | None = None


class Canceled(msgspec.Struct, frozen=True):
    """The venue took an order off the book; ``reduced_by`` is what rested."""

    order_id: str
    reduced_by: Count
    ts_ms: Millis
    client_order_id: str | None = None


class Amended(msgspec.Struct, frozen=True):
    """The venue changed a resting order."""

    order_id: str
    ts_ms: Millis
    remaining_count: Count | None = None
    fill_count: Count | None = None


class OrderGroup(msgspec.Struct, frozen=True):
    """A group of orders with a common limit of contracts in 15 s."""

    order_group_id: str


class Done(msgspec.Struct, frozen=True):
    """The venue did as told and has nothing more to say."""


parse_created: Strict[Created] = Strict(Created, f"{SOURCE} create order")
parse_canceled: Strict[Canceled] = Strict(Canceled, f"{SOURCE} cancel order")
parse_amended: Strict[Amended] = Strict(Amended, f"{SOURCE} amend order")
parse_group: Strict[OrderGroup] = Strict(OrderGroup, f"{SOURCE} create order group")
parse_done: Strict[Done] = Strict(Done, f"{SOURCE} order group")


def create_body(order: NewOrder, subaccount: int | None = None) -> bytes:
    """Return the JSON of a create; price and count as strings, ``cancel_order_on_pause`` always."""
    body: dict[str, object] = {
        "ticker": order.ticker, "side": order.side, "price": str(order.price), "count": str(order.count),
        "client_order_id": order.client_order_id, "time_in_force": order.time_in_force,
        "self_trade_prevention_type": order.self_trade, "cancel_order_on_pause": True,
        "post_only": order.post_only, "reduce_only": order.reduce_only,
    }  # fmt: skip
    if order.expires_at is not None:
        body["expiration_time"] = order.expires_at // NANOS
    if order.order_group_id is not None:
        body["order_group_id"] = order.order_group_id
    if subaccount is not None:
        body["subaccount"] = subaccount
    return _with_shard(body, order.exchange_index)


def amend_body(change: Amendment) -> bytes:
    """Return the JSON of an amend; the expiry stays as it is."""
    body: dict[str, object] = {
        "ticker": change.ticker, "side": change.side, "price": str(change.price), "count": str(change.count),
        "client_order_id": change.client_order_id,
    }  # fmt: skip
    return _with_shard(body, change.exchange_index)


def group_body(contracts: int, exchange_index: int, subaccount: int | None = None) -> bytes:
    """Return the JSON of an order group that stops after so many contracts in 15 s."""
    body = {"contracts_limit": contracts, "exchange_index": exchange_index}
    return msgspec.json.encode(body if subaccount is None else body | {"subaccount": subaccount})


def limit_body(contracts: int) -> bytes:
    """Return the JSON of a group's new limit."""
    return msgspec.json.encode({"contracts_limit": contracts})


def _with_shard(body: dict[str, object], exchange_index: int | None) -> bytes:
    if exchange_index is not None:
        body["exchange_index"] = exchange_index
    return msgspec.json.encode(body)
