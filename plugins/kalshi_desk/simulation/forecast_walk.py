"""The hidden number of an event: a Gaussian walk over its life whose place at any step is found without its history.

The walk runs from 0 to 1 in ``STEPS`` steps and the variance of the end is 1. The end is drawn first and the steps
between by halving (Lévy's construction), so a step costs ten draws wherever it is; given the walk so far, the rest is a
walk.
"""

from __future__ import annotations

from functools import lru_cache
from math import sqrt

from kalshi_desk.domain.units import Nanos
from kalshi_desk.simulation.forecast_draws import gauss, normal_cdf
from kalshi_desk.simulation.forecast_events import ForecastEvent

STEPS = 1_024
Interval = tuple[float | None, float | None]
"""Above the first and at most the second, in units of the walk; None is without end."""


def step_at(event: ForecastEvent, at: Nanos) -> int:
    """Return how far the walk has come, 0 to ``STEPS``: as the square of the time, for most is learned late."""
    elapsed, life = max(0, at - event.opens), event.ends - event.opens
    return min(STEPS, STEPS * elapsed * elapsed // (life * life))


@lru_cache(maxsize=65_536)
def walk(seed: int, key: str, step: int) -> float:
    """Return the walk of an event at a step."""
    low, high, at_low, at_high = 0, STEPS, 0.0, gauss(seed, "walk", key, STEPS)
    if step in (low, high):
        return at_low if step == low else at_high
    while True:
        middle = (low + high) // 2
        between = (at_low + at_high) / 2 + gauss(seed, "walk", key, middle) * sqrt((high - low) / STEPS) / 2
        if middle == step:
            return between
        if middle < step:
            low, at_low = middle, between
        else:
            high, at_high = middle, between


def truth(seed: int, key: str, step: int, interval: Interval) -> float:
    """Return the probability, given the walk up to a step, that its end lies in an interval: a martingale."""
    value, (low, high) = walk(seed, key, step), interval
    if step == STEPS:
        return float((low is None or value > low) and (high is None or value <= high))
    left = sqrt((STEPS - step) / STEPS)
    under_high = 1.0 if high is None else normal_cdf((high - value) / left)
    under_low = 0.0 if low is None else normal_cdf((low - value) / left)
    return max(0.0, under_high - under_low)
