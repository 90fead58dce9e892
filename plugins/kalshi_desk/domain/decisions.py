"""What the desk thinks: fair values, signals and refusals, all with ``seen``.

``seen`` is the offset of ``crypto.inputs.v1`` (as text) or the estimate id that the decision was made at.
Probabilities and edges are floats in model space; edges are dollars per $1 of payout.
"""

from __future__ import annotations

from hashlib import sha256

from msgspec import UNSET, UnsetType

from kalshi_desk.domain.market import Outcome
from kalshi_desk.domain.message import Message, Probability, Stderr
from kalshi_desk.domain.units import Count, IndexPrice, Nanos, Price


class FairValue(Message, frozen=True, kw_only=True):
    """Our probability of YES for one market, with what it was made from.

    ``sigma`` is the annual volatility, ``stderr`` the standard error of ``p_yes``, ``source`` index or composite.
    """

    ticker: str
    underlying: str
    p_yes: Probability
    stderr: Stderr
    spot: IndexPrice
    strike: IndexPrice
    sigma: float
    seconds_left: float
    fixed_count: int
    bid: Price | None
    ask: Price | None
    source: str
    seen: str


class Signal(Message, frozen=True, kw_only=True):
    """A wish to trade one market; the gate decides whether and how much.

    ``price`` is the limit in YES terms; ``action`` enter or exit; ``style`` take (IOC), make (post-only) or rest
    (post-only exit); ``q`` our probability of ``outcome``; ``shown`` the contracts on offer at the price;
    ``exit_rule`` names the rule of an exit; an ``exploratory`` entry trades on paper only; ``cluster`` are the other
    markets that are correlated with this one. ``edge`` is before, ``edge_adj`` after the one deduction for doubt.
    """

    ticker: str
    account: str
    desk: str
    strategy: str
    decision_id: str
    outcome: Outcome
    action: str
    style: str
    price: Price
    shown: Count | None
    q: float
    stderr: float
    edge: float
    edge_adj: float
    expires_at: Nanos
    exit_rule: str | None = None
    exploratory: bool = False
    cluster: tuple[str, ...] = ()
    seen: str


class Refusal(Message, frozen=True, kw_only=True):
    """A market not priced, a signal not formed or an order not allowed: the first reason, its value and threshold.

    ``stage`` is where it stopped: price, quality, edge, correlation, gate, size, door, or exit (one that the gate
    refused, or that flatten cannot make now). ``also`` tells what else would have refused it there. ``count`` > 1 sums
    up equal refusals of one minute. ``account`` is whose door refused, where a desk has several.
    """

    ticker: str
    desk: str
    stage: str
    reason: str
    value: str | None = None
    threshold: str | None = None
    also: tuple[str, ...] = ()
    decision_id: str | None = None
    count: int = 1
    seen: str | None = None
    account: str | UnsetType = UNSET


def decision_id(*, account: str, strategy: str, ticker: str, outcome: Outcome, bucket: str) -> str:
    """Return the identity of a decision: the same inputs give the same order id, whoever computes it and when."""
    return sha256("|".join((account, strategy, ticker, outcome, bucket)).encode()).hexdigest()[:32]


def event_bucket(at: Nanos, width_s: int = 10) -> str:
    """Return the bucket of event time that a crypto decision belongs to."""
    return str(at // (width_s * 1_000_000_000))
