"""The ledger's port over tables in memory: one transaction a turn, and what follows it at once is its caller's."""

from __future__ import annotations

import msgspec

from kalshi_desk.domain.intent import CancelOrder, Intent, KnownOrder
from kalshi_desk.domain.ledger import Fill, Order, OrderEvent, Settlement
from kalshi_desk.domain.order_group import OrderGroup
from kalshi_desk.domain.units import Cash, Nanos
from kalshi_desk.errors import LeaseLost
from tests.steps.machine.tables import Tables
from tests.steps.machine.turns import turn


class TableLedger:
    """The ledger's port for one process."""

    def __init__(self, tables: Tables) -> None:
        self._tables, self.account = tables, tables.account
        self.epoch: int | None = None

    async def _own(self) -> None:
        """Wait for the turn to write; raises LeaseLost where the lease is another's, or ran out."""
        await turn()
        if self.epoch != self._tables.epoch or self._tables.leased_until <= self._tables.now:
            raise LeaseLost(self.account)

    async def add_order(self, order: Order, epoch: int) -> bool:
        await turn()
        return self._tables.add_intent(order, epoch)

    async def add_cancel(self, cancel: CancelOrder, epoch: int) -> bool:
        await turn()
        return self._tables.add_intent(cancel, epoch)

    async def open_intents(self) -> list[Intent]:
        await turn()
        return [intent for intent in self._tables.intents.values() if intent.state in ("pending", "sent")]

    async def mark_sent(self, sequence: int) -> bool:
        await self._own()
        return self._move(sequence, "sent", only="pending", sent_wall=self._tables.now)

    def _move(self, sequence: int, state: str, *, only: str | None = None, **fields: object) -> bool:
        intent = self._tables.intents[sequence]
        if only not in (None, intent.state):
            return False
        self._tables.intents[sequence] = msgspec.structs.replace(intent, state=state, **fields)
        return True

    async def withdraw(self, client_order_id: str) -> bool:
        await self._own()
        row = self._tables.orders[client_order_id]
        return self._move(row.sequence, "failed", only="pending")

    async def close_intent(self, sequence: int, state: str, *events: OrderEvent) -> list[OrderEvent]:
        await self._own()
        self._move(sequence, state)
        return [event for event in events if self._tables.add_event(event)]

    async def add_event(self, event: OrderEvent) -> bool:
        await self._own()
        return self._tables.add_event(event)

    async def add_fill(self, fill: Fill) -> bool:
        await self._own()
        return self._tables.add_fill(fill)

    async def add_settlement(self, settlement: Settlement) -> bool:
        await self._own()
        known = settlement.ticker in self._tables.settlements
        self._tables.settlements.setdefault(settlement.ticker, settlement)
        return not known

    async def verify_settlement(self, ticker: str) -> None:
        await self._own()
        self._tables.verified.add(ticker)

    async def unverified(self) -> list[tuple[str, str, Cash]]:
        await turn()
        waiting = (s for s in self._tables.settlements.values() if s.ticker not in self._tables.verified and s.count)
        return [(s.ticker, s.result, s.revenue) for s in waiting]

    async def find_order(
        self, *, client_order_id: str | None = None, venue_order_id: str | None = None
    ) -> KnownOrder | None:
        await turn()
        for name, row in self._tables.orders.items():
            if name == client_order_id or (venue_order_id is not None and row.venue_order_id == venue_order_id):
                return row.known
        return None

    async def recent_orders(self, since: Nanos) -> list[KnownOrder]:
        await turn()
        return [
            row.known
            for row in self._tables.orders.values()
            if not row.final
            or row.order.at >= since
            or (row.order.action == "exit" and row.order.ticker not in self._tables.settlements)
        ]

    async def live_fills(self, since: Nanos) -> list[Fill]:
        await turn()
        ended = {s.ticker for s in self._tables.settlements.values() if s.at < since}
        return [fill for fill in self._tables.fills.values() if fill.ticker not in ended]

    async def recent_settlements(self, since: Nanos) -> list[Settlement]:
        await turn()
        return [settlement for settlement in self._tables.settlements.values() if settlement.at >= since]

    async def last_fill_at(self) -> Nanos | None:
        await turn()
        return max((fill.occurred_at for fill in self._tables.fills.values()), default=None)

    async def cash(self) -> Cash:
        await turn()
        return self._tables.cash()

    async def opening(self) -> tuple[Cash, Nanos]:
        await turn()
        return self._tables.opening, self._tables.opened_at

    async def groups(self) -> list[OrderGroup]:
        await turn()
        return list(self._tables.groups.values())

    async def keep_group(self, group: OrderGroup) -> None:
        await turn()
        self._tables.groups[group.desk, group.exchange_index] = group
