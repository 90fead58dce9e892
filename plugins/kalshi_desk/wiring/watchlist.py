"""The watch list's effect on what is listed and subscribed to."""

from __future__ import annotations

from kalshi_desk.adapters.kafka.broker import Broker
from kalshi_desk.adapters.kafka.reader import follow
from kalshi_desk.adapters.kafka.topics import WATCHLIST
from kalshi_desk.adapters.kalshi.listing import MarketLister


async def obey_watchlist(broker: Broker, lister: MarketLister) -> None:
    """Follow the watch list for ever; a tombstone drops a market."""
    decode = WATCHLIST.decoder()
    async for record in follow(broker, WATCHLIST.name, 1):
        if record.value is None:
            lister.drop(record.key.decode())
        else:
            watch = decode(record.value)
            lister.watch(watch.ticker, watch.series_ticker)
