"""Which watched markets need an estimate now, with which evidence, and what becomes of the answers.

Decided at ``now`` from what was known then; prices are YES prices and stay out of everything a model is shown.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from hashlib import sha256

import msgspec

from kalshi_desk.domain.asked import Asked, Evidence
from kalshi_desk.domain.units import NANOS, PAYOUT, Nanos, Price

HOUR_NS = 3_600 * NANOS
WIDEST = Price(1_000)
SET_SIZE = 10
SCREEN_SIZE = 6
NO_SET = 0


class Look(msgspec.Struct, frozen=True, kw_only=True):
    """The last time that a model answered about a market, and the book's mid then (None: there was none)."""

    at: Nanos
    mid: float | None
    rules: str | None


class Candidate(msgspec.Struct, frozen=True, kw_only=True):
    """A watched market: ``rank`` on the list, its book, its last look, and what has come since."""

    ticker: str
    rank: int
    rules: str
    bid: Price | None
    ask: Price | None
    last: Look | None = None
    news_at: Nanos | None = None
    requested_at: Nanos | None = None


class Patience(msgspec.Struct, frozen=True):
    """When a market is looked at anew: after so many hours, or when its mid moved by ``min_edge``."""

    every_hours: float
    min_edge: float


class Due(msgspec.Struct, frozen=True, kw_only=True):
    """A market to be estimated and why, with all that was known of it; the book is for the decision alone."""

    asked: Asked
    evidence: tuple[Evidence, ...]
    bid: Price
    ask: Price
    reason: str

    @property
    def mid(self) -> float:
        """The middle of the book as a probability."""
        return (self.bid + self.ask) / (2 * PAYOUT)


class LeftOut(msgspec.Struct, frozen=True):
    """A market without an estimate in this run: the first reason, with what was measured where there is a number."""

    ticker: str
    reason: str
    value: str | None = None


def mid_of(bid: Price | None, ask: Price | None) -> float | None:
    """Return the middle of a book as a probability, None where a side is empty."""
    return None if bid is None or ask is None else (bid + ask) / (2 * PAYOUT)


def rules_hash(rules: str) -> str:
    """Return the identity of a market's rules text."""
    return sha256(rules.encode()).hexdigest()[:16]


def choose(
    candidates: Iterable[Candidate], patience: Patience, *, now: Nanos
) -> tuple[list[tuple[Candidate, str]], list[LeftOut]]:
    """Return the markets that need an estimate with the reason, by rank, and those whose book does not allow one.

    A market that needs none is in neither list.
    """
    due, left = [], []
    for candidate in sorted(candidates, key=lambda each: (each.rank, each.ticker)):
        reason = need(candidate, patience, now=now)
        if reason is None:
            continue
        refusal = _book_refusal(candidate)
        if refusal is None:
            due.append((candidate, reason))
        else:
            left.append(refusal)
    return due, left


def need(candidate: Candidate, patience: Patience, *, now: Nanos) -> str | None:
    """Return why a market needs an estimate: first, rules, request, news, price or age; None where it needs none."""
    last = candidate.last
    if last is None:
        return "first"
    tests = {
        "rules": last.rules is not None and last.rules != rules_hash(candidate.rules),
        "request": _since(candidate.requested_at, last.at),
        "news": _since(candidate.news_at, last.at),
        "price": _moved(candidate, last) >= patience.min_edge,
        "age": now - last.at >= patience.every_hours * HOUR_NS,
    }
    return next((reason for reason, holds in tests.items() if holds), None)


def _since(at: Nanos | None, last: Nanos) -> bool:
    return at is not None and at > last


def _moved(candidate: Candidate, last: Look) -> float:
    mid = mid_of(candidate.bid, candidate.ask)
    return 0.0 if mid is None or last.mid is None else round(abs(mid - last.mid), 9)


def _book_refusal(candidate: Candidate) -> LeftOut | None:
    if candidate.bid is None or candidate.ask is None:
        return LeftOut(candidate.ticker, "no_price")
    spread = Price(candidate.ask - candidate.bid)
    return LeftOut(candidate.ticker, "spread", str(spread)) if spread > WIDEST else None


def evidence_sets(evidence: Sequence[Evidence]) -> dict[int, tuple[Evidence, ...]]:
    """Return evidence, best first, in two disjoint sets, 1 and 2, dealt out in the order 1 2 2 1 1 2 2 ...

    Where a second set would be empty there is one set only, which may be empty itself.
    """
    dealt = evidence[: 2 * SET_SIZE]
    first = tuple(each for place, each in enumerate(dealt) if place % 4 in (0, 3))
    second = tuple(each for place, each in enumerate(dealt) if place % 4 in (1, 2))
    return {1: first, 2: second} if second else {1: first}


def screen_evidence(evidence: Sequence[Evidence]) -> tuple[Evidence, ...]:
    """Return the few best articles, for the one cheap call of the first stage."""
    return tuple(evidence[:SCREEN_SIZE])


def worth_full(due: Due, p_screen: float, min_edge: float) -> LeftOut | None:
    """Return None where the first look is far enough from the mid for a full estimate, else why there is none."""
    gap = round(abs(p_screen - due.mid), 9)
    return None if gap >= min_edge else LeftOut(due.asked.ticker, "screened", f"{gap:.4f}")


def estimate_id(account: str, ticker: str, now: Nanos) -> str:
    """Return the identity of the estimate of a market in the run that decides at ``now``."""
    return sha256(f"{account}|{ticker}|{int(now)}".encode()).hexdigest()[:32]
