"""Calibration of forecasts: logit(p_cal) = a + b logit(p), per category, shrunk towards the fit over all.

Source: Platt (1999), on log odds instead of scores. Whether to bend at all is learned, too: a prior of no bend and a
wide one are weighed by how well each would have foretold the answers. Old answers count as much as new ones.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from kalshi_desk.domain.averaging import UNCHANGED, Averaged, Belief, fit_average, fixed
from kalshi_desk.domain.log_odds import weighed
from kalshi_desk.domain.logistic import Array, Events, Normal

VARIANCE = (0.5, 0.125)
CATEGORY_VARIANCE = (0.125, 0.0625)


@dataclass(frozen=True)
class Platt:
    """The bend of one category: ``slope`` below 1 for a forecaster too sure of itself, ``intercept`` its bias."""

    intercept: float = 0.0
    slope: float = 1.0

    def __call__(self, log_odds: float) -> float:
        """Return calibrated log odds."""
        return self.intercept + weighed(self.slope, log_odds)


@dataclass(frozen=True)
class Answered:
    """Forecasts in finite log odds, what happened (0 or 1), and a number each, equal where they share their luck."""

    log_odds: Array
    outcomes: Array
    events: Events


def beliefs_about(bend: Platt, variance: tuple[float, float]) -> list[Belief]:
    """Return what is believed before any answer: this very bend by nine tenths, else one about it."""
    mean = (bend.intercept, bend.slope)
    return [Belief(UNCHANGED, fixed(mean)), Belief(1 - UNCHANGED, Normal(mean, variance))]


def fit_platt(answered: Answered, beliefs: Sequence[Belief]) -> Platt:
    """Return the mean of the bends that the answers leave to believe in; its slope is never negative.

    A forecaster who is wrong more often than not is silenced (slope 0), not read backwards.
    """
    ones = np.ones_like(answered.log_odds)
    intercept, slope = _fit(np.column_stack([ones, answered.log_odds]), answered, beliefs).parameters
    if slope < 0:
        alone = [Belief(each.share, _first(each.prior)) for each in beliefs]
        return Platt(float(_fit(ones[:, None], answered, alone).parameters[0]), 0.0)
    return Platt(float(intercept), float(slope))


def fit_platts(by_category: Mapping[str, Answered]) -> tuple[Platt, dict[str, Platt]]:
    """Return the pooled bend, and each category's, which is the pooled one until its own answers say otherwise."""
    pooled = fit_platt(together(by_category), beliefs_about(Platt(), VARIANCE))
    beliefs = beliefs_about(pooled, CATEGORY_VARIANCE)
    return pooled, {category: fit_platt(answered, beliefs) for category, answered in by_category.items()}


def together(by_category: Mapping[str, Answered]) -> Answered:
    """Return all categories as one."""
    none, given = np.empty(0), by_category.values()
    return Answered(
        np.concatenate([none, *(answered.log_odds for answered in given)]),
        np.concatenate([none, *(answered.outcomes for answered in given)]),
        np.concatenate([np.empty(0, int), *(answered.events for answered in given)]),
    )


def _first(prior: Normal) -> Normal:
    return Normal(prior.mean[:1], prior.variance[:1])


def _fit(features: Array, answered: Answered, beliefs: Sequence[Belief]) -> Averaged:
    offset = np.zeros_like(answered.outcomes)
    return fit_average(features, answered.outcomes, offset=offset, beliefs=beliefs, events=answered.events)
