"""Several priors instead of one, each weighed by how well it foretold the answers: Bayesian model averaging.

The evidence of a prior is, by the chain rule, the summed log score of the predictions that it makes of each answer
from those before it, so that a prior of no change at all is a choice which only answers can outvote. Answers that share
their luck are fewer than they look: their evidence is divided by how much the score spreads beyond what its curvature
implies.
Source: Dawid (1984), "The prequential approach"; Kass and Raftery (1995), "Bayes factors", Laplace's approximation;
Pauli, Racugno and Ventura (2011), "Bayesian composite marginal likelihoods", for the division.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from kalshi_desk.domain.logistic import Array, Events, Fitted, Normal, fit_logistic

UNCHANGED = 0.9
FIXED = 1e-6


@dataclass(frozen=True)
class Belief:
    """A law of the parameters and the share of belief it has before any answer."""

    share: float
    prior: Normal


@dataclass(frozen=True)
class Averaged:
    """The fits under each belief, in their order, and the share that each has after the answers."""

    fits: tuple[Fitted, ...]
    shares: Array

    @property
    def parameters(self) -> Array:
        """The posterior mean."""
        return np.asarray(self.shares @ np.array([fit.parameters for fit in self.fits]))

    def stderr(self, place: int) -> float:
        """Return the posterior's standard deviation of the parameter at ``place``: within the fits and between."""
        mean = self.parameters[place]
        squares = [fit.stderr(place) ** 2 + (fit.parameters[place] - mean) ** 2 for fit in self.fits]
        return float(np.sqrt(self.shares @ np.array(squares)))


def fixed(mean: tuple[float, ...]) -> Normal:
    """Return the law that leaves the parameters where they are."""
    return Normal(mean, (FIXED,) * len(mean))


def fit_average(
    features: Array, outcomes: Array, *, offset: Array, beliefs: Sequence[Belief], events: Events | None = None
) -> Averaged:
    """Fit under each belief and weigh the fits; arguments as those of ``fit_logistic``."""
    fits = tuple(fit_logistic(features, outcomes, offset=offset, prior=each.prior, events=events) for each in beliefs)
    luck = max([1.0, *(fit.shared_luck for fit in fits)])
    logs = np.log([each.share for each in beliefs]) + np.array([fit.evidence for fit in fits]) / luck
    shares = np.exp(logs - logs.max())
    return Averaged(fits, shares / shares.sum())
