"""Kelly for several bets at once: the stakes that maximise expected log wealth over the ways in which they may end.

Stakes are shares of the bankroll, cost with fee. A scenario is one way in which all bets end; ``returns`` holds what a
dollar staked on each bet brings in it: (1 - c) / c for a win at cost c, -1 for a loss.
Sources: Kelly (1956); Busseti, Ryu and Boyd, "Risk-constrained Kelly gambling" (2016), for the drawdown constraint.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from math import isfinite, log
from typing import Protocol

import numpy as np

from kalshi_desk.domain.projected_newton import Floats, Places, highest_point

MOST_STAKED = 0.999
LEAST_LAMBDA = 1e-6
_HALVINGS = 60
_PRICES = tuple(10.0**-digits for digits in range(3, 9))


class JointLaw(Protocol):
    """How bets end together, seen through wealth after all of them.

    ``power`` 0 means growth, E[ln wealth]; ``power`` > 0 means safety, -ln E[wealth^-power]. Both are concave in the
    stakes, and minus infinity where some end ruins.
    """

    @property
    def bets(self) -> int:
        """How many bets there are."""

    def value(self, stakes: Floats, power: float) -> float:
        """Return growth or safety."""

    def slope(self, stakes: Floats, power: float) -> Floats:
        """Return its gradient."""

    def curve(self, stakes: Floats, power: float, among: Places) -> Floats:
        """Return its second derivatives in the bets ``among``."""


@dataclass(frozen=True)
class Scenarios:
    """A law as a list: ``probabilities`` (s,), summing to 1, and ``returns`` (s, bets); raises ValueError else."""

    probabilities: Floats
    returns: Floats

    def __post_init__(self) -> None:
        if self.returns.ndim != 2 or self.probabilities.shape != self.returns.shape[:1]:
            raise ValueError(f"{self.probabilities.shape} probabilities for returns of shape {self.returns.shape}")
        if not (self.probabilities >= 0).all() or abs(self.probabilities.sum() - 1) > 1e-9:
            raise ValueError(f"scenario probabilities sum to {self.probabilities.sum()}")

    @property
    def bets(self) -> int:
        return int(self.returns.shape[1])

    def value(self, stakes: Floats, power: float) -> float:
        wealth = 1.0 + self.returns @ stakes
        if (wealth <= 0).any():
            if (wealth[self.probabilities > 0] <= 0).any():
                return float("-inf")
            wealth = np.where(self.probabilities > 0, wealth, 1.0)
        if power:
            return -float(np.log(self.probabilities @ wealth**-power))
        return float(self.probabilities @ np.log(wealth))

    def slope(self, stakes: Floats, power: float) -> Floats:
        weights, wealth = self._weights(stakes, power)
        found: Floats = (weights / wealth) @ self.returns
        return power * found if power else found

    def curve(self, stakes: Floats, power: float, among: Places) -> Floats:
        weights, wealth = self._weights(stakes, power)
        returns = self.returns[:, among]
        found: Floats = -((returns * (weights / wealth**2)[:, None]).T @ returns)
        if not power:
            return found
        slope = power * ((weights / wealth) @ returns)
        return power * (power + 1.0) * found + np.outer(slope, slope)

    def _weights(self, stakes: Floats, power: float) -> tuple[Floats, Floats]:
        """Return what each scenario weighs in the gradient, and its wealth."""
        wealth = 1.0 + self.returns @ stakes
        if not power:
            return self.probabilities, wealth
        weights = self.probabilities * wealth**-power
        return weights / weights.sum(), wealth


def best_stakes(
    law: JointLaw, *, most_each: float | Floats = 1.0, most: float = MOST_STAKED, drawdown_lambda: float = 0.0
) -> Floats:
    """Return the stakes of greatest growth, each at most ``most_each`` and in sum at most ``most``.

    ``drawdown_lambda`` > 0 adds E[wealth^-lambda] <= 1, which bounds the chance of ever falling to a share a by
    a^lambda; one below ``LEAST_LAMBDA`` asks for no more than growth. Growth is within 1e-7 of the greatest. Raises
    ValueError where no optimum is found.
    """
    highest = np.broadcast_to(np.asarray(most_each, dtype=np.float64), (law.bets,))
    free = _Inside(law, most, drawdown_lambda if drawdown_lambda >= LEAST_LAMBDA else 0.0, 0.0)
    stakes = highest_point(free, start=np.zeros(law.bets), highest=highest, until=free.outside)
    if free.outside(stakes):
        stakes = _inside(free, stakes, highest)
    return stakes if law.value(stakes, 0.0) > 0 else np.zeros(law.bets)


@dataclass(frozen=True)
class _Inside:
    """Growth plus ``price`` times the logarithm of the room that each of the two constraints leaves.

    Its highest point gives away ``price`` of growth at most for each of them.
    Source: Boyd and Vandenberghe, "Convex Optimization" (2004), section 11.2.
    """

    law: JointLaw
    most: float
    power: float
    price: float

    def outside(self, point: Floats) -> bool:
        """Tell whether one of the constraints is broken."""
        return bool(point.sum() > self.most) or (self.power > 0 and self.law.value(point, self.power) < 0)

    def value(self, point: Floats) -> float:
        found = self.law.value(point, 0.0)
        return found + self.price * sum(map(_log, self._rooms(point))) if self.price else found

    def slope(self, point: Floats) -> Floats:
        found = self.law.slope(point, 0.0)
        if not self.price:
            return found
        rooms = self._rooms(point)
        found = found - self.price / rooms[0]
        return found + self.price / rooms[1] * self.law.slope(point, self.power) if self.power else found

    def curve(self, point: Floats, among: Places) -> Floats:
        found = self.law.curve(point, 0.0, among)
        if not self.price:
            return found
        rooms = self._rooms(point)
        found = found - self.price / rooms[0] ** 2
        if not self.power:
            return found
        slope = self.law.slope(point, self.power)[among] / rooms[1]
        return found + self.price * (self.law.curve(point, self.power, among) / rooms[1] - np.outer(slope, slope))

    def _rooms(self, point: Floats) -> list[float]:
        room = self.most - float(point.sum())
        return [room, self.law.value(point, self.power)] if self.power else [room]


def _log(room: float) -> float:
    return log(room) if room > 0 else float("-inf")


def _shrunk(free: _Inside, stakes: Floats) -> Floats | None:
    """Return a share of the stakes that leaves room; None where only nothing does, to within rounding."""
    for _ in range(_HALVINGS):
        stakes = stakes / 2.0
        if isfinite(replace(free, price=1.0).value(stakes)):
            return stakes
    return None


def _inside(free: _Inside, outside: Floats, highest: Floats) -> Floats:
    """Return the best stakes that keep the constraints, beginning at a share of ones that do not."""
    stakes = _shrunk(free, outside)
    if stakes is None:
        return np.zeros(len(outside))
    for price in _PRICES:
        stakes = highest_point(replace(free, price=price), start=stakes, highest=highest)
    return stakes
