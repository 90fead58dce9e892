"""Rebuild what a process knew of its account from the ledger alone, as it does at its start."""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol

from kalshi_desk.domain.intent import KnownOrder
from kalshi_desk.domain.ledger import Fill, Settlement
from kalshi_desk.domain.message import Message
from kalshi_desk.domain.units import Nanos
from kalshi_desk.steps.booking import Booking


class Memory(Protocol):
    """What the ledger still knows; each list in the order in which it was booked."""

    async def recent_orders(self, since: Nanos) -> list[KnownOrder]: ...

    async def live_fills(self, since: Nanos) -> list[Fill]: ...

    async def recent_settlements(self, since: Nanos) -> list[Settlement]: ...


async def remember(memory: Memory, booking: Booking, *, since: Nanos, see: Callable[[Message], object]) -> None:
    """Show ``see`` the orders, fills and settlements that still count, and give ``booking`` its positions back.

    ``since`` is the beginning of the day: what ended before it counts no more. The positions are the caller's to tell.
    """
    for known in await memory.recent_orders(since):
        see(known.order)
        see(known.last_event)
    for fill in await memory.live_fills(since):
        booking.positions.take(fill)
        see(fill)
    for settlement in await memory.recent_settlements(since):
        booking.settled.add(settlement.ticker)
        booking.positions.settle(settlement)
        see(settlement)
