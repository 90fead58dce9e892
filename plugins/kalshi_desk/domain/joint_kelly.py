"""Kelly for several bets at once: the stakes that maximise expected log wealth over joint scenarios.

Stakes are shares of the bankroll, cost with fee. A scenario is one way in which all bets end; ``returns`` holds what a
dollar staked on each bet brings in it: (1 - c) / c for a win at cost c, -1 for a loss.
Sources: Kelly (1956); Busseti, Ryu and Boyd, "Risk-constrained Kelly gambling" (2016), for the drawdown constraint.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import minimize

Floats = NDArray[np.float64]
MOST_STAKED = 0.999
_LEAST_WEALTH = 1e-9
_ITERATIONS = 200


@dataclass(frozen=True)
class Scenarios:
    """``probabilities`` of shape (s,), summing to 1, and ``returns`` of shape (s, bets); raises ValueError else."""

    probabilities: Floats
    returns: Floats

    def __post_init__(self) -> None:
        if self.returns.ndim != 2 or self.probabilities.shape != self.returns.shape[:1]:
            raise ValueError(f"{self.probabilities.shape} probabilities for returns of shape {self.returns.shape}")
        if not (self.probabilities >= 0).all() or abs(self.probabilities.sum() - 1) > 1e-9:
            raise ValueError(f"scenario probabilities sum to {self.probabilities.sum()}")

    def growth(self, stakes: Floats) -> float:
        """Return the expected log of wealth after all bets; minus infinity where some scenario ruins."""
        wealth = 1.0 + self.returns @ stakes
        if (wealth[self.probabilities > 0] <= 0).any():
            return float("-inf")
        return float(self.probabilities @ np.log(np.maximum(wealth, _LEAST_WEALTH)))


def best_stakes(
    scenarios: Scenarios, *, most_each: float | Floats = 1.0, most: float = MOST_STAKED, drawdown_lambda: float = 0.0
) -> Floats:
    """Return the stakes of greatest growth, each at most ``most_each`` and in sum at most ``most``.

    ``drawdown_lambda`` > 0 adds E[wealth^-lambda] <= 1, which bounds the chance of ever falling to a share a by
    a^lambda. Raises ValueError where no optimum is found.
    """
    bets = scenarios.returns.shape[1]
    highest = np.broadcast_to(np.asarray(most_each, dtype=np.float64), (bets,))
    found = minimize(
        lambda stakes: _loss(scenarios, stakes),
        np.minimum(highest, most) / (4.0 * bets),
        jac=True,
        method="SLSQP",
        bounds=[(0.0, float(high)) for high in highest],
        constraints=_constraints(scenarios, most, drawdown_lambda),
        options={"ftol": 1e-12, "maxiter": _ITERATIONS},
    )
    if not found.success:
        raise ValueError(f"no best stakes: {found.message}")
    stakes = np.clip(found.x, 0.0, highest)
    return stakes if scenarios.growth(stakes) > 0 else np.zeros(bets)


def _loss(scenarios: Scenarios, stakes: Floats) -> tuple[float, Floats]:
    wealth = np.maximum(1.0 + scenarios.returns @ stakes, _LEAST_WEALTH)
    return -float(scenarios.probabilities @ np.log(wealth)), -((scenarios.probabilities / wealth) @ scenarios.returns)


def _constraints(scenarios: Scenarios, most: float, drawdown_lambda: float) -> list[dict[str, object]]:
    ones = np.ones(scenarios.returns.shape[1])
    within = {"type": "ineq", "fun": lambda stakes: most - stakes.sum(), "jac": lambda _: -ones}
    if drawdown_lambda <= 0:
        return [within]
    share = _Drawdown(scenarios, drawdown_lambda)
    return [within, {"type": "ineq", "fun": share.room, "jac": share.slope}]


@dataclass(frozen=True)
class _Drawdown:
    """-ln E[wealth^-lambda] >= 0, and its gradient."""

    scenarios: Scenarios
    power: float

    def _weights(self, stakes: Floats) -> tuple[Floats, Floats]:
        wealth = np.maximum(1.0 + self.scenarios.returns @ stakes, _LEAST_WEALTH)
        return self.scenarios.probabilities * wealth**-self.power, wealth

    def room(self, stakes: Floats) -> float:
        return -float(np.log(self._weights(stakes)[0].sum()))

    def slope(self, stakes: Floats) -> Floats:
        weights, wealth = self._weights(stakes)
        return np.asarray(self.power * ((weights / wealth) @ self.scenarios.returns) / weights.sum(), dtype=np.float64)
