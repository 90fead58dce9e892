"""The digital on the mean of n = 60 one-second prints, some of them known.

``sigma`` is annual volatility (a year is 31,557,600 s), ``seconds_left`` the time to the last print, ``fixed_sum`` the
sum of the ``fixed_count`` prints already known, ``extra_variance`` log-variance by which our price may miss the index.
Source: Turnbull and Wakeman 1991 and Levy 1992, to first order.
"""

from __future__ import annotations

import math
from decimal import ROUND_HALF_UP, Decimal

import msgspec

PRINTS = 60
YEAR_S = 31_557_600.0
COMPLETE = "no print is missing: compare the mean with the strike"
_INV_SQRT_2PI = 1.0 / math.sqrt(2.0 * math.pi)


class Averaging(msgspec.Struct, frozen=True):
    """The state of a settlement window: seconds to its last print, and the prints known so far."""

    seconds_left: float
    fixed_sum: float = 0.0
    fixed_count: int = 0

    @property
    def missing(self) -> int:
        return PRINTS - self.fixed_count

    @property
    def clock_s(self) -> float:
        """Variance of the log of the mean of the missing prints, per unit of variance per second."""
        return _clock_s(self.seconds_left, PRINTS - self.fixed_count)


def _clock_s(seconds_left: float, missing: int) -> float:
    more = missing - 1
    return seconds_left - more + more * (2 * more + 1) / (6.0 * missing)


def window_fault(window: Averaging) -> str | None:
    """Say why the window cannot be, or None: a missing print in the past, or prints from before it opened."""
    if not 0 <= window.fixed_count <= PRINTS:
        return f"fixed count {window.fixed_count} is not within 0 to {PRINTS}"
    if window.seconds_left - (PRINTS - 1) + window.fixed_count < 0:
        return f"{window.fixed_count} prints known with {window.seconds_left} s left: one that has passed is missing"
    if window.fixed_count and window.seconds_left >= PRINTS:
        return f"{window.fixed_count} prints known before the window opened"
    return None


def p_above(*, spot: float, strike: float, sigma: float, window: Averaging, extra_variance: float = 0.0) -> float:
    """Return the probability that the mean of the sixty prints is above the strike; at least one print is missing.

    A certain outcome is exactly 0.0 or 1.0. The window must be one in which window_fault finds nothing. Raises
    ValueError if nothing is missing (then compare the mean itself).
    """
    missing = PRINTS - window.fixed_count
    if missing < 1:
        raise ValueError(COMPLETE)
    level = (PRINTS * strike - window.fixed_sum) / missing
    if level <= 0.0:
        return 1.0
    variance = sigma * sigma / YEAR_S * _clock_s(window.seconds_left, missing) + extra_variance
    if variance <= 0.0:
        return 1.0 if spot >= level else 0.0
    return 0.5 * math.erfc((0.5 * variance - math.log(spot / level)) / math.sqrt(2.0 * variance))


def log_variance(*, sigma: float, window: Averaging, extra_variance: float = 0.0) -> float:
    """Return the log-variance of the mean of the missing prints."""
    return sigma * sigma / YEAR_S * window.clock_s + extra_variance


def sigma_slope(*, spot: float, strike: float, sigma: float, window: Averaging, extra_variance: float = 0.0) -> float:
    """Return d p_above / d sigma, per unit of annual volatility."""
    level = (PRINTS * strike - window.fixed_sum) / window.missing
    variance = log_variance(sigma=sigma, window=window, extra_variance=extra_variance)
    if level <= 0.0 or variance <= 0.0:
        return 0.0
    root, moneyness = math.sqrt(variance), math.log(spot / level)
    score = moneyness / root - 0.5 * root
    slope = -0.5 * (moneyness / variance + 0.5) / root
    per_sigma = 2.0 * sigma * window.clock_s / YEAR_S
    return _INV_SQRT_2PI * math.exp(-0.5 * score * score) * slope * per_sigma


def mean_passes(*, fixed_sum: Decimal, strike: Decimal, inclusive: bool, digits: int | None) -> bool:
    """Compare the complete mean with a strike, rounded first (half up) where the rule names ``digits``."""
    mean = fixed_sum / PRINTS
    if digits is not None:
        mean = mean.quantize(Decimal(1).scaleb(-digits), ROUND_HALF_UP)
    return mean >= strike if inclusive else mean > strike
