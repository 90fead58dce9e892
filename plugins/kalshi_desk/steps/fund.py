"""Move free cash between shards once, however often it is asked for: the audit log knows what ended."""

from __future__ import annotations

from typing import Any, Protocol

from kalshi_desk.domain.transfer import Transfer, transfer_id
from kalshi_desk.domain.units import Cash, Nanos
from kalshi_desk.errors import Rejected

ASKED, MOVED, REFUSED, UNCLEAR = "fund:asked", "fund:moved", "fund:refused", "fund:unclear"
CONFLICT = 409


class Transfers(Protocol):
    """The venue's side; raises Rejected (409: it has that id already) or OutcomeUnknown."""

    async def transfer(self, transfer: Transfer) -> str: ...


class Audit(Protocol):
    """What is written down of transfers."""

    async def add(self, *, actor: str, action: str, details: dict[str, Any], at: Nanos) -> None: ...

    async def count(self, actions: tuple[str, ...], details: dict[str, Any]) -> int: ...


async def planned(audit: Audit, account: str, source: int, destination: int, *, amount: Cash) -> Transfer:
    """Return the transfer to ask for now: one whose outcome was never told is asked for again under its own id."""
    ended = await audit.count((MOVED, REFUSED), _same(source, destination, amount))
    identity = transfer_id(account, source, destination, amount=amount, ended=ended)
    return Transfer(source=source, destination=destination, amount=amount, client_transfer_id=identity)


async def move(transfer: Transfer, venue: Transfers, audit: Audit, *, actor: str, at: Nanos) -> None:
    """Write the wish down, ask the venue, and write down what came of it.

    Raises Rejected, after which a repeat is another transfer, and OutcomeUnknown, after which it is the same one: a
    refusal says nothing of an earlier request under this id whose answer was lost.
    """
    about = _same(transfer.source, transfer.destination, transfer.amount)
    entry: dict[str, Any] = {**about, "client_transfer_id": transfer.client_transfer_id}
    await audit.add(actor=actor, action=ASKED, details=entry, at=at)
    try:
        told = await venue.transfer(transfer)
    except Rejected as fault:
        if fault.status != CONFLICT:
            asked = await audit.count((ASKED,), {"client_transfer_id": transfer.client_transfer_id})
            action = REFUSED if asked == 1 else UNCLEAR
            await audit.add(actor=actor, action=action, details={**entry, "code": fault.code}, at=at)
            raise
        told = "known"  # an earlier request, whose answer was lost, has moved it
    await audit.add(actor=actor, action=MOVED, details={**entry, "transfer_id": told}, at=at)


def _same(source: int, destination: int, amount: Cash) -> dict[str, Any]:
    return {"source": source, "destination": destination, "amount": str(amount)}
