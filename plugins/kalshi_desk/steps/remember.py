"""Rebuild what a process knew of its account from the ledger alone, as it does at its start."""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol

from kalshi_desk.domain.intent import KnownOrder
from kalshi_desk.domain.ledger import Fill, Settlement
from kalshi_desk.domain.message import Message
from kalshi_desk.domain.risk import DAY_NS
from kalshi_desk.domain.units import Nanos
from kalshi_desk.steps.booking import Booking


class Memory(Protocol):
    """What the ledger still knows; each list in the order in which it was booked."""

    async def recent_orders(self, since: Nanos) -> list[KnownOrder]: ...

    async def live_fills(self, since: Nanos) -> list[Fill]: ...

    async def recent_settlements(self, since: Nanos) -> list[Settlement]: ...


async def remember(memory: Memory, booking: Booking, *, since: Nanos, see: Callable[[Message], object]) -> None:
    """Show ``see`` the orders, fills and settlements that still count, and give ``booking`` its positions back.

    ``since`` is the beginning of the day: an order that ended before it counts no more. Markets that were settled in
    the day before come back too: what was said of them just before midnight may never have arrived. The positions are
    the caller's to tell; each is what its market brought in all, so that no day's result changes by telling it again.
    """
    settled_since = Nanos(since - DAY_NS)
    for known in await memory.recent_orders(since):
        see(known.order)
        see(known.last_event)
    for fill in await memory.live_fills(settled_since):
        booking.positions.take(fill)
        see(fill)
    for settlement in await memory.recent_settlements(settled_since):
        booking.settled.add(settlement.ticker)
        booking.positions.settle(settlement)
        see(settlement)
