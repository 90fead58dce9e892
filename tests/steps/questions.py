"""Questions drawn from a world whose truth is known."""

from __future__ import annotations

import numpy as np

from kalshi_desk.domain.question import Question
from kalshi_desk.domain.units import NANOS, Nanos
from kalshi_desk.steps.calibrate import CombineParams

HOUR_NS = 3_600 * NANOS
START = Nanos.parse("2026-01-01T00:00:00Z")
PARAMS = CombineParams(vendor_weights={"gpt": 0.55, "claude": 0.45}, blend_prior=0.5, min_resolutions=50)


def hour(n: float) -> Nanos:
    """Return the instant n hours after the start."""
    return Nanos(START + int(n * HOUR_NS))


def question(n: int, *, asked: float, resolved: float, outcome: int = 1, **given) -> Question:
    """Return a question by hand; ``given`` are other fields."""
    fields = {"price": 0.5, "forecasts": {"gpt": 0.6, "claude": 0.6}, "category": "Climate", **given}
    return Question(
        id=f"Q{n:05}",
        title=f"Will it rain in hour {n}?",
        asked_at=hour(asked),
        resolved_at=hour(resolved),
        outcome=outcome,
        **fields,
    )


def world(seed: int, *, n: int, bias: float = 0.0, noise: float = 0.5, price_noise: float = 0.5) -> list[Question]:
    """Draw questions whose true log odds models and price see through noise of their own, the models biased."""
    rng = np.random.default_rng(seed)
    truth = rng.normal(0, 1.2, n)
    shown = {name: truth + bias + rng.normal(0, noise, n) for name in ("gpt", "claude")}
    prices = truth + rng.normal(0, price_noise, n)
    came = rng.random(n) < expit(truth)
    return [
        question(
            i, asked=i, resolved=i + 30, outcome=int(came[i]), price=float(expit(prices[i])),
            forecasts={name: float(expit(odds[i])) for name, odds in shown.items()},
        )
        for i in range(n)
    ]  # fmt: skip


def expit(odds):
    return 1 / (1 + np.exp(-odds))
