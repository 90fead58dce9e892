"""The lives of recorded markets: listed, open, strike published, determined, settled."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

import msgspec

from kalshi_desk.domain.inputs import BookLost, CryptoInput, Lifecycle, MarketDefined
from kalshi_desk.domain.market import Market, MarketStatus
from kalshi_desk.domain.units import NANOS, PAYOUT, Nanos, Price
from kalshi_desk.recordings.coverage import MarketCoverage
from kalshi_desk.recordings.folder import RecordedMarket, Recording
from kalshi_desk.simulation.listings import up_down

LISTED_BEFORE_OPEN, STRIKE_AFTER_OPEN = 600 * NANOS, 1 * NANOS
DETERMINED_AFTER_CLOSE, SETTLED_AFTER_CLOSE = 2 * NANOS, 3 * NANOS


def read_lives(
    recording: Recording, table: Sequence[MarketCoverage], since: Nanos
) -> Iterator[tuple[int, CryptoInput]]:
    """Yield the life of every market that closes after ``since``, by time; one source row a market."""
    refused = {row.ticker: row.refused for row in table}
    steps = [
        (max(at, since), place, step)
        for market in recording.markets()
        if market.close_time + SETTLED_AFTER_CLOSE >= since
        for place, (at, step) in enumerate(_known(_life(market, refused[market.ticker]), since))
    ]
    for at, place, step in sorted(steps, key=lambda one: one[:2]):
        yield int(place == 0), msgspec.structs.replace(step, at=Nanos(at))


def _known(life: Iterable[tuple[int, CryptoInput]], since: Nanos) -> list[tuple[int, CryptoInput]]:
    """Leave out definitions that a later one, also due by ``since``, has replaced."""
    steps = list(life)
    defined = [place for place, (at, step) in enumerate(steps) if at <= since and isinstance(step, MarketDefined)]
    return [one for place, one in enumerate(steps) if place not in defined[:-1]]


def _life(market: RecordedMarket, refused: str | None) -> Iterator[tuple[int, CryptoInput]]:
    listed = up_down(market.ticker, market.open_time, market.close_time)
    opened = msgspec.structs.replace(listed, status=MarketStatus.ACTIVE)
    yield market.open_time - LISTED_BEFORE_OPEN, _defined(listed)
    yield market.open_time, _defined(opened)
    if refused:
        yield market.open_time, BookLost(at=market.open_time, ticker=market.ticker, reason=refused)
    if market.strike is not None:
        yield (
            market.open_time + STRIKE_AFTER_OPEN,
            _defined(msgspec.structs.replace(opened, floor_strike=market.strike)),
        )
    if market.result in ("yes", "no"):
        yield market.close_time + DETERMINED_AFTER_CLOSE, _ended(market, "determined")
        yield market.close_time + SETTLED_AFTER_CLOSE, _ended(market, "settled")


def _defined(market: Market) -> MarketDefined:
    return MarketDefined(at=Nanos(0), market=market)


def _ended(market: RecordedMarket, event: str) -> Lifecycle:
    value = PAYOUT if market.result == "yes" else Price(0)
    return Lifecycle(at=Nanos(0), ticker=market.ticker, event=event, result=market.result, settlement_value=value)
