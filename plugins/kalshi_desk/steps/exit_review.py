"""Review held positions by the exit rules, on each book change and at least once a minute."""

from __future__ import annotations

from kalshi_desk.domain.decisions import Signal
from kalshi_desk.domain.message import Message
from kalshi_desk.domain.units import Nanos
from kalshi_desk.steps.gate import GateParams


class ReviewState:
    """Positions, books, markets, fair values and switches, with what the last review of each market saw."""


def observe(state: ReviewState, message: Message) -> None:
    """Take note of a message; the same kinds as the gate."""
    raise NotImplementedError


def review(state: ReviewState, ticker: str, *, now: Nanos, params: GateParams) -> list[Signal]:
    """Return the exit signal of one market, or nothing."""
    raise NotImplementedError


def review_due(state: ReviewState, *, now: Nanos, params: GateParams) -> list[Signal]:
    """Return the exit signals of all positions not reviewed for a minute."""
    raise NotImplementedError
