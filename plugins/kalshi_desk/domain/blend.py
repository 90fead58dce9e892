"""How far to trust the model against the price: logit(p) = w logit(model) + (1 - w) logit(price) + bias.

Before any answer the price is believed to be right by nine tenths: most who set a model against a liquid price lose.
The other tenth says that the model deserves a weight. Each belief is weighed by how well it foretold the answers, so
that a model which adds nothing costs little more than nothing. The weight is free to be 0 and never below. A category
leans on what the *other* categories taught, so that none of its own answers counts twice in its standard error, which
counts events: markets of one event share their luck.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from kalshi_desk.domain.averaging import Averaged, Belief, fit_average, fixed
from kalshi_desk.domain.logistic import Array, Events, Normal

PRICE_SHARE, LEAST_PRICE_SHARE = 0.9, 0.5
PRIOR_VARIANCE = (0.25, 0.0225)
CATEGORY_VARIANCE = (0.0625, 0.0225)
Z_95 = 1.959964
PRICE_STANDS = fixed((0.0, 0.0))


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


def beliefs_before(prior_weight: float) -> list[Belief]:
    """Return what is believed before any answer: the price by nine tenths, else a weight near ``prior_weight``."""
    return _beliefs(PRICE_SHARE, Normal((prior_weight, 0.0), PRIOR_VARIANCE))


def fit_blend(priced: Priced, beliefs: Sequence[Belief]) -> Blend:
    """Return the mean of the blends that the answers leave to believe in; its weight is not negative."""
    free = _fit(priced, beliefs)
    weight, bias = (float(parameter) for parameter in free.parameters)
    stderr = free.stderr(0)
    low, high = weight - Z_95 * stderr, weight + Z_95 * stderr
    if weight < 0:
        return Blend(0.0, _bias_alone(priced, beliefs), stderr, low, high)
    return Blend(weight, bias, stderr, low, high)


def fit_blends(by_category: Mapping[str, Priced], *, prior_weight: float) -> tuple[Blend, dict[str, Blend]]:
    """Return the blend over all categories, and each category's with the other categories' as its prior."""
    first = beliefs_before(prior_weight)
    fitted = {}
    for category, priced in by_category.items():
        others = _fit(_all({name: one for name, one in by_category.items() if name != category}), first)
        fitted[category] = fit_blend(priced, _leaning_on(others))
    return fit_blend(_all(by_category), first), fitted


def _leaning_on(others: Averaged) -> list[Belief]:
    """Return the beliefs about a category after the others' answers: they can make the price doubtful, not wrong."""
    learned = others.fits[1]
    variance = (learned.stderr(place) ** 2 + between for place, between in enumerate(CATEGORY_VARIANCE))
    share = min(max(LEAST_PRICE_SHARE, float(others.shares[0])), PRICE_SHARE)
    return _beliefs(share, Normal(tuple(map(float, learned.parameters)), tuple(variance)))


def _beliefs(price_share: float, model: Normal) -> list[Belief]:
    return [Belief(price_share, PRICE_STANDS), Belief(1 - price_share, model)]


def _all(by_category: Mapping[str, Priced]) -> Priced:
    none, given = np.empty(0), by_category.values()
    events = np.concatenate([np.empty(0, int), *(priced.events for priced in given)])
    return Priced(
        np.concatenate([none, *(priced.models for priced in given)]),
        np.concatenate([none, *(priced.prices for priced in given)]),
        np.concatenate([none, *(priced.outcomes for priced in given)]),
        events,
    )


def _fit(priced: Priced, beliefs: Sequence[Belief]) -> Averaged:
    features = np.column_stack([priced.models - priced.prices, np.ones_like(priced.prices)])
    return fit_average(features, priced.outcomes, offset=priced.prices, beliefs=beliefs, events=priced.events)


def _bias_alone(priced: Priced, beliefs: Sequence[Belief]) -> float:
    ones = np.ones((len(priced.prices), 1))
    alone = [Belief(each.share, Normal(each.prior.mean[1:], each.prior.variance[1:])) for each in beliefs]
    return float(fit_average(ones, priced.outcomes, offset=priced.prices, beliefs=alone).parameters[0])
