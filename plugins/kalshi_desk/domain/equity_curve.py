"""Statistics of an account's worth over time. Worths are Cash, instants UTC nanoseconds in order."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from math import sqrt

from kalshi_desk.domain.units import Cash, Nanos

DAY_NS = 86_400 * 10**9
DAYS_A_YEAR = 365.25
Point = tuple[Nanos, Cash]


def daily(points: Sequence[Point]) -> list[Cash]:
    """Return the worth at the end of each UTC day from the first point's to the last's."""
    found: list[Cash] = []
    place = 0
    for day in range(points[0][0] // DAY_NS, points[-1][0] // DAY_NS + 1) if points else ():
        while place + 1 < len(points) and points[place + 1][0] // DAY_NS <= day:
            place += 1
        found.append(points[place][1])
    return found


def sharpe(points: Sequence[Point]) -> float | None:
    """Return mean over standard deviation of daily gains, per year, without a riskless rate.

    None with fewer than two days of gains, or where they do not vary.
    """
    worths = daily(points)
    gains = [after - before for before, after in pairwise(worths)]
    if len(gains) < 2:
        return None
    mean = sum(gains) / len(gains)
    spread = sqrt(sum((gain - mean) ** 2 for gain in gains) / (len(gains) - 1))
    return mean / spread * sqrt(DAYS_A_YEAR) if spread > 0 else None


def deepest_fall(points: Sequence[Point]) -> tuple[float, float | None]:
    """Return the greatest fall from a peak, as a share of it, and the days from its bottom back to the peak's height.

    No fall is (0.0, None); a height not reached again is None.
    """
    peak, depth, at, height = Cash(0), 0.0, 0, Cash(0)
    for place, (_, worth) in enumerate(points):
        peak = max(peak, worth)
        if peak > 0 and (peak - worth) / peak > depth:
            depth, at, height = (peak - worth) / peak, place, peak
    if depth == 0.0:
        return 0.0, None
    back = next((when for when, worth in points[at:] if worth >= height), None)
    return depth, None if back is None else (back - points[at][0]) / DAY_NS
