"""Value positions and the account, and throw the loss breakers.

Cash is the opening cash plus what the positions' own books say; ``Position`` must be published after each fill and
each settlement (then with count 0 and the payout in ``realized``).
"""

from __future__ import annotations

from kalshi_desk.domain.control import Switch
from kalshi_desk.domain.ledger import Equity, Mark
from kalshi_desk.domain.message import Message
from kalshi_desk.domain.units import Cash, Nanos
from kalshi_desk.steps.gate import GateParams


class MarkState:
    """Positions, books and fair values; peak and the day's beginning. ``opening`` is all cash ever paid in."""

    def __init__(self, opening: Cash) -> None:
        self.opening = opening


def observe(state: MarkState, message: Message, *, params: GateParams) -> list[Mark | Equity | Switch]:
    """Apply a message; returns marks and equity at most once a second (at once on a fill), and tripped breakers."""
    raise NotImplementedError


def mark_now(state: MarkState, *, now: Nanos, params: GateParams) -> list[Mark | Equity | Switch]:
    """Return the marks of all positions, the account's equity and tripped breakers at ``now``."""
    raise NotImplementedError
