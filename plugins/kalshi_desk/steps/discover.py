"""Choose which of the venue's markets to watch, and which desk owns each."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from kalshi_desk.domain.control import Watch
from kalshi_desk.domain.market import Market, MarketStatus
from kalshi_desk.domain.units import NANOS, Nanos

AHEAD_NS = 24 * 3600 * NANOS


@dataclass(frozen=True)
class Listed:
    """A market with what discovery ranks by: contracts traded in a day, units of 0.01."""

    market: Market
    volume_24h: int


def owner(series_ticker: str, crypto_series: Sequence[str]) -> str:
    """Return the one desk that may trade a series."""
    return "crypto" if series_ticker in crypto_series else "forecast"


def watch_list(listed: Iterable[Listed], *, crypto_series: Sequence[str], now: Nanos) -> list[Watch]:
    """Return what to watch: the crypto desk's markets by close, then the others by volume, ties by ticker."""
    chosen = [entry for entry in listed if _worth_watching(entry.market, now)]
    return [_watch(entry.market, crypto_series, now) for entry in sorted(chosen, key=lambda e: _rank(e, crypto_series))]


def _worth_watching(market: Market, now: Nanos) -> bool:
    alive = market.status in (MarketStatus.ACTIVE, MarketStatus.INITIALIZED, MarketStatus.INACTIVE)
    return alive and market.close_time > now and market.open_time <= now + AHEAD_NS


def _rank(entry: Listed, crypto_series: Sequence[str]) -> tuple[int, int, str]:
    if owner(entry.market.series_ticker, crypto_series) == "crypto":
        return (0, entry.market.close_time, entry.market.ticker)
    return (1, -entry.volume_24h, entry.market.ticker)


def _watch(market: Market, crypto_series: Sequence[str], now: Nanos) -> Watch:
    return Watch(
        at=now,
        ticker=market.ticker,
        series_ticker=market.series_ticker,
        desk=owner(market.series_ticker, crypto_series),
        open_time=market.open_time,
        close_time=market.close_time,
    )
