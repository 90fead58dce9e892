"""Intents: what the door is to tell the venue, committed before it is told."""

from __future__ import annotations

import msgspec

from kalshi_desk.domain.ledger import Order
from kalshi_desk.domain.message import Message
from kalshi_desk.domain.units import Nanos


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
