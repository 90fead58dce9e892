import asyncio
from contextlib import aclosing
from random import Random

import pytest
from websockets.asyncio.server import serve

from kalshi_desk.adapters import socket_loop
from kalshi_desk.adapters.socket_loop import Connected, Disconnected, Endpoint, Received, SocketLoop
from kalshi_desk.domain.units import Nanos


@pytest.fixture(autouse=True)
def hurry(monkeypatch):
    monkeypatch.setattr(socket_loop, "FIRST_PAUSE_S", 0.01)


class Server:
    """A websocket server that plays what each test tells it to."""

    def __init__(self, play):
        self.play, self.heard, self.headers = play, [], []

    async def __aenter__(self):
        self._server = await serve(self._serve, "127.0.0.1", 0)
        self.url = f"ws://127.0.0.1:{self._server.sockets[0].getsockname()[1]}"
        return self

    async def __aexit__(self, *_):
        self._server.close()
        await self._server.wait_closed()

    async def _serve(self, connection):
        self.headers.append(dict(connection.request.headers))
        await self.play(self, connection)


def loop_for(url, greeting=list, silence_s=30.0, headers=dict):
    ticks = iter(range(10**6))
    endpoint = Endpoint("test", url, greeting, headers, silence_s)
    return SocketLoop(endpoint, now=lambda: Nanos(next(ticks)), jitter=Random(1))


async def first_events(loop, count):
    events = []
    async with aclosing(loop.batches()) as batches:
        async for batch in batches:
            events += batch
            if len(events) >= count:
                return events
    return events


async def test_greets_receives_and_reconnects():
    async def play(server, connection):
        server.heard.append(await connection.recv())
        await connection.send("one")
        await connection.send(b"two")

    async with Server(play) as server:
        loop = loop_for(server.url, greeting=lambda: ["hello"], headers=lambda: {"X-Key": str(len(server.headers))})
        events = await first_events(loop, 8)
    kinds = [type(event) for event in events[:8]]
    assert kinds == [Connected, Received, Received, Disconnected] * 2
    assert [event.text for event in events if isinstance(event, Received)][:2] == ["one", "two"]
    assert [event.at for event in events] == sorted(event.at for event in events)
    assert server.heard[:2] == ["hello", "hello"]
    assert [headers["x-key"] for headers in server.headers[:2]] == ["0", "1"] or server.headers[0]["X-Key"] == "0"


async def test_nobody_there_is_an_event_not_an_end():
    events = await first_events(loop_for("ws://127.0.0.1:9"), 2)
    assert [type(event) for event in events] == [Disconnected, Disconnected]


async def test_silence_ends_a_connection_but_pings_are_life():
    async def play(server, connection):
        if not server.heard:
            for _ in range(6):
                await connection.ping()
                await asyncio.sleep(0.1)
        server.heard.append("quiet")
        await asyncio.sleep(5)

    async with Server(play) as server:
        loop = loop_for(server.url, silence_s=0.25)
        start = asyncio.get_running_loop().time()
        events = await first_events(loop, 2)
        assert asyncio.get_running_loop().time() - start > 0.7
    assert isinstance(events[1], Disconnected)
    assert "silent" in events[1].reason


async def test_send_tells_whether_there_was_a_connection():
    async def play(server, connection):
        async for text in connection:
            server.heard.append(text)
            await connection.send("heard")

    async with Server(play) as server:
        loop = loop_for(server.url)
        assert loop.quiet_s is None
        assert not await loop.send("lost")
        async with aclosing(loop.batches()) as batches:
            async for batch in batches:
                if isinstance(batch[0], Connected):
                    assert await loop.send("kept")
                if any(isinstance(event, Received) for event in batch):
                    break
        assert loop.quiet_s is None or loop.quiet_s < 5
    assert server.heard == ["kept"]


async def test_reconnect_on_request():
    async def play(server, connection):
        server.heard.append("in")
        await connection.wait_closed()

    async with Server(play) as server:
        loop = loop_for(server.url)
        await loop.reconnect()
        async with aclosing(loop.batches()) as batches:
            async for _ in batches:
                if len(server.heard) == 2:
                    break
                await loop.reconnect()


async def test_the_pause_grows_to_its_cap_and_is_jittered(monkeypatch):
    monkeypatch.setattr(socket_loop, "FIRST_PAUSE_S", 0.5)
    loop = loop_for("ws://127.0.0.1:9")
    pauses = [loop._pause(failures) for failures in range(40)]
    assert 0.25 <= pauses[0] <= 0.5
    assert all(7.5 <= pause <= 15 for pause in pauses[5:])
    assert len(set(pauses)) == 40


async def test_a_fault_of_the_greeting_is_not_swallowed():
    def greeting():
        raise LookupError("a bug")

    async def play(server, connection):
        await connection.wait_closed()

    async with Server(play) as server:
        with pytest.raises(LookupError):
            await first_events(loop_for(server.url, greeting=greeting), 2)
