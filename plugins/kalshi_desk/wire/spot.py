"""What any exchange's trade feed says: trades, their numbering, and a wish to be reconnected."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

import msgspec

from kalshi_desk.domain.inputs import SpotTrade
from kalshi_desk.domain.units import IndexPrice, Nanos, Quantity
from kalshi_desk.errors import ParseError, SequenceGap


class Numbered(msgspec.Struct, frozen=True):
    """A number of a stream that counts by one: taken by an item, or (``taken`` False) told as the last one so far."""

    stream: str
    number: int
    taken: bool = True


class SpotNews(msgspec.Struct, frozen=True):
    """What a frame brought; heartbeats and replies bring nothing. ``reconnect``: the venue asks for it."""

    trades: tuple[SpotTrade, ...] = ()
    numbers: tuple[Numbered, ...] = ()
    reconnect: bool = False


NOTHING = SpotNews()


class SpotSequences:
    """Finds lost messages of one connection by their numbers."""

    def __init__(self) -> None:
        self._last: dict[str, int] = {}

    def gaps(self, numbers: Iterable[Numbered]) -> list[SequenceGap]:
        """Return a gap for each stream that skipped; what comes twice or late is none."""
        return [gap for numbered in numbers if (gap := self._take(numbered)) is not None]

    def _take(self, numbered: Numbered) -> SequenceGap | None:
        last = self._last.get(numbered.stream)
        self._last[numbered.stream] = numbered.number if last is None else max(last, numbered.number)
        if last is None or numbered.number <= last + numbered.taken:
            return None
        return SequenceGap(numbered.stream, last + 1, numbered.number)


class TradeFields(msgspec.Struct, frozen=True):
    """The exact fields of a trade, whatever the venue calls them."""

    symbol: str
    trade_id: str
    price: IndexPrice
    size: Quantity | None
    occurred_at: Nanos


def spot_trade(venue: str, fields: TradeFields, symbols: Mapping[str, str], at: Nanos) -> SpotTrade:
    """Return the message of a trade; raises ParseError for a symbol not asked for and a price or size of 0 or less.

    A size of None is one that the source does not tell, as a recording without sizes.
    """
    if fields.symbol not in symbols:
        raise ParseError(venue, "a symbol that was not asked for", fields.symbol[:40])
    if fields.price <= 0 or (fields.size is not None and fields.size <= 0):
        raise ParseError(venue, "price or size is not positive", f"{fields.size} at {fields.price}")
    return SpotTrade(
        at=at, occurred_at=fields.occurred_at, underlying=symbols[fields.symbol], venue=venue,
        price=fields.price, size=fields.size, trade_id=fields.trade_id,
    )  # fmt: skip
