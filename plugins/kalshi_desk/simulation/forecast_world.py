"""The forecast markets of the synthetic venue: listed, quoted, ended and settled from a seed.

The world is a function of (seed, begin, number of markets): nothing else is kept, and it goes on after a restart as if
nothing had happened. A market's book only moves once it is awake: somebody has asked for its book, or has an order.
"""

from __future__ import annotations

from collections.abc import Iterator
from heapq import heapify, heappop, heappush

import msgspec

from kalshi_desk.domain.inputs import BookChanged, Lifecycle, MarketDefined, MarketTrade
from kalshi_desk.domain.market import Market, MarketStatus
from kalshi_desk.domain.units import Nanos
from kalshi_desk.simulation import forecast_makers as makers_of
from kalshi_desk.simulation.forecast_events import LISTED_AFTER, Chain, ForecastEvent, lanes
from kalshi_desk.simulation.forecast_listing import About, EventAbout, about, event_about
from kalshi_desk.simulation.forecast_makers import ForecastMakers, Shown
from kalshi_desk.simulation.forecast_markets import Rung, market, result_of, rungs
from kalshi_desk.simulation.forecast_walk import step_at, truth

ForecastMessage = MarketDefined | BookChanged | Lifecycle | MarketTrade
_LIST, _LOOK, _CLOSE, _DETERMINE, _SETTLE = range(5)
Due = tuple[Nanos, int, int, str]


class Known(msgspec.Struct, frozen=True):
    """A market of the world with its event."""

    event: ForecastEvent
    rung: Rung


