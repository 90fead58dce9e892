"""The basis of a composite to the settlement index, learned from the strikes that the venue publishes.

A strike of an up-down market is the index's mean over the minute before its open; our own mean of that minute, from
the same seconds, differs from it by the basis.
"""

from __future__ import annotations

import math

PRIOR_STDERR = 1.5e-4
PRIOR_WEIGHT = 2.0


class Basis:
    """The running mean of ln(strike / composite's mean) with its standard error.

    One or two strikes cannot tell their own spread: ``PRIOR_WEIGHT`` imagined ones of spread ``PRIOR_STDERR`` help.
    """

    def __init__(self) -> None:
        self._seen: set[str] = set()
        self._count = 0
        self._mean = self._deviation = 0.0

    def learn(self, ticker: str, *, strike: float, composite_mean: float) -> bool:
        """Take a strike once per ticker; returns whether it was new. Raises ValueError if a price is not positive."""
        if not (strike > 0.0 and composite_mean > 0.0):
            raise ValueError(f"strike {strike} and composite {composite_mean} must be positive")
        if ticker in self._seen:
            return False
        self._seen.add(ticker)
        error = math.log(strike / composite_mean)
        self._count += 1
        step = error - self._mean
        self._mean += step / self._count
        self._deviation += step * (error - self._mean)
        return True

    def knows(self, ticker: str) -> bool:
        """Tell whether this market's strike was taken."""
        return ticker in self._seen

    @property
    def factor(self) -> float | None:
        """What the composite is multiplied by to estimate the index; None before the first strike."""
        return math.exp(self._mean) if self._count else None

    @property
    def variance(self) -> float:
        """The squared standard error of the mean, as log-variance; raises ValueError before the first strike."""
        if not self._count:
            raise ValueError("no strike seen yet")
        spread = (PRIOR_WEIGHT * PRIOR_STDERR**2 + self._deviation) / (PRIOR_WEIGHT + self._count - 1)
        return spread / self._count
