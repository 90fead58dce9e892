import asyncio
from types import SimpleNamespace
from uuid import uuid4

import pytest

from kalshi_desk.adapters.kafka.broker import Broker
from kalshi_desk.adapters.kafka.producer import Publisher
from kalshi_desk.adapters.kafka.topics import WATCHLIST
from kalshi_desk.domain.control import Alert, Watch
from kalshi_desk.errors import ParseError
from kalshi_desk.wiring.watchlist import obey, obey_watchlist
from tests.domain.messages import AT
from tests.kafka_broker import COINS


class Lister:
    """Remembers what it was told; it is its own guard, too."""

    def __init__(self) -> None:
        self.watched, self.unreadable = {}, []

    def watch(self, ticker, series_ticker) -> None:
        self.watched[ticker] = series_ticker

    def drop(self, ticker) -> None:
        self.watched.pop(ticker, None)

    async def dead_letter(self, fault, record) -> None:
        self.unreadable.append(record.key.decode())


def watch(ticker):
    return Watch(at=AT, ticker=ticker, series_ticker="S", desk="forecast", open_time=AT, close_time=AT)


@pytest.mark.embedded
async def test_the_list_is_followed_tombstones_and_what_cannot_be_read_too(broker: Broker) -> None:
    publisher = await Publisher(broker, COINS).start()
    gone, odd, there = (f"{name}-{uuid4()}" for name in "ABC")
    lister = Lister()
    task = asyncio.create_task(obey_watchlist(broker, lister, lister))
    await publisher.publish(WATCHLIST, gone, watch(gone))
    await publisher.publish(WATCHLIST, gone, None)
    await publisher.publish(WATCHLIST, odd, Alert(at=AT, app="a", severity="info", subject="s", text="t"))
    await publisher.publish(WATCHLIST, there, watch(there))
    async with asyncio.timeout(60):
        while there not in lister.watched:
            await asyncio.sleep(0.05)
    task.cancel()
    await publisher.stop()
    assert gone not in lister.watched
    assert lister.watched[there] == "S"
    assert odd in lister.unreadable


def test_a_record_that_is_no_watch_is_a_parse_error() -> None:
    with pytest.raises(ParseError):
        obey(SimpleNamespace(key=b"A", value=b"{}"), Lister())
