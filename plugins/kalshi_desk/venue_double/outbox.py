"""The way out of one socket: frames wait in a bounded queue, one task sends them; who reads too slowly is cut."""

from __future__ import annotations

import asyncio
import contextlib
from collections import deque
from collections.abc import AsyncIterator

from aiohttp import web

LONGEST = 50_000


class Outbox:
    """Frames on their way to one client."""

    def __init__(self, socket: web.WebSocketResponse) -> None:
        self._socket, self._frames = socket, deque[str]()
        self._filled, self._cut = asyncio.Event(), False

    def put(self, frame: str) -> None:
        """Queue a frame; an overfull queue cuts the connection instead."""
        if len(self._frames) >= LONGEST:
            self._cut = True
        else:
            self._frames.append(frame)
        self._filled.set()

    async def _send(self) -> None:
        while not self._cut:
            await self._filled.wait()
            self._filled.clear()
            while self._frames and not self._cut:
                await self._socket.send_str(self._frames.popleft())
        await self._socket.close(code=1008, message=b"subscription buffer overflow")

    async def _ping(self, every_s: float) -> None:
        while True:
            await asyncio.sleep(every_s)
            await self._socket.ping(b"heartbeat")

    @contextlib.asynccontextmanager
    async def running(self, ping_s: float) -> AsyncIterator[None]:
        """Send and ping (every ``ping_s`` wall seconds) while the caller reads."""
        tasks = [asyncio.create_task(self._send()), asyncio.create_task(self._ping(ping_s))]
        try:
            yield
        finally:
            for task in tasks:
                task.cancel()
            # a client that has left is the usual end of a socket, whichever task notices it first
            await asyncio.gather(*tasks, return_exceptions=True)
