import json
from contextlib import suppress

import pytest

from kalshi_desk.adapters.exchanges.connections import exchange_sockets
from kalshi_desk.adapters.kafka.topics import CRYPTO_INPUTS, DEAD_LETTERS
from kalshi_desk.adapters.socket_loop import Connected, Disconnected, Received
from stream_apps import exchange_feeds as app
from tests.crypto import at
from tests.stream_apps.fakes import use


def match(number, price="64000.10"):
    return json.dumps(
        {
            "type": "match", "trade_id": number, "maker_order_id": "m", "taker_order_id": "t", "side": "buy",
            "size": "0.01", "price": price, "product_id": "BTC-USD", "sequence": number, "time": "2026-05-13T16:00:00Z",
        }
    )  # fmt: skip


class Loop:
    """A socket loop with given batches."""

    def __init__(self, *batches) -> None:
        self._batches, self.reconnected = batches, 0

    async def batches(self):
        for batch in self._batches:
            yield batch

    async def reconnect(self) -> None:
        self.reconnected += 1


@pytest.fixture
def told(monkeypatch):
    return use(monkeypatch, app.process, at(0))


@pytest.fixture
def socket():
    return exchange_sockets("coinbase", "ws://x/feeds/coinbase", ["BTC"])[0]


async def listen(monkeypatch, socket, *batches):
    monkeypatch.setattr(app, "spot_loop", lambda *_: Loop(*batches))
    with suppress(StopAsyncIteration):
        await app.listen(socket)


async def test_trades_are_published_and_bad_frames_set_aside(monkeypatch, told, socket) -> None:
    events = [Connected(at(0)), Received(match(1), at(1)), Received("{", at(1)), Received(match(2), at(2))]
    await listen(monkeypatch, socket, events)
    assert [trade.trade_id for trade in told.of(CRYPTO_INPUTS)] == ["1", "2"]
    assert [letter.payload for letter in told.of(DEAD_LETTERS)] == ["{"]
    assert app.connected == {socket.url: True}


async def test_a_lost_connection_is_seen(monkeypatch, told, socket) -> None:
    await listen(monkeypatch, socket, [Connected(at(0))])
    assert app.process.state == "ready"
    await listen(monkeypatch, socket, [Disconnected("gone", at(1))])
    assert (app.connected, app.process.state) == ({socket.url: False}, "starting")


async def test_a_gap_is_told_and_a_new_connection_has_none(monkeypatch, told, socket) -> None:
    def beat(last):
        text = {"type": "heartbeat", "last_trade_id": last, "product_id": "BTC-USD", "sequence": last,
                "time": "2026-05-13T16:00:01Z"}  # fmt: skip
        return Received(json.dumps(text), at(2))

    await listen(
        monkeypatch, socket, [Connected(at(0)), Received(match(1), at(1)), beat(5)],
        [Connected(at(3)), Received(match(9), at(4))],
    )  # fmt: skip
    assert [letter.error for letter in told.of(DEAD_LETTERS)] == ["SequenceGap"]
