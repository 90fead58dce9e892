import asyncio

from kalshi_desk.venue_double import outbox
from kalshi_desk.venue_double.outbox import Outbox


class Socket:
    """A client that takes frames when it is let."""

    def __init__(self):
        self.frames, self.pings, self.code, self.gate = [], [], None, asyncio.Event()

    async def send_str(self, frame):
        await self.gate.wait()
        self.frames.append(frame)

    async def ping(self, payload):
        self.pings.append(payload)

    async def close(self, *, code, message):
        self.code = code


async def test_frames_go_out_in_order_and_pings_between():
    socket = Socket()
    socket.gate.set()
    box = Outbox(socket)
    async with box.running(0.01):
        for number in range(3):
            box.put(str(number))
        await asyncio.sleep(0.05)
    assert socket.frames == ["0", "1", "2"]
    assert b"heartbeat" in socket.pings


async def test_a_reader_that_is_too_slow_is_cut(monkeypatch):
    monkeypatch.setattr(outbox, "LONGEST", 5)
    socket = Socket()
    box = Outbox(socket)
    async with box.running(10):
        for number in range(10):
            box.put(str(number))
        socket.gate.set()
        await asyncio.sleep(0.05)
    assert socket.code == 1008
