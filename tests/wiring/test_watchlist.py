import asyncio

import pytest

from kalshi_desk.adapters.kafka.broker import Broker
from kalshi_desk.adapters.kafka.producer import Publisher
from kalshi_desk.adapters.kafka.topics import WATCHLIST
from kalshi_desk.domain.control import Watch
from kalshi_desk.wiring.watchlist import obey_watchlist
from tests.domain.messages import AT
from tests.kafka_broker import COINS

pytestmark = pytest.mark.embedded


class Lister:
    def __init__(self) -> None:
        self.watched = {}

    def watch(self, ticker, series_ticker) -> None:
        self.watched[ticker] = series_ticker

    def drop(self, ticker) -> None:
        self.watched.pop(ticker)


async def test_the_list_is_followed_tombstones_too(broker: Broker) -> None:
    publisher = await Publisher(broker, COINS).start()
    lister = Lister()
    task = asyncio.create_task(obey_watchlist(broker, lister))
    for ticker in ("A", "B"):
        watch = Watch(at=AT, ticker=ticker, series_ticker="S", desk="forecast", open_time=AT, close_time=AT)
        await publisher.publish(WATCHLIST, ticker, watch)
    await publisher.publish(WATCHLIST, "A", None)
    async with asyncio.timeout(10):
        while lister.watched != {"B": "S"}:
            await asyncio.sleep(0.05)
    task.cancel()
    await publisher.stop()
