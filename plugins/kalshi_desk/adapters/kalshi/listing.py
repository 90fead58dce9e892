"""Markets with all that their series and event say of them, listed again and again."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Iterator, Mapping, Sequence

import structlog

from kalshi_desk.adapters.kalshi.reads import KalshiReads
from kalshi_desk.domain.market import Market
from kalshi_desk.errors import ParseError, Rejected, VenueError
from kalshi_desk.wire.kalshi_markets import EventBody, MarketBody, SeriesBody, fee_schedule, market_from

LISTED = ("open", "unopened")
AT_ONCE, ASKED_ANEW = 50, 3  # fifty long tickers still fit into the line of a request
LEAST_S = 3.0
log = structlog.get_logger()


class MarketLister:
    """Lists the crypto series and the watched markets (series by ticker), every ``pause_s`` and when asked to."""

    def __init__(self, reads: KalshiReads, crypto_series: Sequence[str], *, pause_s: float) -> None:
        self._reads, self._series, self._pause_s = reads, crypto_series, pause_s
        self._asked = asyncio.Event()
        self._watched: dict[str, str] = {}
        self._listing = WatchedListing(reads)

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
            yield self._listing.markets(dict(self._watched))


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


class WatchedListing:
    """Lists watched markets: markets and events some at a time; a series is kept, and the oldest few asked anew."""

    def __init__(self, reads: KalshiReads) -> None:
        self._reads = reads
        self._series: dict[str, SeriesBody] = {}

    async def markets(self, wanted: Mapping[str, str]) -> list[Market]:
        """Return markets by ticker and series; those of a series that the venue does not know are left out.

        Raises what the reads raise.
        """
        await self._refresh(set(wanted.values()))
        bodies = await self._bodies([ticker for ticker, name in wanted.items() if name in self._series])
        events = await self._events(sorted({body.event_ticker for body in bodies}))
        return [
            _market(body, self._series[wanted[body.ticker]], events.get(body.event_ticker))
            for body in bodies
            if body.ticker in wanted
        ]

    async def _refresh(self, names: set[str]) -> None:
        oldest = list(self._series)[:ASKED_ANEW]
        self._series = {name: body for name, body in self._series.items() if name in names and name not in oldest}
        for name in sorted(names - set(self._series)):
            try:
                self._series[name] = await self._reads.series(name)
            except Rejected as fault:
                log.warning("series.not_listed", series=name, fault=str(fault))

    async def _bodies(self, tickers: Sequence[str]) -> list[MarketBody]:
        return [body for some in _some(tickers) for body in await self._reads.markets({"tickers": ",".join(some)})]

    async def _events(self, tickers: Sequence[str]) -> dict[str, EventBody]:
        found = [event for some in _some(tickers) for event in await self._reads.events({"tickers": ",".join(some)})]
        return {event.event_ticker: event for event in found}


def _some(tickers: Sequence[str]) -> Iterator[Sequence[str]]:
    return (tickers[start : start + AT_ONCE] for start in range(0, len(tickers), AT_ONCE))


def _market(body: MarketBody, series: SeriesBody, event: EventBody | None) -> Market:
    """Join a market; one whose event was not listed has an unknown fee until the next listing."""
    fee = None if event is None else fee_schedule(series, event)
    exclusive = None if event is None else event.mutually_exclusive
    return market_from(body, series_ticker=series.ticker, fee=fee, category=series.category, exclusive=exclusive)
