"""Correlations of markets as pairs, and whether a wish is too much like what is held or wished for already."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from itertools import combinations

import msgspec
import numpy as np

from kalshi_desk.domain.correlation import Matrix, Subject, block_prior, clusters, co_movement, shrunk
from kalshi_desk.domain.market import Outcome
from kalshi_desk.domain.risk import Breach

Pair = tuple[str, str]


class Stake(msgspec.Struct, frozen=True):
    """A market and the outcome that is bought there."""

    ticker: str
    outcome: Outcome


def pair(one: str, other: str) -> Pair:
    """Return two tickers in the order in which pairs are kept."""
    return (one, other) if one < other else (other, one)


def correlate(subjects: Sequence[Subject], vectors: Matrix, mids: Matrix) -> Matrix:
    """Return the correlations of markets from their titles' vectors, kinship and mids (moments, n), NaN for none."""
    sample, counts = co_movement(mids)
    return shrunk(block_prior(subjects, vectors), sample, counts)


def unpriced(subjects: Sequence[Subject], vectors: Matrix) -> Matrix:
    """Return the correlations of markets whose prices have not been compared yet."""
    return correlate(subjects, vectors, np.full((1, len(subjects)), np.nan))


def pairs_above(tickers: Sequence[str], matrix: Matrix, least: float) -> dict[Pair, float]:
    """Return the correlations of at least ``least`` in size, by pair."""
    found = ((i, j, float(matrix[i, j])) for i, j in combinations(range(len(tickers)), 2))
    return {pair(tickers[i], tickers[j]): value for i, j, value in found if abs(value) >= least}


def groups(tickers: Sequence[str], matrix: Matrix, threshold: float) -> list[list[str]]:
    """Return the clusters of two markets and more, largest first."""
    return [[tickers[i] for i in group] for group in clusters(matrix, threshold) if len(group) > 1]


def too_alike(wish: Stake, held: Iterable[Stake], known: Mapping[Pair, float], *, limit: float) -> Breach | None:
    """Refuse a wish that wins and loses with something held: their correlation, signed by what is bought, > ``limit``.

    Opposite outcomes of like markets hedge each other and pass. A pair that is not known is not correlated.
    """
    others = [stake for stake in held if stake.ticker != wish.ticker]
    rated = [(_signed(wish, other, known.get(pair(wish.ticker, other.ticker), 0.0)), other.ticker) for other in others]
    value, ticker = max(rated, default=(0.0, ""))
    return Breach("too_correlated", f"{ticker} {value:.2f}", f"{limit:.2f}") if value > limit else None


def cluster_of(ticker: str, known: Mapping[Pair, float], *, least: float) -> tuple[str, ...]:
    """Return the other markets that correlations of ``least`` or more in size connect with a market, by name."""
    found, edge = {ticker}, [ticker]
    while edge:
        one = edge.pop()
        near = {other for two, value in known.items() if one in two and abs(value) >= least for other in two} - found
        found |= near
        edge += near
    return tuple(sorted(found - {ticker}))


def _signed(one: Stake, other: Stake, correlation: float) -> float:
    return correlation if one.outcome is other.outcome else -correlation
