"""The one gate: every wish of either desk becomes an approved order or a refusal that names the limit.

``observe`` keeps the state; ``decide`` evaluates all gates in their order, and the first that fails names the reason.
"""

from __future__ import annotations

import msgspec

from kalshi_desk.domain.decisions import Refusal, Signal
from kalshi_desk.domain.ledger import Order
from kalshi_desk.domain.limits import InputLimits, RiskLimits
from kalshi_desk.domain.message import Message
from kalshi_desk.domain.units import Cash, Nanos


class GateParams(msgspec.Struct, frozen=True, kw_only=True):
    """What the gate is told at start: the account, its limits, and which series the crypto desk owns.

    ``order_timeout_s`` is how long a forecast order rests; ``fee_align`` the venue's rounding step of balances.
    """

    account: str
    limits: RiskLimits
    inputs: InputLimits = InputLimits()
    crypto_series: frozenset[str]
    order_timeout_s: int = 600
    fee_align: Cash = Cash(100)


class Cancel(msgspec.Struct, frozen=True):
    """A resting order that must go: its ids and why."""

    client_order_id: str
    ticker: str
    reason: str


class GateState:
    """All that the gate knows, kept by ``observe``."""


def observe(state: GateState, message: Message) -> None:
    """Take note of a Position, Order, OrderEvent, Fill, Settlement, Switch, market, book, FairValue or Equity."""
    raise NotImplementedError


def decide(state: GateState, signal: Signal, *, now: Nanos, params: GateParams) -> Order | Refusal:
    """Approve a signal as an order, which the state then knows as in flight, or refuse it."""
    raise NotImplementedError


def cancels(state: GateState, *, now: Nanos, params: GateParams) -> list[Cancel]:
    """Return the resting orders that must be cancelled now, oldest first."""
    raise NotImplementedError
