"""From the models' samples to the number traded on: pool, calibrate, blend with the price; and how that is learned.

Live estimates, the walk-forward and the backtest call the same two functions: ``fit`` and ``combine``. Probabilities
are floats of YES; a price or a forecast of exactly 0 or 1 stays what it is and is never clamped.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from math import isinf, sqrt

import msgspec

from kalshi_desk.domain.estimate import Sample
from kalshi_desk.domain.log_odds import expit, logit, probability_stderr, weighed
from kalshi_desk.domain.platt import Platt
from kalshi_desk.domain.pooling import Pooled, pool
from kalshi_desk.domain.units import Nanos

POOLED = "*"


class CombineParams(msgspec.Struct, frozen=True, kw_only=True):
    """The settings of the combination: ``vendor_weights`` until learned, ``blend_prior`` until ``min_resolutions``."""

    vendor_weights: dict[str, float]
    blend_prior: float
    min_resolutions: int


class Calibration(msgspec.Struct, frozen=True, kw_only=True):
    """What was learned of one category up to ``fitted_at`` from ``resolutions`` answered questions, ``priced`` of them.

    Calibrated: logit(p) = platt_intercept + platt_slope logit(mix). Blended: logit(p) = blend_weight logit(calibrated)
    + (1 - blend_weight) logit(price) + blend_bias; ``blend_low`` and ``blend_high`` bound the free weight at 95 %.
    Category ``*`` is the fit over all categories; it serves those of which nothing is known.
    """

    category: str
    fitted_at: Nanos
    resolutions: int
    priced: int
    vendor_weights: dict[str, float]
    platt_intercept: float
    platt_slope: float
    blend_weight: float
    blend_stderr: float
    blend_bias: float
    blend_low: float
    blend_high: float


class Combined(msgspec.Struct, frozen=True, kw_only=True):
    """One estimate with its stages: vendors' means, their mix, calibrated, and blended with the price.

    ``p_blended`` is what the record supports and what is scored: the price itself before the first answers. ``p_yes``,
    with its doubt and weight, is what is traded on: the same, but while a category's answers are too few the weight is
    the prior. ``exploratory`` marks those, and an estimate whose weight's interval includes 0.
    """

    p_vendors: dict[str, float]
    p_ensemble: float
    p_ensemble_stderr: float
    p_calibrated: float
    p_blended: float
    p_yes: float
    stderr: float
    blend_weight: float
    exploratory: bool


def calibration_of(calibrations: Mapping[str, Calibration], category: str) -> Calibration | None:
    """Return what is known for a category (compared casefolded): its own fit, else the pooled one, else None."""
    return calibrations.get(category.casefold(), calibrations.get(POOLED))


def combine(
    samples: Sequence[Sample], calibration: Calibration | None, *, price: float | None, params: CombineParams
) -> Combined:
    """Return the estimate of one market from its samples, its category's calibration and the price at decision.

    Raises ValueError without a sample, and where samples are certain of opposite outcomes.
    """
    weights = params.vendor_weights if calibration is None else calibration.vendor_weights
    pooled = pool([(sample.vendor, sample.p_yes) for sample in samples], weights)
    bend = Platt() if calibration is None else Platt(calibration.platt_intercept, calibration.platt_slope)
    calibrated = Pooled(bend(pooled.log_odds), bend.slope * pooled.stderr, pooled.vendors)
    trust = _trust(calibration, params)
    log_odds, stderr, weight = _blend(calibrated, price, trust)
    return Combined(
        p_vendors={vendor: expit(mean) for vendor, mean in pooled.vendors.items()},
        p_ensemble=expit(pooled.log_odds),
        p_ensemble_stderr=probability_stderr(pooled.log_odds, pooled.stderr),
        p_calibrated=expit(calibrated.log_odds),
        p_blended=expit(_blend(calibrated, price, _learned(calibration))[0]),
        p_yes=expit(log_odds),
        stderr=probability_stderr(log_odds, stderr),
        blend_weight=weight,
        exploratory=trust.exploratory or price is None or isinf(calibrated.log_odds),
    )


class _Trust(msgspec.Struct, frozen=True):
    weight: float
    stderr: float
    bias: float
    exploratory: bool


def _trust(calibration: Calibration | None, params: CombineParams) -> _Trust:
    """Return the weight to trade on: the category's own, or the prior, to explore, while its answers are too few."""
    if calibration is None or calibration.category == POOLED or calibration.priced < params.min_resolutions:
        return _Trust(params.blend_prior, 0.0, 0.0, True)
    return _learned(calibration)


def _learned(calibration: Calibration | None) -> _Trust:
    """Return the weight that the answers support, however few: none at all before the first."""
    if calibration is None:
        return _Trust(0.0, 0.0, 0.0, True)
    proven = calibration.blend_low > 0
    return _Trust(calibration.blend_weight, calibration.blend_stderr, calibration.blend_bias, not proven)


def _blend(calibrated: Pooled, price: float | None, trust: _Trust) -> tuple[float, float, float]:
    """Return blended log odds, their standard error and the model's weight.

    Without a price the model stands alone; a certain model cannot be weighed against a price, and the price stands.
    """
    if price is None:
        return calibrated.log_odds, calibrated.stderr, 1.0
    market = logit(price)
    if isinf(calibrated.log_odds):
        return market, 0.0, 0.0
    blended = weighed(trust.weight, calibrated.log_odds) + weighed(1 - trust.weight, market) + trust.bias
    if isinf(market):
        return blended, 0.0, trust.weight
    doubt = (trust.weight * calibrated.stderr, trust.stderr * (calibrated.log_odds - market))
    return blended, sqrt(doubt[0] ** 2 + doubt[1] ** 2), trust.weight
