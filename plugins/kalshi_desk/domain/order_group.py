"""Order groups: what the venue stops as one."""

from __future__ import annotations

import msgspec


class OrderGroup(msgspec.Struct, frozen=True, kw_only=True):
    """The group at the venue of one desk's orders on one shard.

    ``contracts`` is its limit in 15 s; ``stopped`` says whether we told it to take no orders.
    """

    desk: str
    exchange_index: int
    group_id: str
    contracts: int
    stopped: bool = False
