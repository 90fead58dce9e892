"""The venue's words about our orders as the desk's: requests out; answers, orders and fills in. Pure.

Prices are in YES terms on both sides, so only names and the side have to be translated.
"""

from __future__ import annotations

from kalshi_desk.domain.intent import KnownOrder
from kalshi_desk.domain.ledger import Fill, Order, OrderEvent
from kalshi_desk.domain.market import BookSide, Outcome
from kalshi_desk.domain.units import Count, Nanos, seconds
from kalshi_desk.errors import ParseError
from kalshi_desk.wire.kalshi_orders import Canceled, Created, NewOrder, TimeInForce
from kalshi_desk.wire.kalshi_portfolio import FillBody, OrderBody
from kalshi_desk.wire.kalshi_ws import OwnFill, OwnOrder

VENUE_EXPIRY_MARGIN_S = 5
NONE = Count(0)
_EVENTS = {"resting": "resting", "executed": "filled", "canceled": "canceled"}


def request_of(order: Order, group: str | None = None) -> NewOrder:
    """Return what is sent for an order, in an order group: IOC to take, else post-only.

    The venue's own expiry of a resting order is a net below our cancel, a few seconds later.
    """
    takes = order.style == "take"
    return NewOrder(
        ticker=order.ticker,
        side=order.book_side,
        price=order.price,
        count=order.count,
        client_order_id=order.client_order_id,
        time_in_force=TimeInForce.IOC if takes else TimeInForce.GTC,
        post_only=not takes,
        reduce_only=order.reduce_only,
        expires_at=None if takes else Nanos(order.expires_at + seconds(VENUE_EXPIRY_MARGIN_S)),
        order_group_id=group,
    )


def step(
    order: Order,
    event: str,
    at: Nanos,
    *,
    venue_order_id: str | None = None,
    filled: Count = NONE,
    remaining: Count = NONE,
    reason: str | None = None,
) -> OrderEvent:
    """Return an event of an order."""
    return OrderEvent(
        at=at, account=order.account, ticker=order.ticker, client_order_id=order.client_order_id,
        venue_order_id=venue_order_id, event=event, filled=filled, remaining=remaining, reason=reason,
    )  # fmt: skip


def created_event(order: Order, answer: Created, at: Nanos) -> OrderEvent:
    """Return what the answer to a create says: filled, resting, or cancelled with what was filled."""
    name = "filled" if answer.fill_count >= order.count else "resting" if answer.remaining_count else "canceled"
    return step(
        order,
        name,
        at,
        venue_order_id=answer.order_id,
        filled=answer.fill_count,
        remaining=answer.remaining_count,
    )


def canceled_event(known: KnownOrder, answer: Canceled, *, reason: str, at: Nanos) -> OrderEvent | None:
    """Return the end of a resting order; None if another count rested than the ledger knows.

    A fill is on its way then, or a person changed the order's size: the answer does not tell which.
    """
    if answer.reduced_by != known.remaining:
        return None
    return step(known.order, "canceled", at, venue_order_id=answer.order_id, filled=known.filled, reason=reason)


def state_event(order: Order, told: OrderBody | OwnOrder, at: Nanos) -> OrderEvent:
    """Return where the venue says an order stands; raises ParseError for an unknown status."""
    if told.status not in _EVENTS:
        raise ParseError("kalshi order", "unknown status", told.status[:40])
    return step(
        order,
        _EVENTS[told.status],
        at,
        venue_order_id=told.order_id,
        filled=told.fill_count_fp,
        remaining=told.remaining_count_fp if told.status == "resting" else NONE,
    )


def fill_from(told: FillBody | OwnFill, known: KnownOrder | None, *, account: str, at: Nanos) -> Fill:
    """Return a fill; one whose order is not the desk's is ``manual`` and counts as bought on its side of the book."""
    order = None if known is None else known.order
    bought = Outcome.YES if told.book_side is BookSide.BID else Outcome.NO
    fill_id, ticker, occurred_at = _identity(told)
    return Fill(
        at=at,
        occurred_at=occurred_at,
        account=account,
        ticker=ticker,
        fill_id=fill_id,
        venue_order_id=told.order_id,
        client_order_id=None if order is None else order.client_order_id,
        owner="manual" if order is None else "desk",
        strategy=None if order is None else order.strategy,
        outcome=bought if order is None else order.outcome,
        action="enter" if order is None else order.action,
        price=told.yes_price_dollars,
        count=told.count_fp,
        is_taker=told.is_taker,
        fee=told.fee_cost,
    )


def _identity(told: FillBody | OwnFill) -> tuple[str, str, Nanos]:
    if isinstance(told, OwnFill):
        return told.trade_id, told.market_ticker, Nanos(told.ts_ms)
    return told.fill_id, told.ticker, told.occurred_at
