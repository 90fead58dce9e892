"""Kelly of one entry beside what is held: the stake that maximises expected log wealth over all of it together.

What settles a market is a variable U, uniform in (0, 1) by definition: the rank of a coin's settlement average at an
expiry, or of whatever an event asks for. A market pays on a range of U as long as its probability, so that all markets
of one variable (ladders, brackets, outcomes that exclude each other) are priced from one path, each exactly at its own
probability. Variables are tied to the entry's by a Gaussian copula and, given the entry's, to nothing else.

Wealth is 1, gains are shares of it. Sources: Kelly (1956); Busseti, Ryu and Boyd, "Risk-constrained Kelly gambling"
(2016), for the drawdown constraint; Li, "On default correlation" (2000), for the copula.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from scipy.optimize import brentq
from scipy.special import gamma, ndtr, ndtri

from kalshi_desk.domain.joint_kelly import MOST_STAKED
from kalshi_desk.domain.quadratic_step import Floats

_LEGENDRE = np.polynomial.legendre.leggauss(8)
_MIDDLE = (np.zeros(1), np.full(1, 2.0))
_LOG_STEP = 0.3
_STEPS = np.exp(np.arange(-20.0, 12.0, _LOG_STEP))
_CLOSEST = 0.999
_HALVINGS = 40
_NO_LENGTH = 1e-12


@dataclass(frozen=True)
class Claim:
    """What a bet brings: ``inside`` where its variable falls into (low, high), ``outside`` where it does not."""

    low: float
    high: float
    inside: float
    outside: float

    def gain(self, places: Floats) -> Floats:
        """Return the gain at places of the variable."""
        return np.where((self.low < places) & (places < self.high), self.inside, self.outside)

    @property
    def lean(self) -> float:
        """Above 0 where the claim gains at low values of its variable, below 0 where it gains at high ones."""
        return (self.inside - self.outside) * (1.0 - self.low - self.high)

    def shared(self, other: Claim) -> float:
        """Return the covariance with a claim on the same variable."""
        both = max(0.0, min(self.high, other.high) - max(self.low, other.low))
        apart = (self.high - self.low) * (other.high - other.low)
        return (self.inside - self.outside) * (other.inside - other.outside) * (both - apart)


@dataclass(frozen=True)
class Tied:
    """Claims on another variable, and the correlation of its normal score with that of the entry's."""

    correlation: float
    claims: tuple[Claim, ...]


@dataclass(frozen=True)
class Beside:
    """What is held beside an entry: claims on its own variable, claims on others, and what is given up for lost."""

    same: tuple[Claim, ...] = ()
    tied: tuple[Tied, ...] = ()
    lost: float = 0.0


def entry_share(entry: Claim, beside: Beside, *, drawdown_lambda: float = 0.0) -> float:
    """Return the share of wealth to stake on the entry, whose gains are per dollar staked; 0.0 where none helps.

    ``drawdown_lambda`` > 0 keeps E[wealth^-lambda] <= 1, all that is held included. Raises ValueError where what is
    held may cost all wealth, so that no stake has a growth.
    """
    law = _Law(entry, beside)
    if law.least <= 0.0:
        raise ValueError(f"what is held beside it may lose {1.0 - law.least:.4f} of the stake's bankroll")
    most = MOST_STAKED * law.room
    if law.pull(0.0) <= 0.0:
        return 0.0
    share = most if law.pull(most) >= 0.0 else _root(law.pull, 0.0, most)
    if drawdown_lambda > 0.0 and law.moment(share, drawdown_lambda) > 1.0:
        return _safe(law, share, drawdown_lambda)
    return share


def _safe(law: _Law, share: float, power: float) -> float:
    """Return the greatest stake below ``share`` that is safe: what is held alone may break the constraint already."""
    unsafe, safe = share, share
    for _ in range(_HALVINGS):
        unsafe, safe = safe, safe / 2.0
        if law.moment(safe, power) <= 1.0:
            return _root(lambda stake: law.moment(stake, power) - 1.0, safe, unsafe)
    return 0.0


