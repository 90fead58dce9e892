"""How often YES came: of what had settled and was known, per category and per series."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from kalshi_desk.domain.market import Market, Outcome
from kalshi_desk.domain.units import Nanos
from kalshi_desk.steps.discover import is_parlay

DECIDED = frozenset(Outcome)


@dataclass(frozen=True)
class Settled:
    """A market with the instant at which the venue settled it."""

    market: Market
    settled_at: Nanos


@dataclass(frozen=True)
class BaseRate:
    """``yes`` of ``markets`` settled YES; ``scope`` is category or series."""

    scope: str
    name: str
    markets: int
    yes: int


def base_rates(settled: Iterable[Settled], *, now: Nanos) -> list[BaseRate]:
    """Count the markets settled yes or no up to ``now``, each ticker once; parlays and scalar results tell nothing."""
    known = {s.market.ticker: s.market for s in settled if s.settled_at <= now and _tells(s.market)}
    counts: dict[tuple[str, str], list[int]] = {}
    for market in known.values():
        for scope, name in (("category", market.category), ("series", market.series_ticker)):
            if name:
                count = counts.setdefault((scope, name), [0, 0])
                count[0] += 1
                count[1] += market.result == Outcome.YES
    return [BaseRate(scope, name, markets, yes) for (scope, name), (markets, yes) in sorted(counts.items())]


def _tells(market: Market) -> bool:
    return market.result in DECIDED and not is_parlay(market)
