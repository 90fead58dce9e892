"""Forecasts of markets that have no formula: the models' samples, and the estimate that comes of them.

Probabilities are floats of YES in [0, 1].
"""

from __future__ import annotations

import msgspec

from kalshi_desk.domain.message import Message, Probability, Stderr


class Sample(msgspec.Struct, frozen=True, kw_only=True):
    """One model's answer: ``vendor`` gpt or claude, ``evidence_set`` which share of the evidence it was shown."""

    vendor: str
    model: str
    evidence_set: int
    p_yes: float


class Estimate(Message, frozen=True, kw_only=True):
    """What the forecast desk trades a market on, price blended in; ``stderr`` is the doubt of ``p_yes``.

    ``exploratory`` marks one whose weight against the price is still the prior: such an estimate trades on paper only.
    """

    account: str
    ticker: str
    category: str
    estimate_id: str
    p_yes: Probability
    stderr: Stderr
    exploratory: bool

    @property
    def seen(self) -> str:
        """The identity that signals, orders and refusals carry as ``seen``."""
        return self.estimate_id
