"""Free cash by exchange shard: collateral on one cannot fund an order on another."""

from __future__ import annotations

from collections.abc import Collection, Mapping

from kalshi_desk.domain.units import Cash


class ShardCash:
    """What the venue last told, less what entries approved since may spend; changed in place."""

    __slots__ = ("_by_shard", "_spent", "_total")

    def __init__(self) -> None:
        self._by_shard: Mapping[int, Cash] = {}
        self._total: Cash | None = None
        self._spent: dict[str, tuple[int | None, Cash]] = {}

    @property
    def spent(self) -> frozenset[str]:
        """The orders whose cost the venue's figure may not have in it yet."""
        return frozenset(self._spent)

    def spend(self, order_id: str, shard: int | None, cost: Cash) -> None:
        """Take note of an approved entry; one whose shard is unknown counts on every shard."""
        self._spent[order_id] = shard, cost

    def told(self, total: Cash, by_shard: Mapping[int, Cash], *, seen: Collection[str]) -> None:
        """Take over what the venue says of all shards and of each; ``seen`` orders were answered before it said so."""
        self._total, self._by_shard = total, dict(by_shard)
        self._spent = {name: each for name, each in self._spent.items() if name not in seen}

    def free(self, shard: int) -> Cash | None:
        """Return what may still be spent on a shard, never below 0; None where the venue was never asked.

        A shard that it does not name holds nothing; where it names none, its total is everywhere.
        """
        if self._total is None:
            return None
        told = self._by_shard.get(shard, Cash(0)) if self._by_shard else self._total
        spent = sum(cost for where, cost in self._spent.values() if where in (None, shard))
        return Cash(max(0, told - spent))
