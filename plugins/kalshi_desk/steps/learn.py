"""What answered questions teach: the vendors' weights, each category's bend, and how far to trust the model."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from math import isfinite

import numpy as np

from kalshi_desk.domain.blend import Blend, Priced, fit_blends
from kalshi_desk.domain.fair_sample import fair_until
from kalshi_desk.domain.log_odds import logit
from kalshi_desk.domain.logistic import Normal, fit_logistic
from kalshi_desk.domain.platt import Answered, Platt, fit_platts
from kalshi_desk.domain.pooling import present_weights, weighted_mean
from kalshi_desk.domain.question import Question
from kalshi_desk.domain.units import Nanos
from kalshi_desk.steps.calibrate import POOLED, Calibration, CombineParams

VENDOR_VARIANCE = 0.0625


@dataclass(frozen=True)
class Lesson:
    """One answered question in log odds: each forecaster's, the price's (None where there was none), the outcome."""

    category: str
    event: str
    asked_at: Nanos
    log_odds: dict[str, float]
    price: float | None
    outcome: int


def lesson_of(question: Question) -> Lesson | None:
    """Return what a question can teach; certain forecasts have no odds to learn from, and None is left without any."""
    log_odds = {name: odds for name, p in question.forecasts.items() if isfinite(odds := logit(p))}
    price = None if question.price is None else logit(question.price)
    known = None if price is None or not isfinite(price) else price
    event = question.title if question.event is None else question.event
    if not log_odds:
        return None
    return Lesson(question.category.casefold(), event, question.asked_at, log_odds, known, question.outcome)


def fit(
    questions: Iterable[Question], still_open: Sequence[Nanos], *, fitted_at: Nanos, params: CombineParams
) -> dict[str, Calibration]:
    """Learn from answered questions, by casefolded category and ``*``; the caller passes only what was known then.

    still_open: the instants at which the questions were asked that had no answer yet. Returns nothing where nothing can
    be learned from.
    """
    lessons = [lesson for question in questions if (lesson := lesson_of(question)) is not None]
    return learn(lessons, still_open, fitted_at=fitted_at, params=params)


def learn(
    lessons: Sequence[Lesson], still_open: Sequence[Nanos], *, fitted_at: Nanos, params: CombineParams
) -> dict[str, Calibration]:
    """Return the calibrations that lessons teach, by category and ``*``, as far as they are a fair sample."""
    until = fair_until([lesson.asked_at for lesson in lessons], still_open)
    fair = [lesson for lesson in lessons if until is not None and lesson.asked_at <= until]
    return _calibrations(fair, fitted_at, params) if fair else {}


def _calibrations(lessons: Sequence[Lesson], fitted_at: Nanos, params: CombineParams) -> dict[str, Calibration]:
    weights = vendor_weights(lessons, params)
    mixes = np.array([weighted_mean(lesson.log_odds, weights) for lesson in lessons])
    places = _places(lessons)
    outcomes = np.array([lesson.outcome for lesson in lessons], dtype=float)
    _, events = np.unique([lesson.event for lesson in lessons], return_inverse=True)
    answered = {name: Answered(mixes[rows], outcomes[rows], events[rows]) for name, rows in places.items()}
    pooled, bends = fit_platts(answered)
    priced = _priced(lessons, answered, bends)
    blend, blends = fit_blends(priced, prior_weight=params.blend_prior)
    counts = {name: (len(rows), len(priced[name].prices)) for name, rows in places.items()}
    counts[POOLED] = (len(lessons), sum(len(one.prices) for one in priced.values()))
    fitted = {name: (bends[name], blends[name]) for name in places} | {POOLED: (pooled, blend)}
    return {
        name: _calibration((name, fitted_at, weights), counts[name], bend, trust)
        for name, (bend, trust) in fitted.items()
    }


def vendor_weights(lessons: Sequence[Lesson], params: CombineParams) -> dict[str, float]:
    """Return the vendors' weights that the answers of questions with all vendors support, the settings' as their prior.

    Fewer such questions than ``min_resolutions``, or a fit that would silence every vendor: the settings' stand.
    """
    names = sorted(name for name, weight in params.vendor_weights.items() if weight > 0)
    complete = [lesson for lesson in lessons if all(name in lesson.log_odds for name in names)]
    if len(names) < 2 or len(complete) < params.min_resolutions:
        return params.vendor_weights
    prior = present_weights(params.vendor_weights, names)
    features = np.array([[1.0, *(lesson.log_odds[name] for name in names)] for lesson in complete])
    fitted = fit_logistic(
        features,
        np.array([lesson.outcome for lesson in complete], dtype=float),
        offset=np.zeros(len(complete)),
        prior=Normal((0.0, *prior.values()), (1.0, *[VENDOR_VARIANCE] * len(names))),
    )
    kept = {name: max(0.0, float(slope)) for name, slope in zip(names, fitted.parameters[1:], strict=True)}
    return present_weights(kept, names) if any(kept.values()) else params.vendor_weights


def _places(lessons: Sequence[Lesson]) -> dict[str, list[int]]:
    places: dict[str, list[int]] = {}
    for place, lesson in enumerate(lessons):
        places.setdefault(lesson.category, []).append(place)
    return places


def _priced(
    lessons: Sequence[Lesson], answered: Mapping[str, Answered], bends: Mapping[str, Platt]
) -> dict[str, Priced]:
    """Return the lessons that had a price, by category, their mixes bent."""
    prices = np.array([np.nan if lesson.price is None else lesson.price for lesson in lessons])
    found = {}
    for name, rows in _places(lessons).items():
        own, known = answered[name], np.isfinite(prices[rows])
        bent = bends[name].intercept + bends[name].slope * own.log_odds[known]
        found[name] = Priced(bent, prices[rows][known], own.outcomes[known], own.events[known])
    return found


def _calibration(
    head: tuple[str, Nanos, dict[str, float]], counts: tuple[int, int], bend: Platt, blend: Blend
) -> Calibration:
    name, fitted_at, weights = head
    return Calibration(
        category=name,
        fitted_at=fitted_at,
        resolutions=counts[0],
        priced=counts[1],
        vendor_weights=weights,
        platt_intercept=bend.intercept,
        platt_slope=bend.slope,
        blend_weight=blend.weight,
        blend_stderr=blend.stderr,
        blend_bias=blend.bias,
        blend_low=blend.low,
        blend_high=blend.high,
    )
