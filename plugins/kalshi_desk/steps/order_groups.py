"""Order groups: the kill switch at the venue. Every order belongs to the group of its desk on its market's shard.

A halt stops the groups there, so that what rests dies at once even if this desk is dying; resume, or a flatten, lets
them take orders again. The venue itself stops a group that trades more contracts in 15 s than its limit allows.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol

import msgspec

from kalshi_desk.domain.order_group import OrderGroup
from kalshi_desk.errors import OutcomeUnknown, Rejected

GONE = 404
UNKNOWN = "not_found"
STOPPED = "order_group"


class GroupWrites(Protocol):
    """The venue's side; each raises Rejected or OutcomeUnknown. What is told twice is true once."""

    async def create_group(self, contracts: int, exchange_index: int) -> str: ...

    async def change_group(
        self, group_id: str, exchange_index: int, action: str, contracts: int | None = None
    ) -> None: ...


class GroupShelf(Protocol):
    """Where groups are kept over restarts, one a desk and shard."""

    async def groups(self) -> list[OrderGroup]: ...

    async def keep_group(self, group: OrderGroup) -> None: ...


def refused_by_group(fault: Rejected) -> bool:
    """Return whether the venue refused an order because its group is unknown there or stopped.

    It publishes no list of codes; an unknown market or account has a code of its own.
    """
    return fault.code == UNKNOWN or fault.code.startswith(STOPPED)


class OrderGroups:
    """The groups of one account; ``contracts`` is what a group may trade in 15 s."""

    def __init__(self, writes: GroupWrites, shelf: GroupShelf, *, contracts: int) -> None:
        self._writes, self._shelf, self._contracts = writes, shelf, contracts
        self._known: dict[tuple[str, int], OrderGroup] = {}
        self._making: set[tuple[str, int]] = set()

    async def load(self) -> None:
        """Read which groups there are."""
        self._known = {(group.desk, group.exchange_index): group for group in await self._shelf.groups()}

    async def of(self, desk: str, exchange_index: int) -> str | None:
        """Return the group that an order joins, made where there is none; None while it is stopped or being made.

        Raises Rejected or OutcomeUnknown where the venue makes none.
        """
        key = desk, exchange_index
        group = self._known.get(key)
        if group is not None and group.contracts == self._contracts:
            return None if group.stopped else group.group_id
        if key in self._making:
            return None
        self._making.add(key)
        try:
            await (self._make(*key) if group is None else self._change(group, "limit", contracts=self._contracts))
        except Rejected as fault:
            if group is None or fault.status != GONE:
                raise
            del self._known[key]
        finally:
            self._making.discard(key)
        return await self.of(*key)

    async def _make(self, desk: str, exchange_index: int) -> None:
        made = await self._writes.create_group(self._contracts, exchange_index)
        group = OrderGroup(desk=desk, exchange_index=exchange_index, group_id=made, contracts=self._contracts)
        await self._keep(group)

    async def obey(self, halted: Callable[[str], bool]) -> None:
        """Stop the groups of halted desks and let the others take orders again.

        A group that the venue does not know any more is forgotten: the next order makes a new one. Where there is no
        answer it is told again at the next call.
        """
        for group in list(self._known.values()):
            if halted(group.desk) != group.stopped:
                await self._tell(group, halted(group.desk))

    async def stop(self, meant: Callable[[str], bool]) -> None:
        """Stop the groups of some desks and leave the others as they are."""
        for group in list(self._known.values()):
            if meant(group.desk) and not group.stopped:
                await self._tell(group, True)

    async def _tell(self, group: OrderGroup, stop: bool) -> None:
        try:
            await self._change(group, "trigger" if stop else "reset", stopped=stop)
        except OutcomeUnknown:
            return
        except Rejected as fault:
            if fault.status == GONE:
                del self._known[group.desk, group.exchange_index]

    def lost(self, desk: str, exchange_index: int, *, stopped: bool) -> None:
        """Take note that the venue refused an order for its group: stopped there, or unknown."""
        key = desk, exchange_index
        if stopped and key in self._known:
            self._known[key] = msgspec.structs.replace(self._known[key], stopped=True)
        else:
            self._known.pop(key, None)

    async def _change(
        self, group: OrderGroup, action: str, *, contracts: int | None = None, stopped: bool | None = None
    ) -> None:
        await self._writes.change_group(group.group_id, group.exchange_index, action, contracts)
        await self._keep(
            msgspec.structs.replace(
                group,
                contracts=group.contracts if contracts is None else contracts,
                stopped=group.stopped if stopped is None else stopped,
            )
        )

    async def _keep(self, group: OrderGroup) -> None:
        await self._shelf.keep_group(group)
        self._known[group.desk, group.exchange_index] = group
