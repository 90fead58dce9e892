"""Book what happened to money: the ledger first, then the gate's state, then the topics.

What the ledger already holds is booked nowhere again, so that socket, poll and reconciliation may tell the same fact.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Protocol

from kalshi_desk.domain.intent import Intent, KnownOrder
from kalshi_desk.domain.ledger import Fill, Order, OrderEvent, Settlement
from kalshi_desk.domain.market import BookSide
from kalshi_desk.domain.message import Message
from kalshi_desk.domain.position import Positions
from kalshi_desk.domain.units import Nanos
from kalshi_desk.steps.confirm import fill_from
from kalshi_desk.wire.kalshi_portfolio import FillBody
from kalshi_desk.wire.kalshi_ws import OwnFill


class Ledger(Protocol):
    """What booking needs of the ledger; each call is one transaction and says whether it changed anything."""

    account: str

    async def add_event(self, event: OrderEvent) -> bool: ...

    async def add_fill(self, fill: Fill) -> bool: ...

    async def add_settlement(self, settlement: Settlement) -> bool: ...

    async def close_intent(self, sequence: int, state: str, *events: OrderEvent) -> list[OrderEvent]: ...

    async def withdraw(self, client_order_id: str) -> bool: ...

    async def mark_sent(self, sequence: int) -> bool: ...

    async def open_intents(self) -> list[Intent]: ...

    async def find_order(
        self, *, client_order_id: str | None = None, venue_order_id: str | None = None
    ) -> KnownOrder | None: ...


class Booking:
    """Books for one account; ``tell`` hands each new fact to the gate's state and to the topics."""

    def __init__(self, ledger: Ledger, *, tell: Callable[[Message], Awaitable[None]], now: Callable[[], Nanos]) -> None:
        self.ledger, self._tell, self.now = ledger, tell, now
        self.positions = Positions()
        self.settled: set[str] = set()

    @property
    def account(self) -> str:
        return self.ledger.account

    async def event(self, event: OrderEvent) -> None:
        """Book a step of an order."""
        if await self.ledger.add_event(event):
            await self._tell(event)

    async def close(self, intent: Intent, state: str, *events: OrderEvent) -> None:
        """End an intent with what is now known of its order."""
        for event in await self.ledger.close_intent(intent.sequence, state, *events):
            await self._tell(event)

    async def fill(self, told: FillBody | OwnFill) -> Fill | None:
        """Book a fill; None if it was known or its order is still unanswered: the next poll brings it again."""
        side, ticker = told.book_side, told.market_ticker if isinstance(told, OwnFill) else told.ticker
        unanswered = await self._unanswered(ticker, side)  # before the order: its answer may come in between
        client_id = told.client_order_id if isinstance(told, OwnFill) else None
        known = await self.ledger.find_order(client_order_id=client_id, venue_order_id=told.order_id)
        if known is None and unanswered:
            return None
        fill = fill_from(told, known, account=self.account, at=self.now())
        return fill if await self.take(fill) else None

    async def take(self, fill: Fill) -> bool:
        """Book a fill whose owner is known, with the position that it makes; False if it was booked before."""
        if not await self.ledger.add_fill(fill):
            return False
        position = self.positions.take(fill)
        await self._tell(fill)
        if position is not None:
            await self._tell(position)
        return True

    async def settle(self, settlement: Settlement) -> bool:
        """Book the end of a market and of every position in it; False if it was booked before."""
        if not await self.ledger.add_settlement(settlement):
            return False
        self.settled.add(settlement.ticker)
        positions = self.positions.settle(settlement)
        for message in (settlement, *positions):
            await self._tell(message)
        return True

    async def _unanswered(self, ticker: str, side: BookSide) -> bool:
        return any(_may_have_made(intent, ticker, side) for intent in await self.ledger.open_intents())


def _may_have_made(intent: Intent, ticker: str, side: BookSide) -> bool:
    body = intent.body
    return isinstance(body, Order) and intent.state == "sent" and body.ticker == ticker and body.book_side is side
