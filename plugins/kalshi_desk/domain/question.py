"""A forecasting question with its answer: what a questions file holds, and what a settled estimate becomes.

Probabilities are floats of YES in [0, 1].
"""

from __future__ import annotations

from typing import Any, Literal

import msgspec

from kalshi_desk.domain.units import Nanos


class Question(msgspec.Struct, frozen=True, kw_only=True):
    """One question: asked at ``asked_at`` with ``price`` and ``forecasts`` by forecaster, answered at ``resolved_at``.

    Questions of one ``event`` share its luck; None where the question is an event of its own.
    Raises ValueError where a price or a forecast is no probability.
    """

    id: str
    title: str
    category: str
    asked_at: Nanos
    resolved_at: Nanos
    outcome: Literal[0, 1]
    price: float | None
    forecasts: dict[str, float]
    evidence: tuple[Any, ...] = ()
    event: str | None = None

    def __post_init__(self) -> None:
        prices = {} if self.price is None else {"price": self.price}
        if wrong := {name: p for name, p in (self.forecasts | prices).items() if not 0 <= p <= 1}:
            raise ValueError(f"question {self.id}: not probabilities: {wrong}")
