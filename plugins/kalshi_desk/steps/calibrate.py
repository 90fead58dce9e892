"""From the models' samples to the number traded on: pool, calibrate, blend with the price; and how that is learned.

Live estimates, the walk-forward and the backtest call the same two functions: ``fit`` and ``combine``. Probabilities
are floats of YES; a price or a forecast of exactly 0 or 1 stays what it is and is never clamped.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import msgspec

from kalshi_desk.domain.estimate import Sample
from kalshi_desk.domain.question import Question
from kalshi_desk.domain.units import Nanos

POOLED = "*"


class CombineParams(msgspec.Struct, frozen=True, kw_only=True):
    """The settings of the combination: ``vendor_weights`` until learned, ``blend_prior`` until ``min_resolutions``."""

    vendor_weights: dict[str, float]
    blend_prior: float
    min_resolutions: int


class Calibration(msgspec.Struct, frozen=True, kw_only=True):
    """What was learned of one category up to ``fitted_at`` from ``resolutions`` answered questions of it.

    Calibrated: logit(p) = platt_intercept + platt_slope logit(mix). Blended: logit(p) = blend_weight logit(calibrated)
    + (1 - blend_weight) logit(price) + blend_bias; ``blend_low`` and ``blend_high`` bound the weight at 95 %.
    Category ``*`` is the fit over all categories; it serves those of which nothing is known.
    """

    category: str
    fitted_at: Nanos
    resolutions: int
    vendor_weights: dict[str, float]
    platt_intercept: float
    platt_slope: float
    blend_weight: float
    blend_stderr: float | None
    blend_bias: float
    blend_low: float | None
    blend_high: float | None


class Combined(msgspec.Struct, frozen=True, kw_only=True):
    """One estimate with its stages: vendors' means, their mix, calibrated, and blended with the price (``p_yes``).

    ``exploratory`` marks one whose weight against the price is the prior, or whose interval includes 0.
    """

    p_vendors: dict[str, float]
    p_ensemble: float
    p_ensemble_stderr: float
    p_calibrated: float
    p_yes: float
    stderr: float
    blend_weight: float
    exploratory: bool


def calibration_of(calibrations: Mapping[str, Calibration], category: str) -> Calibration | None:
    """Return what is known for a category (compared casefolded): its own fit, else the pooled one, else None."""
    return calibrations.get(category.casefold(), calibrations.get(POOLED))


def fit(questions: Sequence[Question], *, fitted_at: Nanos, params: CombineParams) -> dict[str, Calibration]:
    """Learn from answered questions, by casefolded category and ``*``; the caller passes only what was known then."""
    raise NotImplementedError


def combine(
    samples: Sequence[Sample], calibration: Calibration | None, *, price: float | None, params: CombineParams
) -> Combined:
    """Return the estimate of one market from its samples, its category's calibration and the price at decision.

    Raises ValueError without a sample, and where samples are certain of opposite outcomes.
    """
    raise NotImplementedError
