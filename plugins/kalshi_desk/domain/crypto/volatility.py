"""Annual volatility of a price from irregular, noisy ticks.

Prices are sampled every ``STEP_S`` seconds by their last tick. For returns r a sample is x_i = r_i^2 + 2 r_i r_(i-1):
the second term takes out what bid-ask bounce and averaging put in (Roll 1984; Zhou 1996), so that the mean of x is
the variance of the price itself. Two exponential means of x, a fast and a slow one, share the answer equally.
"""

from __future__ import annotations

import math

import msgspec

from kalshi_desk.domain.crypto.digital import YEAR_S
from kalshi_desk.domain.units import NANOS

STEP_S = 5
FAST_HALF_LIFE_S = 300.0
SLOW_HALF_LIFE_S = 3_600.0
LEAST_SAMPLES = 24
_STEP_NS = STEP_S * NANOS
_LONGEST_GAP_STEPS = 3


class Volatility(msgspec.Struct, frozen=True):
    """An annual volatility and the standard error of it."""

    sigma: float
    stderr: float


class _Decaying:
    """An exponentially weighted mean of samples with the standard error of it."""

    __slots__ = ("_keep", "squares", "total", "weight", "weight_squares")

    def __init__(self, half_life_s: float) -> None:
        self._keep = 0.5 ** (STEP_S / half_life_s)
        self.weight = self.weight_squares = self.total = self.squares = 0.0

    def add(self, sample: float) -> None:
        keep = self._keep
        self.weight = self.weight * keep + 1.0
        self.weight_squares = self.weight_squares * keep * keep + 1.0
        self.total = self.total * keep + sample
        self.squares = self.squares * keep + sample * sample

    @property
    def mean(self) -> float:
        return self.total / self.weight

    @property
    def stderr(self) -> float:
        """Spread of the samples over the root of their effective number (sum w)^2 / sum w^2."""
        spread = max(0.0, self.squares / self.weight - self.mean**2)
        return math.sqrt(spread * self.weight_squares) / self.weight


class VolatilityMeter:
    """Feeds on ticks in time order; ``reading`` is None until ``LEAST_SAMPLES`` samples of five seconds are in."""

    def __init__(self) -> None:
        self._fast, self._slow = _Decaying(FAST_HALF_LIFE_S), _Decaying(SLOW_HALF_LIFE_S)
        self._step = -1
        self._price = self._sampled = 0.0
        self._last_return: float | None = None
        self._samples = 0
        self.reading: Volatility | None = None

    def tick(self, at_ns: int, price: float) -> None:
        """Take a price; raises ValueError if it is not positive. A tick from an earlier step is ignored."""
        if not price > 0.0:
            raise ValueError(f"price {price} is not positive")
        step = at_ns // _STEP_NS
        if step > self._step:
            self._close_step(step)
        if step == self._step:
            self._price = price

    def _close_step(self, step: int) -> None:
        if self._step < 0 or step - self._step > _LONGEST_GAP_STEPS:
            self._sampled, self._last_return = 0.0, None
        else:
            for _ in range(step - self._step):
                self._sample()
        self._step = step

    def _sample(self) -> None:
        price, before = self._price, self._sampled
        self._sampled = price
        if before == 0.0:
            return
        change, last = math.log(price / before), self._last_return
        self._last_return = change
        if last is None:
            return
        sample = change * change + 2.0 * change * last
        self._fast.add(sample)
        self._slow.add(sample)
        self._samples += 1
        if self._samples >= LEAST_SAMPLES:
            self.reading = self._read()

    def _read(self) -> Volatility | None:
        variance = 0.5 * (self._fast.mean + self._slow.mean)
        if variance <= 0.0:
            return None
        doubt = 0.5 * (self._fast.stderr + self._slow.stderr)
        sigma = math.sqrt(variance * YEAR_S / STEP_S)
        return Volatility(sigma, 0.5 * sigma * doubt / variance)