def _root(gap: Callable[[float], float], low: float, high: float) -> float:
    return float(brentq(gap, low, high, xtol=1e-11, rtol=1e-10))


class _Law:
    """Wealth at nodes of the entry's variable: in each of its cells, and at points within where other variables count.

    Given the variable, what is tied to it is independent, so that E[wealth^-s] is an integral over the product of
    Laplace transforms: the integral of t^s E[e^-tW] d ln t over Gamma(s), by the trapezoidal rule.
    """

    def __init__(self, entry: Claim, beside: Beside) -> None:
        places, self._weights = _nodes((entry, *beside.same), _LEGENDRE if beside.tied else _MIDDLE)
        self._returns = entry.gain(places)
        alone = 1.0 - beside.lost + sum((claim.gain(places) for claim in beside.same), np.zeros(len(places)))
        tied = [_Variable(one, places) for one in beside.tied]
        self._base = alone + sum(one.worst for one in tied)
        self._others = np.prod([one.transform(_STEPS) for one in tied], axis=0) if tied else None

    @property
    def least(self) -> float:
        """The least wealth without the entry."""
        return float(self._base.min())

    @property
    def room(self) -> float:
        """The stake that would cost all wealth at worst."""
        losing = self._returns < 0
        return float((self._base[losing] / -self._returns[losing]).min()) if losing.any() else self.least

    def pull(self, stake: float) -> float:
        """Return the derivative of growth by the stake."""
        return float((self._weights * self._returns) @ self._moments(stake, 1.0))

    def moment(self, stake: float, power: float) -> float:
        """Return E[wealth^-power]."""
        return float(self._weights @ self._moments(stake, power))

    def _moments(self, stake: float, power: float) -> Floats:
        """Return E[wealth^-power] at each node."""
        wealth = self._base + stake * self._returns
        if self._others is None:
            return np.asarray(wealth**-power, dtype=np.float64)
        kernel = _STEPS**power * (_LOG_STEP / gamma(power))
        return np.asarray((np.exp(-np.outer(wealth, _STEPS)) * self._others) @ kernel, dtype=np.float64)


class _Variable:
    """Another variable: what it brings in each of its cells above the worst, and the cells' chances at each node."""

    def __init__(self, tied: Tied, places: Floats) -> None:
        edges = _edges(tied.claims)
        middles = (edges[1:] + edges[:-1]) / 2.0
        gains = sum((claim.gain(middles) for claim in tied.claims), np.zeros(len(middles)))
        self.worst = float(gains.min())
        self._above = gains - self.worst
        close = float(np.clip(tied.correlation, -_CLOSEST, _CLOSEST))
        below = ndtr((ndtri(edges) - close * ndtri(places)[:, None]) / np.sqrt(1.0 - close**2))
        self._chances = np.diff(below, axis=1)

    def transform(self, steps: Floats) -> Floats:
        """Return E[e^-t gain] (nodes, steps) of the gain above the worst."""
        return np.asarray(self._chances @ np.exp(-np.outer(self._above, steps)), dtype=np.float64)


def _edges(claims: Sequence[Claim]) -> Floats:
    found = np.unique([0.0, 1.0, *(edge for claim in claims for edge in (claim.low, claim.high))])
    inner = found[(found > _NO_LENGTH) & (found < 1.0 - _NO_LENGTH)]
    apart = np.diff(inner, prepend=0.0) > _NO_LENGTH
    return np.concatenate(([0.0], inner[apart], [1.0]))


def _nodes(claims: Sequence[Claim], rule: tuple[Floats, Floats]) -> tuple[Floats, Floats]:
    """Return nodes of a rule on (-1, 1) in each cell between the edges of claims; weights add to the cell's length."""
    edges, (nodes, weights) = _edges(claims), rule
    lengths = np.diff(edges)[:, None]
    return (edges[:-1, None] + lengths * (nodes + 1.0) / 2.0).ravel(), (lengths * weights / 2.0).ravel()
