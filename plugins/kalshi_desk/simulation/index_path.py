"""A coin's index as a random path: stochastic volatility, jumps, five values a second, settlement windows.

Model space: floats; published values are exact index prices with two decimals. Everything random is drawn from the
``Random`` passed in.
"""

from __future__ import annotations

from math import exp, sqrt
from random import Random

import msgspec

from kalshi_desk.domain.units import NANOS, IndexPrice, Nanos
from kalshi_desk.simulation.listings import QUARTER

TICK = NANOS // 5
YEAR_S = 31_557_600.0
KEPT_TICKS = 150
WINDOW = 60
_CENT = 10**6


class PathParams(msgspec.Struct, frozen=True):
    """One coin: start price, annual volatility around which it wanders, and jumps (size as a log move) per hour."""

    price: float
    sigma: float
    jumps_per_hour: float = 3.0
    jump_size: float = 0.0010
    vol_of_vol: float = 0.35
    vol_memory_s: float = 1_200.0


class IndexPath(msgspec.Struct):
    """Where a coin is: price, ln(volatility / usual), the last 30 s of ticks, and the settlement window.

    ``fixings`` are the prints so far of the last minute before the next quarter hour; ``means`` keeps the final means
    (sum of 60 prints) of past windows by the instant of their end.
    """

    price: float
    log_vol: float = 0.0
    recent: list[float] = []
    fixings: list[int] = []
    means: dict[str, int] = {}

    def step(self, params: PathParams, *, shock: float, rng: Random) -> None:
        """Move by one tick of 0.2 s; ``shock`` is this tick's standard normal, shared in part between coins."""
        dt = TICK / NANOS
        pull = dt / params.vol_memory_s
        self.log_vol += -self.log_vol * pull + params.vol_of_vol * sqrt(2 * pull) * rng.gauss(0, 1)
        move = self.sigma(params) * sqrt(dt / YEAR_S) * shock
        if rng.random() < params.jumps_per_hour * dt / 3_600:
            move += params.jump_size * rng.gauss(0, 1)
        self.price *= exp(move)
        self.recent.append(self.price)
        del self.recent[:-KEPT_TICKS]

    def sigma(self, params: PathParams) -> float:
        """Return the annual volatility in force."""
        return params.sigma * exp(self.log_vol)

    def before(self, lag_ns: int) -> float:
        """Return the price so long ago, as far as it is kept."""
        place = min(len(self.recent), 1 + lag_ns // TICK)
        return self.recent[-place] if place > 0 else self.price

    @property
    def published(self) -> IndexPrice:
        """The value as the index says it: two decimals."""
        return IndexPrice(round(self.price * 100) * _CENT)

    def fix(self, at: Nanos) -> None:
        """Take a whole second's print into the window that ends at the next quarter hour, if it belongs to it."""
        left = window_end(at) - at
        if left == (WINDOW - 1) * NANOS:
            self.fixings.clear()
        if left < WINDOW * NANOS:
            self.fixings.append(int(self.published))
        if left == 0 and len(self.fixings) == WINDOW:
            self.means[str(at)] = sum(self.fixings)
            for old in sorted(self.means)[:-12]:
                del self.means[old]


def window_end(at: Nanos) -> Nanos:
    """Return the quarter hour at or after an instant."""
    return Nanos(-(-at // QUARTER) * QUARTER)


def mean_of(total: int, count: int, decimals: int = 8) -> IndexPrice:
    """Return total / count, half up at so many decimals."""
    unit = 10 ** (8 - decimals)
    return IndexPrice((2 * total + count * unit) // (2 * count * unit) * unit)
