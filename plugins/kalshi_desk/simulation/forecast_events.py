"""When forecast events are listed and end: lanes, each an endless chain of events of one series.

Lane by lane an event is listed some minutes after the one before has ended, so the number of open markets stays. Most
events end at their listed close; those of every eighth lane become known hours after they were listed, and close early.
Everything is a function of (seed, lane, generation); generations below 0 ended before the account began.
"""

from __future__ import annotations

from collections.abc import Iterator

import msgspec

from kalshi_desk.domain.units import NANOS, Nanos
from kalshi_desk.simulation.forecast_draws import below, gauss, uniform
from kalshi_desk.simulation.forecast_subjects import Subject, subjects

MINUTE, HOUR, DAY = 60 * NANOS, 3_600 * NANOS, 86_400 * NANOS
DETERMINED_AFTER, SETTLED_AFTER, LISTED_AFTER = 1 * MINUTE, 2 * MINUTE, 5 * MINUTE
PAST = 60 * DAY
_EARLY_EVERY, _PAST_LANES, _MOST_RUNGS, _BRACKET_SHARE = 8, 60, 4, 0.25


class Lane(msgspec.Struct, frozen=True, kw_only=True):
    """A chain of events: ``rungs`` markets each, closing at ``hour`` of the day (UTC) of a drawn date."""

    number: int
    subject: Subject
    hour: int
    rungs: int
    brackets: bool
    early: bool


class ForecastEvent(msgspec.Struct, frozen=True, kw_only=True):
    """One question: listed at ``opens`` to close at ``closes``, known at ``ends``; ``centre`` is its usual level."""

    ticker: str
    lane: Lane
    generation: int
    opens: Nanos
    closes: Nanos
    ends: Nanos
    centre: float

    @property
    def key(self) -> str:
        return f"{self.lane.number}.{self.generation}"

    @property
    def determined(self) -> Nanos:
        """When its result is told."""
        return Nanos(self.ends + DETERMINED_AFTER)

    @property
    def settles(self) -> Nanos:
        """When it is paid."""
        return Nanos(self.ends + SETTLED_AFTER)


def lanes(seed: int, markets: int) -> list[Lane]:
    """Return the lanes that hold so many markets, the last one cut to fit."""
    found: list[Lane] = []
    while markets > 0:
        found.append(_lane(seed, len(found), markets))
        markets -= found[-1].rungs
    return found


def _lane(seed: int, number: int, most: int) -> Lane:
    known = subjects()
    rungs = min(most, 1 + below(_MOST_RUNGS, seed, "rungs", number))
    return Lane(
        number=number,
        subject=known[number % len(known)],
        hour=(number // len(known) + 15) % 24,
        rungs=rungs,
        brackets=rungs >= 3 and uniform(seed, "brackets", number) < _BRACKET_SHARE,
        early=number % _EARLY_EVERY == 3,
    )


class Chain:
    """The events of a lane, each made when it is first asked for."""

    def __init__(self, seed: int, lane: Lane, begin: Nanos) -> None:
        self.lane, self._seed, self._begin = lane, seed, begin
        self._events = [self._first()]

    def event(self, generation: int) -> ForecastEvent:
        """Return an event from generation 0 on."""
        while len(self._events) <= generation:
            self._events.append(self._next(self._events[-1]))
        return self._events[generation]

    def at(self, now: Nanos) -> ForecastEvent:
        """Return the last event listed by then, the first one before that."""
        generation = len(self._events) - 1
        while self._events[generation].ends + LISTED_AFTER <= now:
            generation += 1
            self.event(generation)
        while generation and self._events[generation].opens > now:
            generation -= 1
        return self._events[generation]

    def between(self, after: Nanos, until: Nanos) -> Iterator[ForecastEvent]:
        """Yield the events that stood for some of the time between two instants, latest first."""
        generation = self.at(until).generation
        while generation >= 0 and self._events[generation].ends > after:
            yield self._events[generation]
            generation -= 1

    def past(self) -> Iterator[ForecastEvent]:
        """Yield the events that ended in the sixty days before the account began, latest first."""
        after, generation = self._events[0].opens, -1
        while self.lane.number < _PAST_LANES:
            closes = self._on_the_hour(after - round((0.1 + uniform(self._seed, "gap", self._key(generation))) * DAY))
            if closes < self._begin - PAST:
                return
            after = Nanos(closes - self._length(generation))
            yield self._event(generation, after, closes, closes)
            generation -= 1

    def find(self, ticker: str) -> ForecastEvent | None:
        """Return the event of that ticker among those of the past and those listed so far."""
        known = (event for events in (reversed(self._events), self.past()) for event in events)
        return next((event for event in known if event.ticker == ticker), None)

    def _first(self) -> ForecastEvent:
        lane, begin = self.lane, self._begin
        opens = Nanos(begin // MINUTE * MINUTE - round((0.2 + 19.8 * self._share("age", 0)) * DAY))
        closes = self._on_the_hour(begin + round((1.1 + 28.9 * self._share("close", 0)) * DAY))
        ends = Nanos(begin // MINUTE * MINUTE + 10 * MINUTE * (1 + lane.number // _EARLY_EVERY % 36))
        return self._event(0, opens, closes, ends if lane.early else closes)

    def _next(self, before: ForecastEvent) -> ForecastEvent:
        generation, opens = before.generation + 1, Nanos(before.ends + LISTED_AFTER)
        closes = Nanos(self._on_the_hour(opens + self._length(generation)) + generation % 60 * MINUTE * self.lane.early)
        life = 2 * HOUR + round(self._share("life", generation) * 6 * 60) * MINUTE
        return self._event(generation, opens, closes, Nanos(opens + life) if self.lane.early else closes)

    def _event(self, generation: int, opens: Nanos, closes: Nanos, ends: Nanos) -> ForecastEvent:
        lane = self.lane
        edition = f"E{generation}" if lane.early and generation > 0 else ""
        measure = lane.subject.measure
        return ForecastEvent(
            ticker=f"{lane.subject.series_ticker}-{closes.datetime():%y%b%d%H}{edition}".upper(),
            lane=lane,
            generation=generation,
            opens=opens,
            closes=closes,
            ends=ends,
            centre=lane.subject.centre + 0.5 * measure.scale * gauss(self._seed, "centre", self._key(generation)),
        )

    def _length(self, generation: int) -> int:
        return round((2 + 28 * self._share("length", generation)) * DAY)

    def _share(self, what: str, generation: int) -> float:
        return uniform(self._seed, what, self._key(generation))

    def _key(self, generation: int) -> str:
        return f"{self.lane.number}.{generation}"

    def _on_the_hour(self, at: int) -> Nanos:
        return Nanos(at // DAY * DAY + self.lane.hour * HOUR)
