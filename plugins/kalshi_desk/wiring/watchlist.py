"""The watch list's effect on what is listed and subscribed to."""

from __future__ import annotations

from typing import Any

from kalshi_desk.adapters.kafka.agent import Guard
from kalshi_desk.adapters.kafka.broker import Broker
from kalshi_desk.adapters.kafka.reader import follow
from kalshi_desk.adapters.kafka.topics import WATCHLIST
from kalshi_desk.adapters.kalshi.listing import MarketLister
from kalshi_desk.errors import ParseError


async def obey_watchlist(broker: Broker, lister: MarketLister, guard: Guard) -> None:
    """Follow the watch list for ever; a tombstone drops a market, what cannot be read becomes a dead letter."""
    async for record in follow(broker, WATCHLIST.name, 1):
        try:
            obey(record, lister)
        except ParseError as fault:
            await guard.dead_letter(fault, record)


def obey(record: Any, lister: MarketLister) -> None:
    """Carry out one record of the watch list; raises ParseError."""
    if record.value is None:
        lister.drop((record.key or b"").decode("utf-8", "replace"))
        return
    watch = WATCHLIST.decoder()(record.value)
    lister.watch(watch.ticker, watch.series_ticker)
