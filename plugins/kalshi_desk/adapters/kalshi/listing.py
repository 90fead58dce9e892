"""Markets with all that their series and event say of them, listed again and again."""

from __future__ import annotations

import asyncio
from collections import defaultdict
from collections.abc import AsyncIterator, Awaitable, Iterator, Sequence

import structlog

from kalshi_desk.adapters.kalshi.reads import KalshiReads
from kalshi_desk.domain.market import Market
from kalshi_desk.errors import ParseError, VenueError
from kalshi_desk.wire.kalshi_markets import EventBody, MarketBody, SeriesBody, fee_schedule, market_from

LISTED = ("open", "unopened")
AT_ONCE = 100
LEAST_S = 3.0
log = structlog.get_logger()


class MarketLister:
    """Lists the crypto series and the watched markets (series by ticker), every ``pause_s`` and when asked to."""

    def __init__(self, reads: KalshiReads, crypto_series: Sequence[str], *, pause_s: float) -> None:
        self._reads, self._series, self._pause_s = reads, crypto_series, pause_s
        self._asked = asyncio.Event()
        self._watched: dict[str, str] = {}

    def again(self) -> None:
        """List soon, without waiting for the pause to end."""
        self._asked.set()

    def watch(self, ticker: str, series_ticker: str) -> None:
        """List this market too; one of a crypto series is listed anyway."""
        if series_ticker not in self._series and self._watched.get(ticker) != series_ticker:
            self._watched[ticker] = series_ticker
            self.again()

    def drop(self, ticker: str) -> None:
        """Take a market off the list."""
        self._watched.pop(ticker, None)

    async def listings(self) -> AsyncIterator[list[Market]]:
        """Yield listings for ever; one that fails is logged and comes again with the next round."""
        while True:
            self._asked.clear()
            for listing in self._round():
                try:
                    yield await listing
                except (VenueError, ParseError) as fault:
                    log.warning("listing.failed", fault=str(fault))
            await asyncio.sleep(LEAST_S)
            await _either(self._asked, self._pause_s)

    def _round(self) -> Iterator[Awaitable[list[Market]]]:
        for series in self._series:
            yield list_series(self._reads, series)
        if self._watched:
            yield list_tickers(self._reads, list(self._watched.items()))


async def _either(event: asyncio.Event, longest_s: float) -> None:
    try:
        await asyncio.wait_for(event.wait(), longest_s)
    except TimeoutError:
        return


async def list_series(reads: KalshiReads, series_ticker: str) -> list[Market]:
    """Return the open and upcoming markets of a series; raises what the reads raise."""
    series = await reads.series(series_ticker)
    events: dict[str, EventBody] = {}
    bodies: list[MarketBody] = []
    for status in LISTED:
        bodies += await reads.markets({"series_ticker": series_ticker, "status": status})
        found = await reads.events({"series_ticker": series_ticker, "status": status})
        events |= {event.event_ticker: event for event in found}
    return [_market(body, series, events.get(body.event_ticker)) for body in bodies]


async def list_tickers(reads: KalshiReads, wanted: Sequence[tuple[str, str]]) -> list[Market]:
    """Return markets by (ticker, series): a series is asked once, markets a hundred at a time."""
    by_series: dict[str, list[str]] = defaultdict(list)
    for ticker, name in wanted:
        by_series[name].append(ticker)
    markets: list[Market] = []
    for name, tickers in by_series.items():
        series = await reads.series(name)
        for start in range(0, len(tickers), AT_ONCE):
            bodies = await reads.markets({"tickers": ",".join(tickers[start : start + AT_ONCE])})
            markets += [_market(body, series, await reads.event(body.event_ticker)) for body in bodies]
    return markets


def _market(body: MarketBody, series: SeriesBody, event: EventBody | None) -> Market:
    """Join a market; one whose event was not listed has an unknown fee until the next listing."""
    fee = None if event is None else fee_schedule(series, event)
    return market_from(body, series_ticker=series.ticker, fee=fee, category=series.category)
