"""Penalised logistic regression by Newton's method: the one fit below calibration, blend and vendor weights."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.special import expit

Array = NDArray[np.floating[Any]]
Events = NDArray[np.integer[Any]]
STEPS, TOLERANCE, SMALLEST_STEP = 100, 1e-10, 1e-6


@dataclass(frozen=True)
class Normal:
    """Independent normal laws, one a parameter: ``mean`` and ``variance`` of equal length."""

    mean: tuple[float, ...]
    variance: tuple[float, ...]


@dataclass(frozen=True)
class Fitted:
    """Parameters that maximise likelihood times prior; their covariance by curvature, and robust to shared luck.

    ``evidence`` is the log likelihood of the outcomes under the prior as a whole, by Laplace's approximation.
    """

    parameters: Array
    covariance: Array
    robust: Array
    evidence: float

    def stderr(self, place: int) -> float:
        """Return the standard error of the parameter at ``place``, the larger of the two."""
        return float(np.sqrt(max(self.covariance[place, place], self.robust[place, place])))

    @property
    def shared_luck(self) -> float:
        """How many times more the score spreads than its curvature implies: 1 where each outcome has its own luck."""
        return float(np.trace(np.linalg.solve(self.covariance, self.robust)) / len(self.parameters))


def fit_logistic(
    features: Array, outcomes: Array, *, offset: Array, prior: Normal, events: Events | None = None
) -> Fitted:
    """Maximise the likelihood of outcomes under expit(offset + features @ parameters), times the prior.

    features: one row an outcome (0 or 1).  events: a number for each row, equal where rows share their luck.  Without
    rows the answer is the prior.  Raises ValueError on infinite odds.
    """
    if not (np.isfinite(features).all() and np.isfinite(offset).all()):
        raise ValueError("certain forecasts teach no odds")
    problem = _Problem(features, outcomes, offset, np.array(prior.mean), 1 / np.array(prior.variance))
    at = problem.mean
    for _ in range(STEPS):
        step = np.linalg.solve(problem.hessian(at), -problem.gradient(at))
        at, done = _descend(problem, at, step)
        if done:
            break
    covariance = np.linalg.inv(problem.hessian(at))
    robust = covariance if events is None else covariance @ problem.meat(at, events) @ covariance
    return Fitted(at, covariance, robust, problem.evidence(at, covariance))


@dataclass(frozen=True)
class _Problem:
    features: Array
    outcomes: Array
    offset: Array
    mean: Array
    precision: Array

    def loss(self, at: Array) -> float:
        odds = self.offset + self.features @ at
        misfit = np.logaddexp(0, odds) - self.outcomes * odds
        return float(misfit.sum() + 0.5 * (self.precision * (at - self.mean) ** 2).sum())

    def gradient(self, at: Array) -> Array:
        miss = expit(self.offset + self.features @ at) - self.outcomes
        return np.asarray(self.features.T @ miss + self.precision * (at - self.mean))

    def hessian(self, at: Array) -> Array:
        p = expit(self.offset + self.features @ at)
        return np.asarray((self.features.T * (p * (1 - p))) @ self.features + np.diag(self.precision))

    def evidence(self, at: Array, covariance: Array) -> float:
        return float(0.5 * (np.linalg.slogdet(covariance)[1] + np.log(self.precision).sum()) - self.loss(at))

    def meat(self, at: Array, events: Events) -> Array:
        """Return the spread of the score summed by event (Liang and Zeger 1986), the prior's own added."""
        score = self.features * (self.outcomes - expit(self.offset + self.features @ at))[:, None]
        _, places = np.unique(events, return_inverse=True)
        sums = np.zeros((places.max(initial=0) + 1, len(at)))
        np.add.at(sums, places, score)
        few = len(sums) / (len(sums) - 1) if len(sums) > 1 else 1.0
        return np.asarray(few * sums.T @ sums + np.diag(self.precision))


def _descend(problem: _Problem, at: Array, step: Array) -> tuple[Array, bool]:
    """Take the longest half of a half of the step that lowers the loss; True where it can go no lower."""
    share, loss = 1.0, problem.loss(at)
    while share > SMALLEST_STEP and problem.loss(at + share * step) > loss:
        share /= 2
    if share <= SMALLEST_STEP:
        return at, True
    return at + share * step, float(np.abs(step).max()) < TOLERANCE
