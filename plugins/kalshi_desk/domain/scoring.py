"""Scores of probabilities against outcomes (0 or 1), and the drawdown of an equity curve. Nothing to score is None.

Probabilities are floats in [0, 1] and never clamped: a certain forecast that fails has an infinite log score.
"""

from __future__ import annotations

from collections.abc import Sequence
from math import inf, log

import msgspec

from kalshi_desk.domain.units import Cash


class Bin(msgspec.Struct, frozen=True):
    """Forecasts between ``low`` and ``high``: how many, their mean, and how often it happened."""

    low: float
    high: float
    n: int
    forecast: float
    happened: float


class Drawdown(msgspec.Struct, frozen=True):
    """The deepest fall from a peak: in cash, and the greatest as a share of its peak."""

    cash: Cash
    share: float


def brier(forecasts: Sequence[float], outcomes: Sequence[int]) -> float | None:
    """Return the mean of (forecast - outcome)**2; 0 is perfect, 0.25 a coin."""
    return _mean([(p - happened) ** 2 for p, happened in _pairs(forecasts, outcomes)])


def log_score(forecasts: Sequence[float], outcomes: Sequence[int]) -> float | None:
    """Return the mean of -ln of the probability given to what happened; 0 is perfect, 0.693 a coin."""
    given = (p if happened else 1 - p for p, happened in _pairs(forecasts, outcomes))
    return _mean([-log(p) if p > 0 else inf for p in given])


def calibration(forecasts: Sequence[float], outcomes: Sequence[int], bins: int = 10) -> list[Bin]:
    """Return the bins of equal width that hold any forecast; 1.0 belongs to the last."""
    members: dict[int, list[tuple[float, int]]] = {}
    for p, happened in _pairs(forecasts, outcomes):
        members.setdefault(min(int(p * bins), bins - 1), []).append((p, happened))
    return [_bin(place, bins, members[place]) for place in sorted(members)]


def max_drawdown(equity: Sequence[Cash]) -> Drawdown | None:
    """Return the deepest fall of a curve given in order of time; raises ValueError if a peak is not positive."""
    if not equity:
        return None
    peak, cash, share = equity[0], 0, 0.0
    for worth in equity:
        peak = max(peak, worth)
        if peak <= 0:
            raise ValueError("an equity that never was positive has no drawdown")
        cash, share = max(cash, peak - worth), max(share, (peak - worth) / peak)
    return Drawdown(Cash(cash), share)


def _bin(place: int, bins: int, members: list[tuple[float, int]]) -> Bin:
    n = len(members)
    return Bin(place / bins, (place + 1) / bins, n, sum(p for p, _ in members) / n, sum(y for _, y in members) / n)


def _pairs(forecasts: Sequence[float], outcomes: Sequence[int]) -> list[tuple[float, int]]:
    pairs = list(zip(forecasts, outcomes, strict=True))
    if wrong := [pair for pair in pairs if not 0 <= pair[0] <= 1 or pair[1] not in (0, 1)]:
        raise ValueError(f"not a probability and an outcome: {wrong[0]}")
    return pairs


def _mean(scores: list[float]) -> float | None:
    return sum(scores) / len(scores) if scores else None
