"""Ledger rows to domain values and back: numerics are decimal strings on the way in and exact on the way out."""

from __future__ import annotations

from typing import Any

from kalshi_desk.domain.intent import CancelOrder, Intent, KnownOrder
from kalshi_desk.domain.ledger import Fill, Order, OrderEvent, Settlement
from kalshi_desk.domain.market import Outcome
from kalshi_desk.domain.message import Decoder
from kalshi_desk.domain.order import book_side
from kalshi_desk.domain.units import Cash, Count, Nanos, Price

_intent_body: Decoder[Order | CancelOrder] = Decoder(Order | CancelOrder, "desk.intents")


def order_values(order: Order) -> dict[str, Any]:
    """Return the columns of ``orders`` for a new order."""
    return {
        "client_order_id": order.client_order_id, "account": order.account, "decision_id": order.decision_id,
        "ticker": order.ticker, "desk": order.desk, "strategy": order.strategy, "outcome": order.outcome.value,
        "book_side": order.book_side.value, "action": order.action, "style": order.style,
        "exit_rule": order.exit_rule, "price": str(order.price), "count": str(order.count),
        "risk": str(order.risk), "reduce_only": order.reduce_only, "expires_at": order.expires_at.datetime(),
        "seen": order.seen, "at": order.at.datetime(),
    }  # fmt: skip


def event_values(event: OrderEvent) -> dict[str, Any]:
    """Return the columns of ``order_events``."""
    return {
        "account": event.account, "client_order_id": event.client_order_id, "venue_order_id": event.venue_order_id,
        "ticker": event.ticker, "event": event.event, "filled": str(event.filled),
        "remaining": str(event.remaining), "reason": event.reason, "at": event.at.datetime(),
    }  # fmt: skip


def fill_values(fill: Fill) -> dict[str, Any]:
    """Return the columns of ``fills``."""
    return {
        "account": fill.account, "fill_id": fill.fill_id, "venue_order_id": fill.venue_order_id,
        "client_order_id": fill.client_order_id, "ticker": fill.ticker, "owner": fill.owner,
        "strategy": fill.strategy, "outcome": fill.outcome.value, "action": fill.action,
        "book_side": book_side(fill.outcome, fill.action).value, "price": str(fill.price),
        "count": str(fill.count), "is_taker": fill.is_taker, "fee": str(fill.fee),
        "occurred_at": fill.occurred_at.datetime(), "at": fill.at.datetime(),
    }  # fmt: skip


def settlement_values(settlement: Settlement) -> dict[str, Any]:
    """Return the columns of ``settlements``."""
    money = {name: str(getattr(settlement, name)) for name in ("value", "count", "cost", "fees", "revenue", "pnl")}
    return money | {
        "account": settlement.account, "ticker": settlement.ticker, "result": settlement.result,
        "occurred_at": settlement.occurred_at.datetime(), "at": settlement.at.datetime(),
    }  # fmt: skip


def intent_of(row: tuple[Any, ...]) -> Intent:
    """Return an outbox row; raises ParseError if its body is none."""
    sequence, state, body, sent_at = row
    sent_wall = None if sent_at is None else Nanos.of(sent_at)
    return Intent(sequence=sequence, state=state, body=_intent_body(body), sent_wall=sent_wall)


def known_order_of(row: tuple[Any, ...]) -> KnownOrder:
    """Return an order with how far it came; raises ParseError if its body is none."""
    body, venue_order_id, state, filled, remaining, updated_at = row
    order = _intent_body(body)
    if not isinstance(order, Order):
        raise TypeError(f"the body of order {order.client_order_id} is a cancel")
    return KnownOrder(
        order=order, venue_order_id=venue_order_id, state=state, filled=Count.parse(str(filled)),
        remaining=Count.parse(str(remaining)), updated_at=Nanos.of(updated_at),
    )  # fmt: skip


def fill_of(row: tuple[Any, ...]) -> Fill:
    """Return a fill from the columns of ``live_fills``."""
    account, fill_id, venue_id, client_id, ticker, owner, strategy, outcome, action, price, count, taker, fee, *at = row
    return Fill(
        account=account, fill_id=fill_id, venue_order_id=venue_id, client_order_id=client_id, ticker=ticker,
        owner=owner, strategy=strategy, outcome=Outcome(outcome), action=action, price=Price.parse(str(price)),
        count=Count.parse(str(count)), is_taker=taker, fee=Cash.parse(str(fee)), occurred_at=Nanos.of(at[0]),
        at=Nanos.of(at[1]),
    )  # fmt: skip


def settlement_of(row: tuple[Any, ...]) -> Settlement:
    """Return a settlement from the columns of ``recent_settlements``."""
    account, ticker, result, value, count, cost, fees, revenue, pnl, occurred_at, at = row
    return Settlement(
        account=account, ticker=ticker, result=result, value=Price.parse(str(value)), count=Count.parse(str(count)),
        cost=Cash.parse(str(cost)), fees=Cash.parse(str(fees)), revenue=Cash.parse(str(revenue)),
        pnl=Cash.parse(str(pnl)), occurred_at=Nanos.of(occurred_at), at=Nanos.of(at),
    )  # fmt: skip
