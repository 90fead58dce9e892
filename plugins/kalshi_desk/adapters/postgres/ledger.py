"""The ledger's writer and reader: intents, orders, their events, fills and settlements.

Each public method is one transaction on one connection, run beside the event loop; writing a fact twice changes nothing
and says so. ``order_execution`` is the only process that writes here.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import TypeVar

from kalshi_desk.adapters.postgres import rows
from kalshi_desk.adapters.postgres.connection import Connection, connect
from kalshi_desk.adapters.postgres.queries import queries
from kalshi_desk.domain.intent import CancelOrder, Intent, KnownOrder
from kalshi_desk.domain.ledger import Fill, Order, OrderEvent, Settlement
from kalshi_desk.domain.message import encode
from kalshi_desk.domain.units import Cash, Nanos
from kalshi_desk.errors import LeaseLost, LedgerError

T = TypeVar("T")
_sql = queries("ledger")


class Ledger:
    """The ledger of one account; raises psycopg2.Error where the database is away.

    ``epoch`` is that of the lease under which its owner writes: who has lost it books nothing any more, for the next
    owner would not hear of it, and gets LeaseLost. None is nobody's lease, where no other process can write.
    """

    def __init__(self, database_url: str, account: str) -> None:
        self._url, self.account = database_url, account
        self.epoch: int | None = None
        self._connection: Connection = None
        self._busy = asyncio.Lock()

    async def _run(self, work: Callable[[Connection], T]) -> T:
        async with self._busy:
            return await asyncio.to_thread(self._transaction, work)

    async def _write(self, work: Callable[[Connection], T]) -> T:
        def owned(db: Connection) -> T:
            if self.epoch is not None:
                self._hold(db, self.epoch)
            return work(db)

        return await self._run(owned)

    def _transaction(self, work: Callable[[Connection], T]) -> T:
        if self._connection is None or self._connection.closed:
            self._connection = connect(self._url, "ledger")
        with self._connection:
            return work(self._connection)

    async def add_order(self, order: Order, epoch: int) -> bool:
        """Commit an order as an intent under the lease; False if it is known. Raises LeaseLost."""
        return await self._run(lambda db: self._add_order(db, order, epoch))

    def _add_order(self, db: Connection, order: Order, epoch: int) -> bool:
        self._hold(db, epoch)
        values = {"decision_id": order.decision_id, "intent_id": order.client_order_id, "kind": "order"}
        if not self._add_intent(db, order, epoch, values):
            return False
        _sql.add_order(db, **rows.order_values(order))
        return True

    async def add_cancel(self, cancel: CancelOrder, epoch: int) -> bool:
        """Commit a cancel as an intent under the lease; False if it is known. Raises LeaseLost."""
        values = {
            "decision_id": cancel.client_order_id.rpartition("-")[0],
            "intent_id": cancel.intent_id,
            "kind": "cancel",
        }

        def work(db: Connection) -> bool:
            self._hold(db, epoch)
            return self._add_intent(db, cancel, epoch, values)

        return await self._run(work)

    def _hold(self, db: Connection, epoch: int) -> None:
        if queries("lease").hold(db, account=self.account, epoch=epoch) is None:
            raise LeaseLost(self.account)

    def _add_intent(self, db: Connection, body: Order | CancelOrder, epoch: int, values: dict[str, str]) -> bool:
        row = _sql.add_intent(
            db,
            account=self.account,
            epoch=epoch,
            ticker=body.ticker,
            body=encode(body).decode(),
            at=body.at.datetime(),
            **values,
        )
        return row is not None

    async def open_intents(self) -> list[Intent]:
        """Return what is pending or sent, in the order of commitment."""
        return await self._run(lambda db: [rows.intent_of(row) for row in _sql.open_intents(db, account=self.account)])

    async def mark_sent(self, sequence: int) -> bool:
        """Note that an intent goes out now; False if it was not pending any more."""
        return await self._write(lambda db: bool(_sql.mark_sent(db, sequence=sequence)))

    async def close_intent(self, sequence: int, state: str, *events: OrderEvent) -> list[OrderEvent]:
        """End an intent as ``done`` or ``failed`` together with what is now known; return the events that are new."""

        def work(db: Connection) -> list[OrderEvent]:
            _sql.close_intent(db, sequence=sequence, state=state)
            return [event for event in events if _add_event(db, event)]

        return await self._write(work)

    async def withdraw(self, client_order_id: str) -> bool:
        """Take back an order that was not sent yet; False if it was."""
        return await self._write(lambda db: bool(_sql.withdraw(db, client_order_id=client_order_id)))

    async def add_event(self, event: OrderEvent) -> bool:
        """Book a step of an order; False if it is known."""
        return await self._write(lambda db: _add_event(db, event))

    async def add_fill(self, fill: Fill) -> bool:
        """Book a fill; False if it is known."""

        def work(db: Connection) -> bool:
            if _sql.add_fill(db, **rows.fill_values(fill)) is None:
                return False
            place = {"client_order_id": fill.client_order_id, "venue_order_id": fill.venue_order_id}
            _sql.count_filled(db, at=fill.at.datetime(), **place)
            return True

        return await self._write(work)

    async def add_settlement(self, settlement: Settlement) -> bool:
        """Book the end of a market; False if it is known."""
        return await self._write(lambda db: _sql.add_settlement(db, **rows.settlement_values(settlement)) is not None)

    async def verify_settlement(self, ticker: str) -> None:
        """Note that the venue's settlement agrees with ours."""
        await self._write(lambda db: _sql.verify_settlement(db, account=self.account, ticker=ticker))

    async def find_order(
        self, *, client_order_id: str | None = None, venue_order_id: str | None = None
    ) -> KnownOrder | None:
        """Return the order with either id, None if we never sent it."""
        ids = {"client_order_id": client_order_id, "venue_order_id": venue_order_id}
        row = await self._run(lambda db: _sql.find_order(db, account=self.account, **ids))
        return None if row is None else rows.known_order_of(row)

    async def recent_orders(self, since: Nanos) -> list[KnownOrder]:
        """Return orders that are open, created after ``since``, or exits of markets not settled; oldest first."""
        found = await self._run(lambda db: list(_sql.recent_orders(db, account=self.account, since=since.datetime())))
        return [rows.known_order_of(row) for row in found]

    async def live_fills(self, since: Nanos) -> list[Fill]:
        """Return the fills of markets not settled before ``since``, in the order in which they were booked."""
        found = await self._run(lambda db: list(_sql.live_fills(db, account=self.account, since=since.datetime())))
        return [rows.fill_of(row) for row in found]

    async def recent_settlements(self, since: Nanos) -> list[Settlement]:
        """Return the settlements booked since an instant, oldest first."""
        when = since.datetime()
        found = await self._run(lambda db: list(_sql.recent_settlements(db, account=self.account, since=when)))
        return [rows.settlement_of(row) for row in found]

    async def last_fill_at(self) -> Nanos | None:
        """Return when the newest fill happened, None before the first."""
        row = await self._run(lambda db: _sql.last_fill_at(db, account=self.account))
        return None if row[0] is None else Nanos.of(row[0])

    async def unverified(self) -> list[tuple[str, str, Cash]]:
        """Return ticker, result and revenue of settlements that the venue has not confirmed yet."""
        found = await self._run(lambda db: list(_sql.settlements_to_verify(db, account=self.account)))
        return [(row[0], row[1], Cash.parse(str(row[4]))) for row in found]

    async def cash(self) -> Cash:
        """Return the free cash that our books imply; raises LedgerError for an unknown account."""
        row = await self._run(lambda db: _sql.cash_booked(db, account=self.account))
        if row is None:
            raise LedgerError(f"no account {self.account} in the database")
        return Cash.parse(str(row[0]))

    async def opening(self) -> tuple[Cash, Nanos]:
        """Return the opening bankroll and when the account was opened; raises LedgerError for an unknown account."""
        row = await self._run(lambda db: _sql.opening(db, account=self.account))
        if row is None:
            raise LedgerError(f"no account {self.account} in the database")
        return Cash.parse(str(row[0])), Nanos.of(row[1])


def _add_event(db: Connection, event: OrderEvent) -> bool:
    values = rows.event_values(event)
    if _sql.add_event(db, **values) is None:
        return False
    _sql.advance_order(db, **{name: values[name] for name in _ADVANCE})
    return True


_ADVANCE = ("client_order_id", "venue_order_id", "event", "filled", "at")
