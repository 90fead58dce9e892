"""What the venue plays: a synthetic market or a recording, as one stream of messages in event time."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import chain
from pathlib import Path
from typing import Protocol

from kalshi_desk.domain.inputs import BookLost, CryptoInput, Lifecycle, MarketDefined
from kalshi_desk.domain.units import NANOS, Nanos
from kalshi_desk.errors import SettingsError
from kalshi_desk.simulation.forecast_world import ForecastWorld
from kalshi_desk.simulation.synthetic import MarketMessage, SyntheticMarket

Played = MarketMessage | CryptoInput
CONNECT_S = 30  # the desk's apps come up meanwhile: what a recording plays to nobody is gone
_SLICE = NANOS
_QUARTER_HOUR = 900 * NANOS


class Source(Protocol):
    """A stream of messages that is played up to an instant, again and again."""

    account: str
    silences: Sequence[tuple[Nanos, Nanos]]
    ended: bool
    lead_s: int
    """Wall seconds that a new account's clock waits at its beginning."""

    @property
    def forecasts(self) -> ForecastWorld | None:
        """The forecast markets' world, where the source has one."""
        ...

    def start(self, at: Nanos, saved: bytes | None) -> Iterator[Played]:
        """Begin at an instant, or from what ``save`` wrote, and yield what stands then."""
        ...

    def take(self, until: Nanos) -> Iterator[Played]:
        """Yield what happens up to an instant."""
        ...

    def save(self) -> bytes | None:
        """Return what a restart needs besides the instant, if anything."""
        ...

    def first_instant(self, wall: Nanos) -> Nanos:
        """Return the event time at which a new account begins."""
        ...


class SyntheticSource:
    """A synthetic market from a seed, with so many open forecast markets."""

    def __init__(self, seed: int, *, forecast_markets: int = 0) -> None:
        self.account, self.ended, self.lead_s = f"sim:synthetic:{seed}", False, 0
        self.silences: Sequence[tuple[Nanos, Nanos]] = ()
        self._seed, self._forecast_markets = seed, forecast_markets
        self._market: SyntheticMarket | None = None

    @property
    def market(self) -> SyntheticMarket:
        """The market in motion; raises SettingsError before ``start``."""
        if self._market is None:
            raise SettingsError(["the synthetic market has not begun"])
        return self._market

    @property
    def forecasts(self) -> ForecastWorld | None:
        """The forecast markets' world, None without such markets."""
        return self.market.forecasts

    def start(self, at: Nanos, saved: bytes | None) -> Iterator[Played]:
        """Begin anew at ``at``, or go on from a saved state up to it: markets that end in between are told of, too."""
        self._market = SyntheticMarket.begin(self._seed, at) if saved is None else SyntheticMarket.resume(saved)
        self._market.forecast(self._forecast_markets)
        missed = chain(self._market.standing(), self.take(at))
        yield from (message for message in missed if isinstance(message, (MarketDefined, Lifecycle)))
        yield from self._market.standing()

    def take(self, until: Nanos) -> Iterator[Played]:
        """Yield what happens up to an instant, a second of event time after the other."""
        market = self.market
        while market.state.at + _SLICE < until:
            yield from market.advance(Nanos(market.state.at + _SLICE))
        yield from market.advance(until)

    def save(self) -> bytes | None:
        """Return the market's state."""
        return self.market.save()

    def first_instant(self, wall: Nanos) -> Nanos:
        """Begin with the running quarter hour, so that the first market has its whole life and settles soon."""
        return Nanos(wall // _QUARTER_HOUR * _QUARTER_HOUR)


class RecordingSource:
    """A recording folder; the readers (and pyarrow) are imported only here."""

    def __init__(self, folder: Path, *, play_from: Nanos | None = None) -> None:
        from kalshi_desk.recordings.silences import span

        found = span(folder)
        if found is None:
            raise SettingsError([f"recording {folder} has no rows"])
        if play_from is not None and play_from >= found.last:
            raise SettingsError([f"recording {folder} ends at {found.last}, before {play_from}"])
        self.account, self.ended = f"sim:recording:{folder.resolve().name}", False
        self.lead_s = CONNECT_S
        self.silences: Sequence[tuple[Nanos, Nanos]] = found.silences
        self.last = found.last
        self._folder, self._from = folder, play_from or found.first
        self._rows: Iterator[tuple[int, CryptoInput]] = iter(())
        self._next: CryptoInput | None = None

    @property
    def forecasts(self) -> ForecastWorld | None:
        """No forecast markets: a recording holds what it holds."""
        return None

    def start(self, at: Nanos, saved: bytes | None) -> Iterator[Played]:
        """Open the recording at an instant; what stands then comes first."""
        from kalshi_desk.recordings.reader import read

        self._rows = read(self._folder, start=at)
        self._advance()
        yield from self.take(at)

    def take(self, until: Nanos) -> Iterator[Played]:
        """Yield the rows up to an instant; losses are not a message of the wire."""
        while self._next is not None and self._next.at <= until:
            message = self._next
            self._advance()
            if not isinstance(message, BookLost):
                yield message
        self.ended = self._next is None

    def save(self) -> bytes | None:
        """Return nothing: the instant is enough."""
        return None

    def first_instant(self, wall: Nanos) -> Nanos:
        """Begin where the player was told to, or with the first row; ``wall`` does not matter."""
        return self._from

    def _advance(self) -> None:
        _, message = next(self._rows, (0, None))
        self._next = message
