"""How bets end together: by one common factor, or as outcomes of which one at most comes.

``wins`` are the probabilities that each bet pays, ``costs`` what each costs per $1 of payout, fee in.

Given the factor the bets are independent, so the Laplace transform of wealth is a product, and what is asked of wealth
W is an integral of it over ln t, exact for any number of bets without drawing or listing their 2^n ends:

    E[ln W] = ∫ (e^-t - E[e^-tW]) d ln t        E[W^-s] = 1 + ∫ t^s (E[e^-tW] - e^-t) d ln t / Gamma(s)

Source: Frullani's integral and the definition of the gamma function; both integrands are analytic and fall off at both
ends, so that the trapezoidal rule converges geometrically (Trefethen and Weideman, SIAM Review 56, 2014).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.special import gammaln, ndtr, ndtri

from kalshi_desk.domain.joint_kelly import Scenarios
from kalshi_desk.domain.quadratic_step import Floats, Places

_LEAST_LOG, _LAST_TERM = -20.0, 40.0
_LOG_STEP = 0.4
_TINY = 1e-300
_FARTHEST, _FACTOR_STEP, _LEAST_SPREAD = 8.0, 0.5, 0.03


def independent(wins: Floats, costs: Floats) -> FactorLaw:
    """Return the law of bets that have nothing to do with each other."""
    return factor(wins, costs, loading=0.0)


def factor(wins: Floats, costs: Floats, *, loading: float) -> FactorLaw:
    """Return the one-factor Gaussian copula: each bet wins where loading z + sqrt(1 - loading^2) e > K.

    Raises ValueError for a loading outside [0, 1) or a probability or cost outside (0, 1).
    """
    _check(wins, costs)
    if not 0.0 <= loading < 1.0:
        raise ValueError(f"loading {loading} is not in [0, 1)")
    values, weights = factor_nodes(loading)
    return FactorLaw(weights, given(values, wins, loading), costs)


def exclusive(wins: Floats, costs: Floats) -> Scenarios:
    """Return the scenarios of bets of which one at most wins; raises ValueError where their chances exceed 1."""
    _check(wins, costs)
    nothing = 1.0 - float(wins.sum())
    if nothing < -1e-9:
        raise ValueError(f"exclusive outcomes have probabilities of {wins.sum():.4f} in sum")
    ends = np.vstack([np.eye(len(wins), dtype=bool), np.zeros((1, len(wins)), dtype=bool)])
    chances = np.append(wins, max(0.0, nothing))
    return Scenarios(chances / chances.sum(), np.where(ends, (1.0 - costs) / costs, -1.0))


def factor_nodes(loading: float) -> tuple[Floats, Floats]:
    """Return values of a standard normal factor and their weights, the closer the more depends on it."""
    if not loading:
        return np.zeros(1), np.ones(1)
    spread = max(_LEAST_SPREAD, float(np.sqrt(1.0 - loading**2)))
    step = _FACTOR_STEP * min(1.0, spread / loading)
    values = step * np.arange(-np.ceil(_FARTHEST / step), np.ceil(_FARTHEST / step) + 1)
    weights = np.exp(-0.5 * values**2)
    return values, weights / weights.sum()


def given(factor_values: Floats, chances: Floats, loading: float | Floats) -> Floats:
    """Return the probabilities (values, chances) of what has these chances, given the factor."""
    spread = np.sqrt(1.0 - np.square(loading))
    return np.asarray(ndtr((ndtri(chances) + loading * factor_values[:, None]) / spread), dtype=np.float64)


def log_times(least_wealth: float, power: float) -> Floats:
    """Return the nodes ln t of both integrals, ``_LOG_STEP`` or less apart, for a wealth of at least so much."""
    step = _LOG_STEP / np.sqrt(1.0 + power / 10.0)
    last = np.log((_LAST_TERM + 2.0 * power) / least_wealth)
    return np.asarray(step * np.arange(np.floor(_LEAST_LOG / step), np.ceil(last / step) + 1), dtype=np.float64)


@dataclass(frozen=True)
class FactorLaw:
    """Bets that are independent given a factor: ``weights`` (values,) of its values, ``chances`` (values, bets)."""

    weights: Floats
    chances: Floats
    costs: Floats

    @property
    def bets(self) -> int:
        return len(self.costs)

    def value(self, stakes: Floats, power: float) -> float:
        if stakes.sum() >= 1.0:
            return float("-inf")
        seen = _Transform(self, stakes, power)
        found = float(seen.kernel @ (self.weights @ seen.wealth - np.exp(-seen.times)))
        return -float(np.log1p(found)) if power else found

    def slope(self, stakes: Floats, power: float) -> Floats:
        seen = _Transform(self, stakes, power)
        found = seen.first()
        return np.asarray(-found / seen.moment, dtype=np.float64) if power else found

    def curve(self, stakes: Floats, power: float, among: Places) -> Floats:
        seen = _Transform(self, stakes, power)
        found = seen.second(among)
        if not power:
            return found
        slope = seen.first()[among] / seen.moment
        return np.outer(slope, slope) - found / seen.moment


class _Transform:
    """The Laplace transform of wealth at given stakes, (factor values, times), and its integrals' derivatives.

    ``kernel`` weighs it in the integral: growth for power 0, else E[wealth^-power] - 1.
    """

    def __init__(self, law: FactorLaw, stakes: Floats, power: float) -> None:
        logs = log_times(1.0 - float(stakes.sum()), power)
        self.times, step = np.exp(logs), logs[1] - logs[0]
        self.kernel = step * np.exp(power * logs - gammaln(power)) if power else np.full(len(logs), -step)
        left = np.exp(-np.outer(self.times, stakes / law.costs))
        parts = np.maximum(_TINY, 1.0 - law.chances[:, None, :] * (1.0 - left))
        self.wealth = np.exp(-self.times * (1.0 - stakes.sum())) * parts.prod(axis=2)
        self._law, self._won = law, law.chances[:, None, :] * left / parts

    @property
    def moment(self) -> float:
        """E[wealth^-power]."""
        return 1.0 + float(self.kernel @ (self._law.weights @ self.wealth - np.exp(-self.times)))

    def _weights(self, order: int) -> Floats:
        found: Floats = self._law.weights[:, None] * self.wealth * (self.kernel * self.times**order)
        return found

    def first(self) -> Floats:
        """Return the integral's gradient."""
        weights = self._weights(1)
        return np.asarray(weights.sum() - np.einsum("mk,mki->i", weights, self._won) / self._law.costs)

    def second(self, among: Places) -> Floats:
        """Return the integral's second derivatives in the bets ``among``."""
        weights, costs = self._weights(2).ravel(), self._law.costs[among]
        won = self._won[:, :, among].reshape(len(weights), len(among)) / costs
        lost = 1.0 - won
        found: Floats = (lost * weights[:, None]).T @ lost
        np.fill_diagonal(found, weights @ (1.0 - 2.0 * won + won / costs))
        return found


def _check(wins: Floats, costs: Floats) -> None:
    for name, values in (("probability", wins), ("cost", costs)):
        if not ((values > 0) & (values < 1)).all():
            raise ValueError(f"a {name} is not between 0 and 1")
