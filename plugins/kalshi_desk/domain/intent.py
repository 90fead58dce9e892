"""Intents: what the door is to tell the venue, committed before it is told."""

from __future__ import annotations

import msgspec

from kalshi_desk.domain.ledger import Order, OrderEvent
from kalshi_desk.domain.message import Message
from kalshi_desk.domain.units import Count, Nanos


class CancelOrder(Message, frozen=True, kw_only=True):
    """The wish to take a resting order off the book; ``client_order_id`` names that order."""

    account: str
    ticker: str
    client_order_id: str
    reason: str

    @property
    def intent_id(self) -> str:
        """The identity of the intent: an order is cancelled once."""
        return f"{self.client_order_id}:cancel"


class Intent(msgspec.Struct, frozen=True, kw_only=True):
    """A row of the outbox: ``state`` pending or sent; ``sent_wall`` when it was sent, by the wall clock."""

    sequence: int
    state: str
    body: Order | CancelOrder
    sent_wall: Nanos | None = None

    @property
    def ticker(self) -> str:
        return self.body.ticker

    @property
    def cancels(self) -> bool:
        return isinstance(self.body, CancelOrder)


class KnownOrder(msgspec.Struct, frozen=True, kw_only=True):
    """An order as the ledger has it: how far it came by events and fills, and when it last moved."""

    order: Order
    venue_order_id: str | None
    state: str
    filled: Count
    remaining: Count
    updated_at: Nanos

    @property
    def last_event(self) -> OrderEvent:
        """The event that sums up where the order stands."""
        return OrderEvent(
            at=self.updated_at, account=self.order.account, ticker=self.order.ticker,
            client_order_id=self.order.client_order_id, venue_order_id=self.venue_order_id,
            event=self.state, filled=self.filled, remaining=self.remaining,
        )  # fmt: skip
