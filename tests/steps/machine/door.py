"""The real door of one process, with ports that wait for their turn."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

from kalshi_desk.domain.decisions import Signal
from kalshi_desk.domain.intent import CancelOrder, Intent
from kalshi_desk.domain.message import encode
from kalshi_desk.domain.units import NANOS, Nanos, seconds
from kalshi_desk.errors import LeaseLost
from kalshi_desk.steps.booking import Booking
from kalshi_desk.steps.cancel_review import cancels
from kalshi_desk.steps.catch_up import CatchUp
from kalshi_desk.steps.confirm import state_event
from kalshi_desk.steps.execute import Door, carry_out, startable
from kalshi_desk.steps.gate_state import GateParams
from kalshi_desk.steps.order_groups import OrderGroups
from kalshi_desk.wire.kalshi_ws import OwnFill, OwnOrder
from kalshi_desk.wiring import order_door
from kalshi_desk.wiring.door_groups import DoorGroups
from kalshi_desk.wiring.order_door import OrderDoor
from tests.steps.machine.table_ledger import TableLedger
from tests.steps.machine.tables import Tables
from tests.steps.machine.turns import Tasks, turn
from tests.steps.machine.venue import Venue
from tests.wiring.process import FakeProcess

LIFE_NS = seconds(5.0)


class TableLease:
    """The lease in the tables, as one process holds it."""

    def __init__(self, tables: Tables) -> None:
        self._tables, self._until = tables, Nanos(0)
        self.epoch: int | None = None

    def take(self) -> bool:
        if self._tables.leased_until > self._tables.now:
            return False
        self._tables.epoch += 1
        self.epoch = self._tables.epoch
        self._keep()
        return True

    def renew(self) -> None:
        if self.epoch != self._tables.epoch or self._tables.leased_until <= self._tables.now:
            raise LeaseLost(self._tables.account)
        self._keep()

    def _keep(self) -> None:
        self._until = self._tables.leased_until = Nanos(self._tables.now + LIFE_NS)

    @property
    def seconds_left(self) -> float:
        return max(0.0, (self._until - self._tables.now) / NANOS)


class Audit:
    """An audit log that keeps what it was told."""

    def __init__(self) -> None:
        self.entries: list[dict[str, Any]] = []

    async def add(self, **entry: Any) -> None:
        await turn()
        self.entries.append(entry)


class TurningDoor(OrderDoor):
    """One life of the door; ``tasks`` are what it is doing."""

    def __init__(self, process: FakeProcess, tables: Tables, venue: Venue, params: GateParams) -> None:
        super().__init__(process)
        self.params, self.ledger, self.lease, self.audit = params, TableLedger(tables), TableLease(tables), Audit()
        self.booking = Booking(self.ledger, tell=self.tell, now=process.now)
        self.reads = venue
        self.catch_up = CatchUp(venue, self.ledger, self.booking, report=self.report)
        groups = OrderGroups(venue, self.ledger, contracts=1_000_000)
        self.groups = DoorGroups(groups, self.state, now=process.now, throw=self.throw)
        asked = self.covered, self.barred, self.groups.of, self.groups.refused
        self.door = Door(venue, venue, self.booking, process.now, *asked)
        self.tasks = Tasks()
        self.is_open = False
        self._busy: set[str] = set()
        self._asked: set[str] = set()

    async def open(self) -> None:
        """Do what the door does at its start, once it has the lease and the topics."""
        await self._remember()
        await self.groups.groups.load()
        await self.groups.obey()
        await self.catch_up.reconcile()
        await self.read_cash()
        self.is_open = True

    async def renew(self) -> None:
        await turn()
        try:
            self.lease.renew()
        except LeaseLost:
            order_door.leave("lease.lost")

    async def judge(self, signal: Signal) -> None:
        """Take a signal from the topic."""
        await self.decide(SimpleNamespace(value=encode(signal)))

    async def drain(self) -> None:
        """Start what may start now."""
        for intent in startable(await self.ledger.open_intents(), frozenset(self._busy)):
            self._busy.add(intent.ticker)
            self.tasks.start(f"intent {intent.ticker}", self._one(intent))

    async def _one(self, intent: Intent) -> None:
        await carry_out(intent, self.door)
        self._busy.discard(intent.ticker)

    async def review(self) -> None:
        """Commit a cancel for every resting order that must go."""
        now, account = self.process.now(), self.process.account
        for wish in cancels(self.state, now=now, params=self.params):
            if wish.client_order_id in self._asked:
                continue
            self._asked.add(wish.client_order_id)
            fields = {"ticker": wish.ticker, "client_order_id": wish.client_order_id, "reason": wish.reason}
            await self.ledger.add_cancel(CancelOrder(at=now, account=account, **fields), self.lease.epoch or 0)

    async def hear(self, body: OwnFill | OwnOrder) -> None:
        """Book what a private channel says."""
        if isinstance(body, OwnFill):
            await self.booking.fill(body)
            return
        known = await self.ledger.find_order(client_order_id=body.client_order_id, venue_order_id=body.order_id)
        if known is not None:
            await self.booking.event(state_event(known.order, body, self.process.now()))
