"""How far to trust the model against the price: logit(p) = w logit(model) + (1 - w) logit(price) + bias.

The weight is fitted by penalised maximum likelihood, free to be 0 and never below. A category leans on what the *other*
categories taught, so that none of its own answers counts twice in its standard error, which counts events: markets of
one event share their luck.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from kalshi_desk.domain.logistic import Array, Events, Fitted, Normal, fit_logistic

PRIOR_VARIANCE = (1.0, 0.09)
CATEGORY_VARIANCE = (0.0625, 0.04)
Z_95 = 1.959964


@dataclass(frozen=True)
class Priced:
    """Calibrated forecasts and prices at decision in finite log odds, what happened, and numbers of events.

    All in equal order; questions of one event share its number over all categories.
    """

    models: Array
    prices: Array
    outcomes: Array
    events: Events


@dataclass(frozen=True)
class Blend:
    """The model's weight and the bias; ``stderr`` and the 95 % interval are those of a weight free to be negative."""

    weight: float
    bias: float
    stderr: float
    low: float
    high: float


def fit_blend(priced: Priced, prior: Normal) -> Blend:
    """Return the blend of highest likelihood times ``prior`` (of weight and bias) whose weight is not negative."""
    free = _fit(priced, prior)
    weight, bias = (float(parameter) for parameter in free.parameters)
    stderr = free.stderr(0)
    low, high = weight - Z_95 * stderr, weight + Z_95 * stderr
    if weight < 0:
        return Blend(0.0, _bias_alone(priced, prior), stderr, low, high)
    return Blend(weight, bias, stderr, low, high)


def fit_blends(by_category: Mapping[str, Priced], *, prior_weight: float) -> tuple[Blend, dict[str, Blend]]:
    """Return the blend over all categories, and each category's with the other categories' as its prior."""
    first = Normal((prior_weight, 0.0), PRIOR_VARIANCE)
    fitted = {}
    for category, priced in by_category.items():
        others = _fit(_all({name: one for name, one in by_category.items() if name != category}), first)
        fitted[category] = fit_blend(priced, _leaning_on(others))
    return fit_blend(_all(by_category), first), fitted


def _leaning_on(others: Fitted) -> Normal:
    variance = (others.stderr(place) ** 2 + between for place, between in enumerate(CATEGORY_VARIANCE))
    return Normal(tuple(map(float, others.parameters)), tuple(variance))


def _all(by_category: Mapping[str, Priced]) -> Priced:
    none, given = np.empty(0), by_category.values()
    events = np.concatenate([np.empty(0, int), *(priced.events for priced in given)])
    return Priced(
        np.concatenate([none, *(priced.models for priced in given)]),
        np.concatenate([none, *(priced.prices for priced in given)]),
        np.concatenate([none, *(priced.outcomes for priced in given)]),
        events,
    )


def _fit(priced: Priced, prior: Normal) -> Fitted:
    features = np.column_stack([priced.models - priced.prices, np.ones_like(priced.prices)])
    return fit_logistic(features, priced.outcomes, offset=priced.prices, prior=prior, events=priced.events)


def _bias_alone(priced: Priced, prior: Normal) -> float:
    ones, bias = np.ones((len(priced.prices), 1)), Normal(prior.mean[1:], prior.variance[1:])
    return float(fit_logistic(ones, priced.outcomes, offset=priced.prices, prior=bias).parameters[0])
