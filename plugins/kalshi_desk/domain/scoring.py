"""Scores of probabilities against outcomes (0 or 1). Nothing to score is None.

Probabilities are floats in [0, 1] and never clamped: a certain forecast that fails has an infinite log score.
"""

from __future__ import annotations

from collections.abc import Sequence
from math import inf, log


def brier(forecasts: Sequence[float], outcomes: Sequence[int]) -> float | None:
    """Return the mean of (forecast - outcome)**2; 0 is perfect, 0.25 a coin."""
    return _mean([(p - happened) ** 2 for p, happened in _pairs(forecasts, outcomes)])


def log_score(forecasts: Sequence[float], outcomes: Sequence[int]) -> float | None:
    """Return the mean of -ln of the probability given to what happened; 0 is perfect, 0.693 a coin."""
    given = (p if happened else 1 - p for p, happened in _pairs(forecasts, outcomes))
    return _mean([-log(p) if p > 0 else inf for p in given])


def _pairs(forecasts: Sequence[float], outcomes: Sequence[int]) -> list[tuple[float, int]]:
    pairs = list(zip(forecasts, outcomes, strict=True))
    if wrong := [pair for pair in pairs if not 0 <= pair[0] <= 1 or pair[1] not in (0, 1)]:
        raise ValueError(f"not a probability and an outcome: {wrong[0]}")
    return pairs


def _mean(scores: list[float]) -> float | None:
    return sum(scores) / len(scores) if scores else None
