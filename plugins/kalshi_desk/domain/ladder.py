"""The graduation ladder: paper, small, full. What a record must show to climb, and when it falls back to paper.

Small trades a quarter of the limits. A record climbs after 14 days and enough settled forecasts or trades whose gain is
above 0 with its 90 % interval; each rung asks for as much again since the last. Where the interval of everything since
paper includes 0, nothing is proven and the strategy is back on paper.
"""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from dataclasses import dataclass

from kalshi_desk.domain.skill import Interval, mean_interval
from kalshi_desk.domain.units import NANOS, Nanos

PAPER, SMALL, FULL = "paper", "small", "full"
NEXT = {PAPER: SMALL, SMALL: FULL}
LEVEL = 0.9
DAY_NS = 86_400 * NANOS


@dataclass(frozen=True)
class Bar:
    """What one step up takes: ``days`` of record and so many ``markets`` settled, counted in ``unit``."""

    days: float
    markets: int
    unit: str


FORECASTS = Bar(14.0, 50, "settled forecasts")
CRYPTO_TRADES = Bar(14.0, 300, "settled trades")


@dataclass(frozen=True)
class Proof:
    """One settled forecast or trade: ``gain`` is its lead over the price (Brier) or its P&L, ``event`` its luck."""

    ticker: str
    event: Hashable
    at: Nanos
    gain: float


@dataclass(frozen=True)
class Record:
    """A stretch of proofs: days since the first, markets, and the mean gain with its 90 % interval."""

    days: float
    markets: int
    gain: Interval | None

    @property
    def above_zero(self) -> bool:
        return self.gain is not None and self.gain.low is not None and self.gain.low > 0


@dataclass(frozen=True)
class Standing:
    """Where a strategy stands in a category: its rung, since when, and since when it left paper (or began)."""

    rung: str
    since: Nanos
    began: Nanos


@dataclass(frozen=True)
class Verdict:
    """The rung that the record supports, and why; equal to the rung held where nothing changes."""

    rung: str
    reason: str


def record_of(proofs: Sequence[Proof], *, since: Nanos, now: Nanos) -> Record:
    """Return the record of what was forecast or traded at or after ``since``."""
    own = [proof for proof in proofs if proof.at >= since]
    gain = mean_interval([proof.gain for proof in own], [proof.event for proof in own], level=LEVEL)
    days = (now - min(proof.at for proof in own)) / DAY_NS if own else 0.0
    return Record(days, len({proof.ticker for proof in own}), gain)


def judge(standing: Standing, proofs: Sequence[Proof], *, now: Nanos, bar: Bar) -> Verdict:
    """Return the rung that the record supports: one step up at most, or down to paper."""
    whole = record_of(proofs, since=standing.began, now=now)
    if standing.rung != PAPER and not whole.above_zero:
        return Verdict(PAPER, f"{described(whole, bar)} since {_day(standing.began)}: not above 0")
    recent = record_of(proofs, since=standing.since, now=now)
    following = NEXT.get(standing.rung)
    if following is None or recent.days < bar.days or recent.markets < bar.markets or not recent.above_zero:
        return Verdict(standing.rung, described(recent, bar))
    return Verdict(following, described(recent, bar))


def described(record: Record, bar: Bar) -> str:
    """Return a record in words: its length, its size, its gain and the interval."""
    head = f"{record.days:.1f} days, {record.markets} {bar.unit}"
    if record.gain is None:
        return f"{head}, no gain measured"
    if record.gain.low is None:
        return f"{head}, mean gain {record.gain.mean:+.4f} without an interval"
    return f"{head}, mean gain {record.gain.mean:+.4f} [{record.gain.low:+.4f}, {record.gain.high:+.4f}]"


def _day(at: Nanos) -> str:
    return at.datetime().date().isoformat()
