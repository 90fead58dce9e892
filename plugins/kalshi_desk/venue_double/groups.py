"""Order groups: a limit on the contracts matched in any 15 seconds, after which the group stops.

Source: docs.kalshi.com, order groups. Groups are on disk with the orders that rest in them; see ``Exchange.commit``.
"""

from __future__ import annotations

from collections.abc import Iterable
from uuid import uuid4

import msgspec

from kalshi_desk.domain.units import NANOS, Count, Nanos
from kalshi_desk.venue_double.api_error import nested, not_found

WINDOW = 15 * NANOS


class OrderGroup(msgspec.Struct):
    """A group: its limit, its orders, and what was matched lately; ``account`` "" is the first."""

    group_id: str
    limit: Count
    exchange_index: int
    account: str = ""
    orders: list[str] = []
    matched: list[tuple[Nanos, Count]] = []
    stopped: bool = False


class OrderGroups:
    """The groups of all accounts; ``changed`` names those that differ from what is on disk."""

    def __init__(self, saved: Iterable[OrderGroup] = ()) -> None:
        self.groups = {group.group_id: group for group in saved}
        self._of_order = {order_id: group for group in self.groups.values() for order_id in group.orders}
        self.changed: set[str] = set()

    def create(self, limit: Count, exchange_index: int, account: str) -> OrderGroup:
        """Open a group of an account."""
        group = OrderGroup(str(uuid4()), limit, exchange_index, account)
        self.groups[group.group_id] = group
        self.changed.add(group.group_id)
        return group

    def find(self, group_id: str, account: str) -> OrderGroup:
        """Return a group of an account; raises ApiError 404."""
        found = self.groups.get(group_id)
        if found is None or found.account != account:
            raise not_found()
        return found

    def check(self, group_id: str | None, at: Nanos, *, account: str) -> None:
        """Refuse an order for a group that is unknown or stopped; raises ApiError."""
        if group_id is not None and self.find(group_id, account).stopped:
            raise nested(400, "order_group_triggered", str(at))

    def join(self, group_id: str | None, order_id: str, account: str) -> None:
        """Put an order into its group."""
        if group_id is not None:
            group = self._of_order[order_id] = self.find(group_id, account)
            group.orders.append(order_id)
            self.changed.add(group.group_id)

    def filled(self, order_id: str, count: Count, at: Nanos) -> list[str]:
        """Count what was matched; returns the orders to cancel when the group's limit is exceeded."""
        group = self._of_order.get(order_id)
        if group is None:
            return []
        self.changed.add(group.group_id)
        group.matched = [(when, size) for when, size in group.matched if at - when < WINDOW] + [(at, count)]
        if sum(size for _, size in group.matched) <= group.limit:
            return []
        group.stopped = True
        return list(group.orders)

    def forget(self, order_ids: Iterable[str]) -> None:
        """Take out orders that do not rest any more."""
        for order_id in order_ids:
            group = self._of_order.pop(order_id, None)
            if group is not None:
                group.orders.remove(order_id)
                self.changed.add(group.group_id)
