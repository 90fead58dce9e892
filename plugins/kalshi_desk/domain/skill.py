"""What a record of scores proves: means with intervals, skill against another forecaster, the calibration curve.

Scores are losses (lower is better). Forecasts of one event share their luck, so intervals count events, not forecasts.
Source: Cameron and Miller (2015), cluster-robust inference; Wilson (1927) for shares.
"""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from dataclasses import dataclass
from math import isfinite, sqrt

from scipy.special import ndtri, stdtrit


@dataclass(frozen=True)
class Interval:
    """A mean over ``n`` values of ``clusters`` events; bounds None where two events or finite values are missing."""

    n: int
    clusters: int
    mean: float
    low: float | None
    high: float | None


@dataclass(frozen=True)
class Bin:
    """Forecasts from ``low`` up to ``high``: their mean, and the share that came true with its interval."""

    low: float
    high: float
    n: int
    forecast: float
    happened: float
    happened_low: float
    happened_high: float


def mean_interval(values: Sequence[float], events: Sequence[Hashable], *, level: float) -> Interval | None:
    """Return the mean with its two-sided interval, robust to values of one event moving together; None without values.

    level: the interval's probability, such as 0.9.  Student's t with as many degrees as events less one.
    """
    if not values:
        return None
    mean = sum(values) / len(values)
    sums: dict[Hashable, float] = {}
    for value, event in zip(values, events, strict=True):
        sums[event] = sums.get(event, 0.0) + (value - mean if isfinite(mean) else 0.0)
    if len(sums) < 2 or not isfinite(mean):
        return Interval(len(values), len(sums), mean, None, None)
    squares = sum(part**2 for part in sums.values()) * len(sums) / (len(sums) - 1)
    reach = float(stdtrit(len(sums) - 1, (1 + level) / 2)) * sqrt(squares) / len(values)
    return Interval(len(values), len(sums), mean, mean - reach, mean + reach)


def skill(
    ours: Sequence[float], theirs: Sequence[float], events: Sequence[Hashable], *, level: float
) -> Interval | None:
    """Return by how much our losses are lower than theirs on the same forecasts: above 0 is skill; None without any."""
    return mean_interval([_lead(our, their) for our, their in zip(ours, theirs, strict=True)], events, level=level)


def _lead(our: float, their: float) -> float:
    """Return how far ahead we are; two losses that are both infinite are equal."""
    return 0.0 if our == their else their - our


def calibration_curve(
    forecasts: Sequence[float], outcomes: Sequence[int], *, bins: int, level: float = 0.95
) -> list[Bin]:
    """Return the bins of equal width that hold a forecast; the last includes 1."""
    groups: dict[int, list[tuple[float, int]]] = {}
    for p, outcome in zip(forecasts, outcomes, strict=True):
        groups.setdefault(min(int(p * bins), bins - 1), []).append((p, outcome))
    return [_bin(place / bins, (place + 1) / bins, groups[place], level) for place in sorted(groups)]


def _bin(low: float, high: float, pairs: Sequence[tuple[float, int]], level: float) -> Bin:
    n, happened = len(pairs), sum(outcome for _, outcome in pairs)
    share_low, share_high = wilson(happened, n, level=level)
    return Bin(low, high, n, sum(p for p, _ in pairs) / n, happened / n, share_low, share_high)


def wilson(happened: int, n: int, *, level: float) -> tuple[float, float]:
    """Return Wilson's interval of a share; n is positive."""
    z, share = float(ndtri((1 + level) / 2)), happened / n
    centre = share + z**2 / (2 * n)
    reach = z * sqrt(share * (1 - share) / n + z**2 / (4 * n**2))
    return max(0.0, (centre - reach) / (1 + z**2 / n)), min(1.0, (centre + reach) / (1 + z**2 / n))
