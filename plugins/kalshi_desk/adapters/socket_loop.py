"""The one loop that keeps a websocket connected: greeting, silence watch, back-off with jitter, events in batches."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator, Callable, Sequence
from dataclasses import dataclass
from random import Random
from typing import TYPE_CHECKING, Any, cast

from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import WebSocketException
from websockets.frames import Frame as SocketFrame
from websockets.frames import Opcode

if TYPE_CHECKING:
    from kalshi_desk.domain.units import Nanos

FIRST_PAUSE_S, LONGEST_PAUSE_S = 0.5, 15.0
WAITING_EVENTS = 2_000
LARGEST_FRAME = 32 * 1024 * 1024


@dataclass(frozen=True)
class Connected:
    """A connection stands and the greeting is sent."""

    at: Nanos


@dataclass(frozen=True)
class Received:
    """A text frame and when it came, by the event clock."""

    text: str
    at: Nanos


@dataclass(frozen=True)
class Disconnected:
    """The connection broke, fell silent or could not be made."""

    reason: str
    at: Nanos


SocketEvent = Connected | Received | Disconnected


@dataclass(frozen=True)
class Endpoint:
    """Where and how to connect: ``headers`` and ``greeting`` are asked anew for each connection.

    ``silence_s``: wall seconds without a frame or a ping after which the connection counts as dead.
    """

    source: str
    url: str
    greeting: Callable[[], Sequence[str]]
    headers: Callable[[], dict[str, str]] = dict
    silence_s: float = 30.0


class _PingAware(ClientConnection):
    """A connection that tells of every sign of life, pings included."""

    alive: Callable[[], None] = staticmethod(lambda: None)

    def process_event(self, event: Any) -> None:
        if isinstance(event, SocketFrame) and event.opcode in (Opcode.TEXT, Opcode.BINARY, Opcode.PING, Opcode.PONG):
            self.alive()
        super().process_event(event)


class SocketLoop:
    """Connects, and again and again; ``batches`` is its one consumer's view. ``now`` is the event clock."""

    def __init__(self, endpoint: Endpoint, *, now: Callable[[], Nanos], jitter: Random) -> None:
        self._endpoint, self._now, self._jitter = endpoint, now, jitter
        self._events: asyncio.Queue[SocketEvent | None] = asyncio.Queue(WAITING_EVENTS)
        self._connection: ClientConnection | None = None
        self._life: float | None = None

    @property
    def quiet_s(self) -> float | None:
        """Wall seconds since the last frame or ping; None while not connected."""
        if self._connection is None or self._life is None:
            return None
        return asyncio.get_running_loop().time() - self._life

    async def send(self, text: str) -> bool:
        """Send a frame; False if there is no connection to send it on (the next greeting must then cover it)."""
        connection = self._connection
        if connection is None:
            return False
        try:
            await connection.send(text)
        except WebSocketException:
            return False
        return True

    async def reconnect(self) -> None:
        """Close the connection, if there is one; the loop makes a new one."""
        if self._connection is not None:
            await self._connection.close()

    async def batches(self) -> AsyncIterator[list[SocketEvent]]:
        """Yield events in order, all that are waiting at a time; ends only when closed by its consumer."""
        task = asyncio.create_task(self._run())
        try:
            while (first := await self._events.get()) is not None:
                batch: list[SocketEvent] = [first]
                while not self._events.empty() and (event := self._events.get_nowait()) is not None:
                    batch.append(event)
                yield batch
            await task
        finally:
            task.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await task

    async def _run(self) -> None:
        failures = 0
        try:
            while True:
                frames = await self._once()
                failures = 0 if frames else failures + 1
                await asyncio.sleep(self._pause(failures))
        finally:
            with contextlib.suppress(asyncio.QueueFull):
                self._events.put_nowait(None)

    def _pause(self, failures: int) -> float:
        return min(LONGEST_PAUSE_S, FIRST_PAUSE_S * 2.0 ** min(failures, 10)) * self._jitter.uniform(0.5, 1.0)

    async def _once(self) -> int:
        """Run one connection to its end; return how many frames it gave."""
        frames = 0
        try:
            async with self._connect() as connection:
                await self._greet(connection)
                async for text in self._texts(connection):
                    await self._events.put(Received(text, self._now()))
                    frames += 1
        except TimeoutError:
            reason = f"silent for {self._endpoint.silence_s:.0f} s"
        except (OSError, WebSocketException, EOFError, ValueError) as fault:
            reason = f"{type(fault).__name__}: {fault}"[:200]
        finally:
            self._connection = None
        await self._events.put(Disconnected(reason, self._now()))
        return frames

    def _connect(self) -> connect:
        endpoint = self._endpoint
        return connect(
            endpoint.url,
            additional_headers=endpoint.headers(),
            create_connection=_PingAware,
            open_timeout=10,
            close_timeout=1,
            max_size=LARGEST_FRAME,
            compression=None,
            user_agent_header=None,
        )

    async def _greet(self, connection: ClientConnection) -> None:
        cast("_PingAware", connection).alive = self._mark_life
        self._mark_life()
        self._connection = connection  # before the greeting is made: what changes after that is sent by ``send``
        for text in self._endpoint.greeting():
            await connection.send(text)
        await self._events.put(Connected(self._now()))

    def _mark_life(self) -> None:
        self._life = asyncio.get_running_loop().time()

    async def _texts(self, connection: ClientConnection) -> AsyncIterator[str]:
        """Yield text frames; raises TimeoutError after too long a silence and ConnectionClosed at the end."""
        while True:
            try:
                async with asyncio.timeout(self._endpoint.silence_s):
                    frame = await connection.recv()
            except TimeoutError:
                if (self.quiet_s or 0.0) >= self._endpoint.silence_s:
                    raise
                continue
            yield frame if isinstance(frame, str) else frame.decode("utf-8", "replace")
