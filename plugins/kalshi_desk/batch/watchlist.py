"""Publish the watch list: only what changed, and tombstones for what left it."""

from __future__ import annotations

from kalshi_desk.adapters.kafka.producer import Publisher
from kalshi_desk.adapters.kafka.reader import load_compacted
from kalshi_desk.adapters.kafka.topics import WATCHLIST, partition_count
from kalshi_desk.domain.control import Watch
from kalshi_desk.domain.units import Nanos
from kalshi_desk.settings import Settings
from kalshi_desk.wiring import addresses


async def publish(settings: Settings, chosen: list[Watch], *, now: Nanos) -> int:
    """Bring ``watchlist.v1`` to the list chosen at ``now``; return how many records it took.

    A list older than what is published already changes nothing: the rerun of an old interval.
    """
    known = await _known(settings)
    if any(watch.at > now for watch in known.values()):
        return 0
    fresh = {watch.ticker: watch for watch in chosen}
    changed = [watch for ticker, watch in fresh.items() if ticker not in known or differs(watch, known[ticker])]
    gone = [ticker for ticker in known if ticker not in fresh]
    publisher = await Publisher(addresses.broker(settings), addresses.underlyings(settings)).start()
    try:
        for watch in changed:
            await publisher.send(WATCHLIST, watch.ticker, watch)
        for ticker in gone:
            await publisher.send(WATCHLIST, ticker, None)
    finally:
        await publisher.stop()
    return len(changed) + len(gone)


async def _known(settings: Settings) -> dict[str, Watch]:
    count = partition_count(WATCHLIST, addresses.underlyings(settings))
    latest = await load_compacted(addresses.broker(settings), WATCHLIST.name, count)
    decode = WATCHLIST.decoder()
    return {key.decode(): decode(value) for key, value in latest.items()}


def differs(new: Watch, old: Watch) -> bool:
    """Return whether a reader must hear of the new entry: who looked last and when does not matter to it."""
    return (new.desk, new.open_time, new.close_time) != (old.desk, old.open_time, old.close_time)
