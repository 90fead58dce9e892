"""The order groups as the door uses them: shards from what the gate knows of markets, halts from its switches."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable

from kalshi_desk.adapters.postgres.order_groups import GroupShelf
from kalshi_desk.domain.breakers import stopped_group
from kalshi_desk.domain.control import Switch
from kalshi_desk.domain.ledger import Order
from kalshi_desk.domain.units import Nanos
from kalshi_desk.errors import Rejected
from kalshi_desk.settings import Settings
from kalshi_desk.steps.gate_state import FLATTEN, GateState
from kalshi_desk.steps.order_groups import UNKNOWN, OrderGroups
from kalshi_desk.wiring import addresses
from kalshi_desk.wiring.database import database_or_fault
from kalshi_desk.wiring.venue import trader


class DoorGroups:
    """One account's groups; ``throw`` publishes a switch and obeys it, ``now`` is the event clock."""

    def __init__(
        self,
        groups: OrderGroups,
        state: GateState,
        *,
        now: Callable[[], Nanos],
        throw: Callable[[Switch], Awaitable[None]],
    ) -> None:
        self.groups, self._state, self._now, self._throw = groups, state, now, throw

    async def of(self, order: Order) -> str | None:
        """Return the group that an order is placed in; None while it is stopped or the market's shard is unknown.

        Raises Rejected or OutcomeUnknown where the venue makes none.
        """
        shard = self._shard(order)
        return None if shard is None else await self.groups.of(order.desk, shard)

    async def refused(self, order: Order, fault: Rejected) -> None:
        """Take note that the venue refused an order for its group; one that it stopped by itself pauses that desk.

        Exits go on: the group takes orders again, and a person decides whether entries may.
        """
        shard = self._shard(order)
        if shard is None:
            return
        self.groups.lost(order.desk, shard, stopped=fault.code != UNKNOWN)
        now = self._now()
        if fault.code != UNKNOWN and not self.halted(order.desk):
            await self._throw(stopped_group(order.desk, fault.code, now=now))

    async def obey(self) -> None:
        """Bring the groups at the venue in line with the switches."""
        await self.groups.obey(self.halted)

    def halted(self, desk: str) -> bool:
        """Return whether a desk's groups have to be stopped: a flatten needs them even while halted."""
        now = self._now()
        return self._state.switch("halt", desk, now) is not None and self._state.switch(FLATTEN, desk, now) is None

    def _shard(self, order: Order) -> int | None:
        market = self._state.view.markets.get(order.ticker)
        return None if market is None else market.exchange_index


def stop_groups(settings: Settings, scope: str) -> tuple[int, int]:
    """Stop the order groups of a desk, or of both, at the venue without the door; return how many of how many.

    For a halt that ``order_execution`` does not confirm. Raises DeskError where the database is away.
    """
    with database_or_fault():
        counts = [asyncio.run(_stop(each, scope)) for each in addresses.each_account(settings)]
    return sum(stopped for stopped, _ in counts), sum(all_of_it for _, all_of_it in counts)


async def _stop(settings: Settings, scope: str) -> tuple[int, int]:
    shelf = GroupShelf(addresses.database_url(settings), addresses.account(settings))
    async with trader(settings) as rest:
        groups = OrderGroups(rest.writes, shelf, contracts=settings.order_group_contracts)
        await groups.load()
        await groups.stop(lambda desk: scope in ("both", desk))
    meant = [group for group in await shelf.groups() if scope in ("both", group.desk)]
    return sum(group.stopped for group in meant), len(meant)