class ForecastWorld:
    """The world in motion; ``advance`` is the only way its time moves."""

    def __init__(self, seed: int, begin: Nanos, markets: int, makers: ForecastMakers | None = None) -> None:
        self.seed, self.makers = seed, makers or ForecastMakers()
        self.chains = [Chain(seed, lane, begin) for lane in lanes(seed, markets)]
        self._known: dict[str, Known] = {}
        self._awake: set[str] = set()
        self._due: list[Due] = []

    def start(self, at: Nanos) -> None:
        """Begin, or go on, at an instant; all markets sleep."""
        self._awake.clear()
        self._due = [_next_step(chain.at(at), at) for chain in self.chains]
        heapify(self._due)

    def standing(self, at: Nanos) -> Iterator[MarketDefined]:
        """Yield what is listed at an instant, and what settled in the sixty days before the account."""
        for chain in self.chains:
            for event in (*chain.past(), chain.at(at)):
                yield from self._defined(event, at)

    def _defined(self, event: ForecastEvent, at: Nanos) -> Iterator[MarketDefined]:
        for rung in self._know(event):
            yield MarketDefined(at=at, market=self._market(event, rung, at))

    def _know(self, event: ForecastEvent) -> tuple[Rung, ...]:
        found = rungs(self.seed, event)
        self._known |= {rung.ticker: Known(event, rung) for rung in found}
        return found

    def _market(self, event: ForecastEvent, rung: Rung, at: Nanos) -> Market:
        listed = market(event, rung)
        if at < event.ends:
            return listed
        closed = msgspec.structs.replace(listed, close_time=event.ends, status=MarketStatus.CLOSED)
        if at < event.determined:
            return closed
        end = result_of(self.seed, event, rung)
        status = MarketStatus.DETERMINED if at < event.settles else MarketStatus.FINALIZED
        return msgspec.structs.replace(
            closed, status=status, result=end.result, settlement_value=end.value, expiration_value=end.expiration_value
        )

    def advance(self, until: Nanos) -> list[ForecastMessage]:
        """Return what happens up to an instant, in order of time."""
        messages: list[ForecastMessage] = []
        while self._due and self._due[0][0] <= until:
            at, step, lane, ticker = heappop(self._due)
            messages += self._look(ticker, at) if step == _LOOK else self._step(lane, step, at)
        return messages

    def _step(self, lane: int, step: int, at: Nanos) -> Iterator[ForecastMessage]:
        """Take a step of the life of a lane's event: listed, closed, determined or settled."""
        event = self.chains[lane].at(at)
        heappush(self._due, _next_step(event, at))
        for rung in self._know(event):
            listed = self._market(event, rung, at)
            if step in (_LIST, _CLOSE):
                yield MarketDefined(at=at, market=listed)
            else:
                yield from _ended(listed, at, settled=step == _SETTLE)

    def wake(self, ticker: str, at: Nanos) -> list[BookChanged]:
        """Let a market's book move from now on; returns the book as it stands, nothing for one awake or not open."""
        known = self._known.get(ticker)
        if known is None or ticker in self._awake or not known.event.opens <= at < known.event.ends:
            return []
        self._awake.add(ticker)
        look = makers_of.look_before(self.seed, ticker, at)
        heappush(self._due, (makers_of.look_time(self.seed, ticker, look + 1), _LOOK, 0, ticker))
        return [_snapshot(ticker, self._book(known, look), at)]

    def _look(self, ticker: str, at: Nanos) -> Iterator[ForecastMessage]:
        known = self._known[ticker]
        if at >= known.event.ends:
            self._awake.discard(ticker)
            return
        look = makers_of.look_before(self.seed, ticker, at)
        heappush(self._due, (makers_of.look_time(self.seed, ticker, look + 1), _LOOK, 0, ticker))
        before, now = self._book(known, look - 1), self._book(known, look)
        done = makers_of.trade_at(self.seed, ticker, before, look=look, makers=self.makers)
        if done is not None:
            outcome, (price, count) = done
            yield MarketTrade(
                at=at,
                occurred_at=at,
                ticker=ticker,
                trade_id=f"{ticker}-{look}",
                price=price if outcome == "yes" else price.complement,
                count=count,
                taker_outcome="no" if outcome == "yes" else "yes",
            )
        if now != before:
            yield _snapshot(ticker, now, at)

    def _book(self, known: Known, look: int) -> Shown:
        ticker = known.rung.ticker
        at = makers_of.look_time(self.seed, ticker, look)
        return makers_of.book(self.seed, ticker, truth=self._truth(known, at), look=look, makers=self.makers)

    def _truth(self, known: Known, at: Nanos) -> float:
        event = known.event
        return truth(self.seed, event.key, step_at(event, at), known.rung.interval(event))

    def truth(self, ticker: str, at: Nanos) -> float | None:
        """Return the hidden probability of YES at an instant; None for a market that is not of this world."""
        known = self.known(ticker)
        return None if known is None else self._truth(known, at)

    def known(self, ticker: str) -> Known | None:
        """Return a market that has been listed, with its event."""
        return self._known.get(ticker) or self._find(ticker)

    def _find(self, ticker: str) -> Known | None:
        """Look among the events that were over before the last start."""
        event_ticker, series = ticker.rpartition("-")[0], ticker.partition("-")[0]
        for chain in self.chains:
            if chain.lane.subject.series_ticker == series and (event := chain.find(event_ticker)) is not None:
                self._know(event)
        return self._known.get(ticker)

    def about(self, ticker: str, at: Nanos) -> About | None:
        """Return what is told of a market besides its definition; None for one that is not of this world."""
        known = self.known(ticker)
        if known is None:
            return None
        look = makers_of.look_before(self.seed, ticker, min(at, known.event.ends))
        return about(self.seed, known.event, known.rung, at=at, quote=self._book(known, look).quote)

    def event_about(self, ticker: str) -> EventAbout | None:
        """Return what is told of the event of a market; None for one that is not of this world."""
        known = self.known(ticker)
        return None if known is None else event_about(known.event)

    def current(self, at: Nanos) -> Iterator[ForecastEvent]:
        """Yield the event of each lane that stands at an instant."""
        return (chain.at(at) for chain in self.chains)


def _next_step(event: ForecastEvent, at: Nanos) -> Due:
    steps = (
        (event.ends, _CLOSE),
        (event.determined, _DETERMINE),
        (event.settles, _SETTLE),
        (Nanos(event.ends + LISTED_AFTER), _LIST),
    )
    when, step = next((when, step) for when, step in steps if when > at)
    return when, step, event.lane.number, ""


def _ended(market: Market, at: Nanos, *, settled: bool) -> Iterator[ForecastMessage]:
    ticker, result, value = market.ticker, market.result, market.settlement_value
    if settled:
        yield Lifecycle(at=at, ticker=ticker, event="settled", result=result, settlement_value=value)
    else:
        yield MarketDefined(at=at, market=market)
        yield Lifecycle(at=at, ticker=ticker, event="determined", result=result, settlement_value=value)


def _snapshot(ticker: str, shown: Shown, at: Nanos) -> BookChanged:
    """Return a whole book, ascending: these books are small, and a whole one needs no history."""
    return BookChanged(
        at=at, occurred_at=at, ticker=ticker, version=1, snapshot=True, yes=shown.yes[::-1], no=shown.no[::-1]
    )
