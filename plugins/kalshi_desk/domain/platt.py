"""Calibration of forecasts: logit(p_cal) = a + b logit(p), per category, shrunk towards the fit over all.

Source: Platt (1999), on log odds instead of scores; the shrinkage is a normal prior of explicit variance round the
pooled fit (penalised maximum likelihood). Old answers count as much as new ones.

Both priors are narrow (standard deviations 0.25 and 0.15), for the answers that come first are not a fair sample: on
199 questions answered within a month, wide ones (1.0 and 0.5) made the mix worse by 0.040 Brier, these by 0.008.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from kalshi_desk.domain.log_odds import weighed
from kalshi_desk.domain.logistic import Array, Fitted, Normal, fit_logistic

POOLED_PRIOR = Normal((0.0, 1.0), (0.0625, 0.0625))
CATEGORY_VARIANCE = (0.0225, 0.0225)


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
    """Forecasts in finite log odds and what happened (0 or 1), in equal order."""

    log_odds: Array
    outcomes: Array


def fit_platt(answered: Answered, prior: Normal) -> Platt:
    """Return the bend of highest likelihood times prior whose slope is not negative.

    A forecaster who is wrong more often than not is silenced (slope 0), not read backwards.
    """
    ones = np.ones_like(answered.log_odds)
    fitted = _fit(np.column_stack([ones, answered.log_odds]), answered, prior)
    intercept, slope = fitted.parameters
    if slope < 0:
        alone = _fit(ones[:, None], answered, Normal(prior.mean[:1], prior.variance[:1]))
        return Platt(float(alone.parameters[0]), 0.0)
    return Platt(float(intercept), float(slope))


def fit_platts(by_category: Mapping[str, Answered]) -> tuple[Platt, dict[str, Platt]]:
    """Return the pooled bend, and each category's, which deviates from it by about 0.15."""
    pooled = fit_platt(together(by_category), POOLED_PRIOR)
    prior = Normal((pooled.intercept, pooled.slope), CATEGORY_VARIANCE)
    return pooled, {category: fit_platt(answered, prior) for category, answered in by_category.items()}


def together(by_category: Mapping[str, Answered]) -> Answered:
    """Return all categories as one."""
    none = np.empty(0)
    return Answered(
        np.concatenate([none, *(answered.log_odds for answered in by_category.values())]),
        np.concatenate([none, *(answered.outcomes for answered in by_category.values())]),
    )


def _fit(features: Array, answered: Answered, prior: Normal) -> Fitted:
    return fit_logistic(features, answered.outcomes, offset=np.zeros_like(answered.outcomes), prior=prior)
