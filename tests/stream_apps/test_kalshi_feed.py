import json
from types import SimpleNamespace

import pytest

from kalshi_desk.adapters.kafka.topics import BOOKS, CRYPTO_INPUTS, DEAD_LETTERS, LIFECYCLE
from kalshi_desk.adapters.socket_loop import Connected, Disconnected, Received
from kalshi_desk.domain.inputs import BookChanged, BookLost, MarketDefined
from kalshi_desk.steps.market_feed import FeedNews, MarketFeed
from stream_apps import kalshi_feed as app
from tests.crypto import TICKER, at, up_down
from tests.stream_apps.fakes import use


class Loop:
    """A connection that remembers frames and gives batches."""

    quiet_s = 0.5

    def __init__(self, *batches) -> None:
        self._batches, self.sent = batches, []

    async def batches(self):
        for batch in self._batches:
            yield batch

    async def send(self, text) -> bool:
        self.sent.append(text)
        return True


class Lister:
    def __init__(self) -> None:
        self.asked = 0

    def again(self) -> None:
        self.asked += 1

    async def listings(self):
        yield [up_down()]


@pytest.fixture
def told(monkeypatch):
    monkeypatch.setattr(app, "feed", MarketFeed(crypto_series=["KXBTC15M"], coins={"BRTI": "BTC"}))
    return use(monkeypatch, app.process, at(1))


def snapshot():
    msg = {"market_ticker": TICKER, "yes_dollars_fp": [["0.4100", "20.00"]]}
    return json.dumps({"type": "orderbook_snapshot", "sid": 1, "seq": 1, "msg": msg})


async def test_books_go_to_both_topics_and_a_bad_frame_leaves_the_connection(told) -> None:
    loop, lister = Loop([Connected(at(1)), Received("{", at(1)), Received(snapshot(), at(1))]), Lister()
    await app.listen(loop, lister)
    assert [type(m) for m in told.of(BOOKS)] == [BookChanged]
    assert told.of(BOOKS) == told.of(CRYPTO_INPUTS)
    assert [letter.source for letter in told.of(DEAD_LETTERS)] == ["kalshi"]


async def test_a_lost_connection_loses_the_books(told) -> None:
    loop = Loop([Received(snapshot(), at(1))], [Disconnected("gone", at(2))])
    await app.listen(loop, Lister())
    assert [type(m) for m in told.of(BOOKS)] == [BookChanged, BookLost]


async def test_listings_define_markets_and_subscribe(told) -> None:
    loop = Loop()
    await app.learn(loop, Lister())
    assert [type(m) for m in told.of(LIFECYCLE)] == [MarketDefined]
    assert [json.loads(text)["cmd"] for text in loop.sent] == ["subscribe", "subscribe"]


async def test_what_the_feed_asks_for_is_done(told) -> None:
    loop, lister = Loop(), Lister()
    await app.carry_out(FeedNews(frames=["x"], relist=True), loop, lister)
    assert (loop.sent, lister.asked) == (["x"], 1)


async def test_it_is_ready_when_connected_and_listed(told, monkeypatch) -> None:
    async def stop_after(_pause) -> None:
        raise InterruptedError

    monkeypatch.setattr(app.asyncio, "sleep", stop_after)
    for markets, quiet_s, state in (([], 0.1, "starting"), ([up_down()], None, "starting"), ([up_down()], 1, "ready")):
        app.feed.learn(markets, at(1))
        loop = Loop()
        loop.quiet_s = quiet_s
        with pytest.raises(InterruptedError):
            await app.keep_time(loop, Lister())
        assert app.process.state == state


def test_the_account_of_the_settings_is_used() -> None:
    assert app.process.name == app.app.conf.id == "kalshi_feed"
    assert SimpleNamespace(**vars(app.process)).account.startswith("sim:")
