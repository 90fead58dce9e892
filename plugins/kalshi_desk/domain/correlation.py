"""How the outcomes of markets hang together: what they are about, how their prices moved, and one matrix of both.

Correlations are of YES outcomes, in [-1, 1]; matrices are symmetric (n, n) in the order of the markets given.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from math import sqrt

import msgspec
import numpy as np
from numpy.typing import NDArray
from scipy.sparse.csgraph import connected_components

Matrix = NDArray[np.float64]

SAME_EVENT, SAME_SERIES, SAME_UNDERLYING = 0.8, 0.5, 0.4
UNRELATED, IDENTICAL = 0.4, 0.8
CLUSTERED = 0.5
PRIOR_MOVES = 30.0
LEAST_EIGENVALUE = 1e-3
UNDERLYINGS = {
    "bitcoin": ("bitcoin", "btc"), "ethereum": ("ethereum", "eth"), "stocks": ("s&p", "nasdaq", "dow jones"),
    "gold": ("gold",), "oil": ("oil", "wti", "brent"), "rates": ("fed", "fomc", "treasury"),
    "inflation": ("cpi", "inflation", "pce"), "jobs": ("unemployment", "payrolls", "jobless"), "growth": ("gdp",),
}  # fmt: skip


class Subject(msgspec.Struct, frozen=True, kw_only=True):
    """What a market is about: ``exclusive`` that one outcome of its event comes at most, ``p_yes`` the price's view."""

    ticker: str
    event_ticker: str
    series_ticker: str
    title: str
    exclusive: bool
    p_yes: float | None


@lru_cache(maxsize=4_096)
def underlyings(title: str) -> frozenset[str]:
    """Return the traded or published things that a title names as whole words."""
    words = f" {' '.join(title.casefold().replace('?', ' ').replace(',', ' ').split())} "
    return frozenset(name for name, known in UNDERLYINGS.items() if any(f" {word} " in words for word in known))


def kinship(one: Subject, other: Subject) -> float:
    """Return the correlation that event, series and underlying suggest; 0 where they have none in common.

    Of two outcomes that exclude each other it is exact: -sqrt(pq / ((1 - p)(1 - q))), and 0 where a price is missing.
    """
    if one.event_ticker == other.event_ticker:
        return _excluded(one.p_yes, other.p_yes) if one.exclusive else SAME_EVENT
    if one.series_ticker == other.series_ticker:
        return SAME_SERIES
    return SAME_UNDERLYING if underlyings(one.title) & underlyings(other.title) else 0.0


def _excluded(p: float | None, q: float | None) -> float:
    if p is None or q is None or not (0 < p < 1 and 0 < q < 1):
        return 0.0
    return -min(1.0, sqrt(p * q / ((1 - p) * (1 - q))))


def block_prior(subjects: Sequence[Subject], vectors: Matrix) -> Matrix:
    """Return the correlations expected before any price was seen; ``vectors`` are unit rows, one a title.

    A cosine of ``UNRELATED`` or less says nothing, one of 1 says ``IDENTICAL``; what markets have in common counts
    where it says more. Outcomes that exclude each other are never alike, however alike their titles.
    """
    alike = IDENTICAL * np.clip((vectors @ vectors.T - UNRELATED) / (1 - UNRELATED), 0.0, 1.0)
    prior = np.array([[kinship(one, other) for other in subjects] for one in subjects]).reshape(alike.shape)
    apart = np.array(
        [[a.exclusive and a.event_ticker == b.event_ticker for b in subjects] for a in subjects], dtype=bool
    ).reshape(alike.shape)
    found: Matrix = np.where(apart, prior, np.maximum(prior, alike))
    np.fill_diagonal(found, 1.0)
    return found


def co_movement(mids: Matrix) -> tuple[Matrix, Matrix]:
    """Return the correlation of log-odds changes, and how many common moments it rests on.

    mids: (moments, n) in (0, 1), NaN where there was none. Changes are taken about 0, and moments at which neither
    price of a pair moved do not count: quotes that stand still say nothing.
    """
    changes = np.diff(np.log(mids / (1 - mids)), axis=0)
    known = ~np.isnan(changes)
    moves = np.where(known, changes, 0.0)
    seen, moved = known.astype(float), (moves != 0).astype(float)
    quiet = (seen - moved).T @ (seen - moved)
    counts: Matrix = seen.T @ seen - quiet
    squares = (moves**2).T @ seen
    scale = np.sqrt(squares * squares.T)
    found: Matrix = np.divide(moves.T @ moves, scale, out=np.zeros_like(scale), where=scale > 0)
    return found, np.where(scale > 0, counts, 0.0)


def shrunk(prior: Matrix, sample: Matrix, counts: Matrix) -> Matrix:
    """Return the sample pulled towards the prior, the more the fewer moments it rests on; always positive definite.

    The prior weighs as much as ``PRIOR_MOVES`` moments. Source: Ledoit and Wolf, "Honey, I Shrunk the Sample
    Covariance Matrix" (2004), a structured target for a noisy sample; the weight is fixed, since pairs differ in count.
    """
    weight = counts / (counts + PRIOR_MOVES)
    mixed = weight * sample + (1 - weight) * prior
    np.fill_diagonal(mixed, 1.0)
    return positive_definite(mixed)


def positive_definite(matrix: Matrix) -> Matrix:
    """Return the matrix with eigenvalues of ``LEAST_EIGENVALUE`` at least and ones on its diagonal.

    Source: Rebonato and Jaeckel, "The most general methodology to create a valid correlation matrix" (1999), section 3.
    """
    values, vectors = np.linalg.eigh((matrix + matrix.T) / 2)
    if len(values) == 0 or values[0] >= LEAST_EIGENVALUE:
        return matrix
    raised = (vectors * np.maximum(values, LEAST_EIGENVALUE)) @ vectors.T
    scale = 1 / np.sqrt(np.diag(raised))
    found: Matrix = raised * np.outer(scale, scale)
    np.fill_diagonal(found, 1.0)
    return found


def clusters(matrix: Matrix, threshold: float) -> list[list[int]]:
    """Return the groups of markets connected by correlations of ``threshold`` or more in size, largest first."""
    count, labels = connected_components(np.abs(matrix) >= threshold, directed=False)
    groups: list[list[int]] = [np.flatnonzero(labels == label).tolist() for label in range(count)]
    return sorted(groups, key=lambda group: (-len(group), group))
