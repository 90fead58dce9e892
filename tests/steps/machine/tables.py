"""The ledger's tables in memory, and what the statements of ``sql/queries/ledger.sql`` do to them."""

from __future__ import annotations

import msgspec

from kalshi_desk.domain.intent import CancelOrder, Intent, KnownOrder
from kalshi_desk.domain.ledger import Fill, Order, OrderEvent, Settlement
from kalshi_desk.domain.market import BookSide
from kalshi_desk.domain.order import book_side
from kalshi_desk.domain.order_group import OrderGroup
from kalshi_desk.domain.units import Cash, Count, Nanos
from kalshi_desk.errors import LeaseLost
from tests.steps.machine.money import cash_of_fills

RANK = {"pending": 0, "sent": 1, "unknown": 2, "resting": 3}
LAST = 4


class Row(msgspec.Struct):
    """An order as its table has it."""

    order: Order
    sequence: int
    updated_at: Nanos
    venue_order_id: str | None = None
    state: str = "pending"
    filled: Count = Count(0)
    remaining: Count = Count(0)

    @property
    def final(self) -> bool:
        return RANK.get(self.state, LAST) == LAST

    @property
    def known(self) -> KnownOrder:
        return KnownOrder(
            order=self.order, venue_order_id=self.venue_order_id, state=self.state, filled=self.filled,
            remaining=self.remaining, updated_at=self.updated_at,
        )  # fmt: skip


class Tables:
    """What outlives every process: intents, orders, events, fills, settlements, groups, and who owns the lease."""

    def __init__(self, account: str, opening: Cash, opened_at: Nanos) -> None:
        self.account, self.opening, self.opened_at, self.now = account, opening, opened_at, opened_at
        self.intents: dict[int, Intent] = {}
        self.intent_ids: set[str] = set()
        self.orders: dict[str, Row] = {}
        self.events: dict[tuple[str, str, Count, Count], OrderEvent] = {}
        self.fills: dict[tuple[str, str], Fill] = {}
        self.settlements: dict[str, Settlement] = {}
        self.verified: set[str] = set()
        self.groups: dict[tuple[str, int], OrderGroup] = {}
        self.epoch, self.leased_until = 0, opened_at

    def cash(self) -> Cash:
        """Return free cash as the books have it: fills netted by market, and what settlements paid."""
        groups: dict[str, list[tuple[BookSide, int, int, int]]] = {}
        for fill in self.fills.values():
            of = (book_side(fill.outcome, fill.action), fill.price, fill.count, fill.fee)
            groups.setdefault(fill.ticker, []).append(of)
        paid = sum(settlement.revenue for settlement in self.settlements.values())
        return Cash(self.opening + sum(map(cash_of_fills, groups.values())) + paid)

    def add_intent(self, body: Order | CancelOrder, epoch: int) -> bool:
        """Add an intent under the lease; False if its id is known."""
        if epoch != self.epoch or self.leased_until <= self.now:
            raise LeaseLost(self.account)
        name = body.client_order_id if isinstance(body, Order) else body.intent_id
        if name in self.intent_ids:
            return False
        self.intent_ids.add(name)
        sequence = len(self.intent_ids)
        self.intents[sequence] = Intent(sequence=sequence, state="pending", body=body)
        if isinstance(body, Order):
            self.orders[name] = Row(body, sequence, body.at, remaining=body.count)
        return True

    def add_event(self, event: OrderEvent) -> bool:
        """Add a step of an order and advance it; False if it is known."""
        key = (event.client_order_id, event.event, event.filled, event.remaining)
        if key in self.events:
            return False
        self.events[key] = event
        row = self.orders[event.client_order_id]
        before, rank = row.final, RANK.get(event.event, LAST)
        row.venue_order_id = row.venue_order_id or event.venue_order_id
        row.filled = max(row.filled, event.filled)
        if row.filled >= row.order.count:
            row.state = "filled"
        elif rank > RANK.get(row.state, LAST):
            row.state = event.event
        row.remaining = Count(0) if before or rank == LAST else Count(row.order.count - row.filled)
        row.updated_at = max(row.updated_at, event.at)
        return True

    def add_fill(self, fill: Fill) -> bool:
        """Add a fill and count it with its order; False if it is known."""
        if (fill.fill_id, fill.venue_order_id) in self.fills:
            return False
        self.fills[fill.fill_id, fill.venue_order_id] = fill
        if (row := self.orders.get(fill.client_order_id or "")) is not None:
            filled = sum(f.count for f in self.fills.values() if f.client_order_id == fill.client_order_id)
            row.venue_order_id = row.venue_order_id or fill.venue_order_id
            row.filled = max(row.filled, Count(filled))
            if filled >= row.order.count:
                row.state = "filled"
            row.remaining = Count(0) if row.final else min(row.remaining, Count(row.order.count - filled))
            row.updated_at = max(row.updated_at, fill.at)
        return True
