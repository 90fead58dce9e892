"""Moving free cash from one exchange shard to another: no P&L, for the account as a whole holds what it held."""

from __future__ import annotations

from uuid import UUID, uuid5

import msgspec

from kalshi_desk.domain.units import Cash
from kalshi_desk.errors import UnitError

CENTICENT = 100
_NAMESPACE = UUID("6f0d0c5e-8a51-4b8e-9a51-0f4a3f0c9d2b")


class Transfer(msgspec.Struct, frozen=True, kw_only=True):
    """``amount`` from the ``source`` shard to the ``destination``, under an id that the venue takes once.

    Raises UnitError for an amount that is not above 0 or finer than $0.0001, and for one and the same shard.
    """

    source: int
    destination: int
    amount: Cash
    client_transfer_id: str

    def __post_init__(self) -> None:
        if self.amount <= 0 or self.amount % CENTICENT:
            raise UnitError("transfer", "the amount is not above 0 in steps of $0.0001", str(self.amount))
        if self.source == self.destination:
            raise UnitError("transfer", "a shard to itself", str(self.source))


def transfer_id(account: str, source: int, destination: int, *, amount: Cash, ended: int) -> str:
    """Return the id of a transfer: the same until one alike has ended, of which there were ``ended`` before.

    A repeat after an unknown outcome is so the same transfer, and one after a known outcome another.
    """
    return str(uuid5(_NAMESPACE, "|".join((account, str(source), str(destination), str(amount), str(ended)))))
