"""Share a signal among the accounts of one desk, exactly.

Signals are made once, for the desk's first account. Each account takes its own part of what is shown: the parts are
whole units of Count and add up to what is shown. What an account makes of its part, by its own bankroll, positions and
limits, is not passed on to another.
"""

from __future__ import annotations

from collections.abc import Mapping
from hashlib import sha256

import msgspec

from kalshi_desk.domain.decisions import Signal
from kalshi_desk.domain.limits import WHOLE, Share
from kalshi_desk.domain.units import Count


def allocate(total: Count, shares: Mapping[str, Share]) -> dict[str, Count]:
    """Return the part of each name by largest remainder; equal remainders go to the name given first.

    Raises ValueError where the shares do not add up to 1, or one of them or ``total`` is negative.
    """
    if sum(shares.values()) != WHOLE or min(shares.values(), default=WHOLE) < 0 or total < 0:
        raise ValueError(f"{total} contracts cannot be shared by {dict(shares)}")
    parts = {name: total * share // WHOLE for name, share in shares.items()}
    left = total - sum(parts.values())
    for name in sorted(shares, key=lambda name: -(total * shares[name] % WHOLE))[:left]:
        parts[name] += 1
    return {name: Count(part) for name, part in parts.items()}


class Allotment(msgspec.Struct, frozen=True):
    """Whose signals are shared, and who takes which share: ``desk`` and ``own`` are accounts, of ``shares`` both."""

    desk: str
    own: str
    shares: dict[str, Share]


def own_part(signal: Signal, allotment: Allotment) -> Signal | None:
    """Return the signal as the account's own, with its part of what is shown; None for another account's exit.

    Entries are the desk's, exits those of the account that holds the position. The order ids of two accounts differ
    because their decision ids do. What is of no account of the desk stays as it is: the gate refuses it.
    """
    if signal.account not in allotment.shares:
        return signal
    if signal.action == "exit":
        return signal if signal.account == allotment.own else None
    shown = None if signal.shown is None else allocate(signal.shown, allotment.shares)[allotment.own]
    identity = own_decision(signal.decision_id, allotment)
    return msgspec.structs.replace(signal, account=allotment.own, decision_id=identity, shown=shown)


def own_decision(decision_id: str, allotment: Allotment) -> str:
    """Return the identity of the desk's decision as this account's; the desk's own account keeps it."""
    if allotment.own == allotment.desk:
        return decision_id
    return sha256(f"{allotment.own}|{decision_id}".encode()).hexdigest()[:32]
