"""Makers of forecast markets: books around the truth, wrong in each market by an error that stays.

A book is a function of (seed, market, look); makers look about every ten minutes, each market at its own instant.
"""

from __future__ import annotations

from functools import lru_cache
from math import exp, log

import msgspec

from kalshi_desk.domain.inputs import Level
from kalshi_desk.domain.market import Quote
from kalshi_desk.domain.units import Count, Nanos, Price
from kalshi_desk.simulation.forecast_draws import below, gauss, uniform
from kalshi_desk.simulation.forecast_events import MINUTE

LOOK = 10 * MINUTE
_CENT, _LEVELS = 100, 4
_SURE = 1e-6


class ForecastMakers(msgspec.Struct, frozen=True, kw_only=True):
    """How good the makers are: standard deviations of their log-odds' error, lasting and of each look.

    empty, wide: shares of the markets without makers and with spreads of 12 to 30 cents; the rest has 2 to 6.
    trades: of a market's looks that end with a trade.
    """

    error: float = 0.35
    flicker: float = 0.04
    empty: float = 0.02
    wide: float = 0.05
    trades: float = 0.15


class Shown(msgspec.Struct, frozen=True):
    """The external book of a market: bids of each outcome, best first."""

    yes: tuple[Level, ...] = ()
    no: tuple[Level, ...] = ()

    @property
    def quote(self) -> Quote:
        """The best of both sides in YES terms."""
        bid, bids = self.yes[0] if self.yes else (None, Count(0))
        ask, asks = (self.no[0][0].complement, self.no[0][1]) if self.no else (None, Count(0))
        return Quote(bid, bids, ask, asks)


def look_before(seed: int, ticker: str, at: Nanos) -> int:
    """Return the number of the last look of a market's makers by then."""
    return (at - _phase(seed, ticker)) // LOOK


def look_time(seed: int, ticker: str, look: int) -> Nanos:
    """Return when a look happens."""
    return Nanos(look * LOOK + _phase(seed, ticker))


class _Lasting(msgspec.Struct, frozen=True):
    """What stays with a market: spread in cents (None without makers), error in log odds, usual sizes."""

    spread: int | None
    error: float
    yes: float
    no: float


@lru_cache(maxsize=65_536)
def _lasting(seed: int, ticker: str, makers: ForecastMakers) -> _Lasting:
    kind = uniform(seed, "kind", ticker)
    least, steps = (12, 19) if kind < makers.empty + makers.wide else (2, 5)
    spread = None if kind < makers.empty else least + below(steps, seed, "spread", ticker)
    yes, no = (exp(4.2 + 0.8 * gauss(seed, "size", ticker, side)) for side in ("yes", "no"))
    return _Lasting(spread, makers.error * gauss(seed, "error", ticker), yes, no)


@lru_cache(maxsize=65_536)
def _phase(seed: int, ticker: str) -> int:
    return below(600, seed, "phase", ticker) * (LOOK // 600)


def book(seed: int, ticker: str, *, truth: float, look: int, makers: ForecastMakers) -> Shown:
    """Return the book after a look; ``truth`` is the probability at that instant."""
    lasting = _lasting(seed, ticker, makers)
    if lasting.spread is None:
        return Shown()
    spread, believed = lasting.spread, _believed(seed, ticker, truth, look=look, makers=makers)
    bid = max(0, min(98, round(100 * believed - spread / 2)))
    ask = min(100, bid + spread)
    wobble = 0.7 + 0.6 * uniform(seed, "wobble", ticker, look)
    return Shown(_side(bid, lasting.yes * wobble), _side(100 - ask, lasting.no * (2 - wobble)))


def _believed(seed: int, ticker: str, truth: float, *, look: int, makers: ForecastMakers) -> float:
    sure = min(max(truth, _SURE), 1 - _SURE)
    error = _lasting(seed, ticker, makers).error + makers.flicker * gauss(seed, "flicker", ticker, look)
    return 1 / (1 + exp(-(log(sure / (1 - sure)) + error)))


def _side(best: int, size: float) -> tuple[Level, ...]:
    return tuple(
        (Price((best - place) * _CENT), Count(max(1, round(size * (1 + 0.6 * place))) * 100))
        for place in range(min(_LEVELS, best))
    )


def trade_at(seed: int, ticker: str, shown: Shown, *, look: int, makers: ForecastMakers) -> tuple[str, Level] | None:
    """Return the outcome whose best bid a passer-by hits at a look, with price and count; None for most looks."""
    if not shown.yes or not shown.no or uniform(seed, "trade", ticker, look) >= makers.trades:
        return None
    outcome = "yes" if uniform(seed, "hit", ticker, look) < 0.5 else "no"
    price, size = (shown.yes if outcome == "yes" else shown.no)[0]
    most = max(1, size // 100 // 4)
    return outcome, (price, Count(100 * (1 + below(most, seed, "count", ticker, look))))
