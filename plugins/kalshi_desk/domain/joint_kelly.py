"""Kelly for several bets at once: the stakes that maximise expected log wealth over the ways in which they may end.

Stakes are shares of the bankroll, cost with fee. A scenario is one way in which all bets end; ``returns`` holds what a
dollar staked on each bet brings in it: (1 - c) / c for a win at cost c, -1 for a loss.
Sources: Kelly (1956); Busseti, Ryu and Boyd, "Risk-constrained Kelly gambling" (2016), for the drawdown constraint.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple, Protocol

import numpy as np

from kalshi_desk.domain.quadratic_step import Floats, Parabola, Places, best_step

MOST_STAKED = 0.999
LEAST_LAMBDA = 1e-6
_STEPS, _HALVINGS, _DIGITS = 200, 60, 15
_LEAST_RISE, _NOISE, _FLAT = 1e-11, 1e-8, 1e-12
_PENALTY = 1.5


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
        wealth = self._wealth(stakes)
        if (wealth <= 0).any():
            return float("-inf")
        if power:
            losses = -power * np.log(wealth)
            worst = losses.max()
            return -float(worst + np.log(self.probabilities @ np.exp(losses - worst)))
        return float(self.probabilities @ np.log(wealth))

    def slope(self, stakes: Floats, power: float) -> Floats:
        weights, wealth = self._weights(stakes, power)
        found: Floats = (weights / wealth) @ self.returns
        return power * found if power else found

    def curve(self, stakes: Floats, power: float, among: Places) -> Floats:
        weights, wealth = self._weights(stakes, power)
        bent = self.returns.take(among, axis=1) * (np.sqrt(weights) / wealth)[:, None]
        found: Floats = -(bent.T @ bent)
        if not power:
            return found
        slope = power * (np.sqrt(weights) @ bent)
        return power * (power + 1.0) * found + np.outer(slope, slope)

    def _wealth(self, stakes: Floats) -> Floats:
        """Return wealth after each scenario; 1 where that never comes."""
        return np.where(self.probabilities > 0, 1.0 + self.returns @ stakes, 1.0)

    def _weights(self, stakes: Floats, power: float) -> tuple[Floats, Floats]:
        """Return what each scenario weighs in the gradient, and its wealth."""
        wealth = self._wealth(stakes)
        if not power:
            return self.probabilities, wealth
        losses = -power * np.log(wealth)
        weights = self.probabilities * np.exp(losses - losses.max())
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
    power = drawdown_lambda if drawdown_lambda >= LEAST_LAMBDA else 0.0
    stakes = _Climb(law, highest, most, power).top()
    return stakes if law.value(stakes, 0.0) > 0 else np.zeros(law.bets)


class _Heights(NamedTuple):
    """Growth and safety at some stakes, the latter per unit of the power."""

    growth: float
    safety: float

    def merit(self, penalty: float) -> float:
        """Return growth less the penalty of what is lacking of safety."""
        return self.growth + penalty * min(0.0, self.safety)


@dataclass(frozen=True)
class _Climb:
    """Newton's climb to the stakes of greatest growth: each step is the best one on the parabola that touches it.

    To a step, safety (``power`` > 0) is a straight wall whose price bends the parabola. Stakes on the way may lack
    safety: the merit of stakes is their growth less ``_PENALTY`` times the price of what they lack.
    Source: sequential quadratic programming, Nocedal and Wright, "Numerical Optimization" (2006), chapter 18.
    """

    law: JointLaw
    highest: Floats
    most: float
    power: float

    def top(self) -> Floats:
        """Return the best stakes that keep all limits."""
        stakes, prices = np.zeros(self.law.bets), np.zeros(2 if self.power else 1)
        seen = self._heights(stakes)
        for _ in range(_STEPS):
            step, prices, rise = self._step(stakes, prices, seen)
            found = self._along(stakes, step, seen, _PENALTY * float(prices[1:].sum()))
            if found is None and rise > _NOISE:
                raise ValueError(f"growth does not rise from {stakes} along {step}")
            stakes, seen = found or (stakes, seen)
            if found is None or rise <= _LEAST_RISE:
                return self._kept(stakes)
        raise ValueError(f"no best stakes within {_STEPS} steps")

    def _step(self, stakes: Floats, prices: Floats, seen: _Heights) -> tuple[Floats, Floats, float]:
        """Return the best step, the prices of its walls, and what it brings, what was lacking of safety included.

        Only the bets that are held or pulled in take part; where others are pulled in at its prices, they do as well.
        """
        slope, (walls, room) = self.law.slope(stakes, 0.0), self._walls(stakes, seen)
        start, bend = _back(stakes, walls, room), float(prices[1:].sum())
        among, step = stakes > 0, np.zeros(len(stakes))
        pulled = slope > prices @ walls
        while True:
            among |= pulled
            places = np.flatnonzero(among)
            if not len(places):
                return step, np.zeros(len(room)), 0.0
            hill = Parabola(
                slope=slope[places],
                curve=self._curve(stakes, places, bend),
                low=-stakes[places],
                high=(self.highest - stakes)[places],
                walls=walls[:, places],
                room=room,
            )
            step[places], prices = best_step(hill, start[places])
            pulled = slope > prices @ walls + _FLAT
            if not (pulled & ~among).any():
                lack = float(prices[1:] @ np.minimum(room, 0.0)[1:])
                return step, prices, hill.height(step[places]) - _PENALTY * lack

    def _curve(self, stakes: Floats, places: Places, bend: float) -> Floats:
        """Return the curvature of growth, and of safety at the price ``bend``."""
        curve = -self.law.curve(stakes, 0.0, places)
        return curve - bend / self.power * self.law.curve(stakes, self.power, places) if bend else curve

    def _walls(self, stakes: Floats, seen: _Heights) -> tuple[Floats, Floats]:
        """Return the walls that a step meets, and the room before each: of what is staked in all, and of safety."""
        walls, room = np.ones((1, len(stakes))), np.array([max(0.0, self.most - float(stakes.sum()))])
        if not self.power:
            return walls, room
        unsafe = -self.law.slope(stakes, self.power) / self.power
        return np.vstack([walls, unsafe]), np.append(room, seen.safety if stakes.any() else 0.0)

    def _along(self, stakes: Floats, step: Floats, seen: _Heights, penalty: float) -> tuple[Floats, _Heights] | None:
        """Return the first point of the halved step of higher merit that is not far from safe; None where none is."""
        for halved in range(_HALVINGS):
            there = np.clip(stakes + step / 2.0**halved, 0.0, self.highest)
            reached = self._heights(there)
            if reached.safety >= -reached.growth and reached.merit(penalty) > seen.merit(penalty):
                return there, reached
        return None

    def _heights(self, stakes: Floats) -> _Heights:
        safety = self.law.value(stakes, self.power) / self.power if self.power else 0.0
        return _Heights(self.law.value(stakes, 0.0), safety)

    def _kept(self, stakes: Floats) -> Floats:
        """Return stakes, less what rounding has them beyond the walls."""
        for digits in range(_DIGITS, 0, -1):
            if stakes.sum() <= self.most and (not self.power or self._heights(stakes).safety >= 0):
                return stakes
            stakes = stakes * (1.0 - 10.0**-digits)
        return np.zeros(len(stakes))


def _back(stakes: Floats, walls: Floats, room: Floats) -> Floats:
    """Return the step back towards no stakes that gets behind the walls."""
    if room[-1] >= 0:
        return np.zeros(len(stakes))
    return -stakes * min(1.0, float(room[-1] / -(walls[-1] @ stakes)))
