"""What every stream process needs: Faust app, publisher, event clock, guard and signs of life."""

from __future__ import annotations

import asyncio
import itertools
import socket
from collections.abc import Callable
from typing import Any

import faust
import psycopg2
import structlog
from msgspec import UNSET, UnsetType
from prometheus_client import start_http_server

from kalshi_desk.adapters.kafka.agent import Deaths, Guard
from kalshi_desk.adapters.kafka.faust_app import faust_app
from kalshi_desk.adapters.kafka.producer import HOT_LINGER_MS, LINGER_MS, Publisher
from kalshi_desk.adapters.kafka.watchdog import watch
from kalshi_desk.adapters.postgres.clock_epochs import read_segments
from kalshi_desk.adapters.postgres.connection import Connection, connect
from kalshi_desk.adapters.postgres.heartbeats import beat
from kalshi_desk.clock import ScaledClock, SystemClock
from kalshi_desk.domain.units import Nanos
from kalshi_desk.errors import LedgerError
from kalshi_desk.settings import Settings
from kalshi_desk.wiring import addresses
from kalshi_desk.wiring.logs import configure_logs

CLOCK_S, BEAT_EVERY = 1.0, 2
log = structlog.get_logger()


class StreamProcess:
    """One process of the streams: ``start`` before anything else, safe to repeat; ``live`` is its background task.

    ``details`` is asked for the heartbeat's facts (lag, counts); ``state`` is what the heartbeat says; ``told`` is the
    account that its switches and refusals name, where the desk has several and the process is of one.
    """

    def __init__(self, settings: Settings, name: str, *, hot: bool = False) -> None:
        self.settings, self.name = settings, addresses.process_name(settings, name)
        self.account, self.desk_account = addresses.account(settings), addresses.desk_account(settings)
        self.allotment = addresses.allotment(settings)
        several = self.allotment is not None and name in addresses.OF_AN_ACCOUNT
        self.told: str | UnsetType = self.account if several else UNSET
        self.underlyings = addresses.underlyings(settings)
        self.broker = addresses.broker(settings)
        self.database_url = addresses.database_url(settings)
        self.publisher = Publisher(self.broker, self.underlyings, linger_ms=HOT_LINGER_MS if hot else LINGER_MS)
        deaths = Deaths(settings.desk_home / "deaths" / f"{self.name}.json")
        self.guard = Guard(self.name, self.publisher, deaths, now=self.now, account=self.told)
        self.details: Callable[[], dict[str, Any]] = dict
        self.state = "starting"
        self._clock: ScaledClock | SystemClock | None = None
        self._starting = asyncio.Lock()
        self._database: Connection | None = None
        configure_logs(settings.log_level)

    def now(self) -> Nanos:
        """Return the event time; raises LedgerError before ``start``."""
        if self._clock is None:
            raise LedgerError(f"{self.name} has no event clock yet")
        return self._clock.now()

    async def start(self) -> None:
        """Connect the publisher, open the metrics, read the clock; waits for a database that is away.

        Raises KafkaConnectionError, and LedgerError where no clock is stored for the account.
        """
        async with self._starting:
            if self._clock is not None:
                return
            await self.publisher.start()
            start_http_server(addresses.metrics_port(self.settings, self.name), self.settings.listen_host)
            while not await self._try(None):
                await asyncio.sleep(CLOCK_S)

    async def stop(self) -> None:
        """Send what is waiting and close the connections."""
        self.state = "stopping"
        await self.publisher.stop()
        if self._database is not None:
            self._database.close()

    async def live(self) -> None:
        """Re-read the clock each second and beat each other one, for ever; a database that is away is tried again."""
        await self.start()
        for turn in itertools.count():
            await self._try(self.details() if turn % BEAT_EVERY == 0 else None)
            await asyncio.sleep(CLOCK_S)

    async def _try(self, details: dict[str, Any] | None) -> bool:
        try:
            await asyncio.to_thread(self._tell, details)
        except psycopg2.Error as fault:
            log.warning("database.away", process=self.name, fault=str(fault).strip())
            self._database = None
            return False
        return True

    def _tell(self, details: dict[str, Any] | None) -> None:
        self._read_clock()
        if details is not None:
            beat(self._connected(), self.name, self.state, details)

    def _connected(self) -> Connection:
        if self._database is None:
            self._database = connect(self.database_url, self.name)
        return self._database

    def _read_clock(self) -> None:
        if self.settings.desk_mode != "paper":
            self._clock = self._clock or SystemClock()
            return
        segments = read_segments(self._connected(), self.account)
        if not segments:
            raise LedgerError(f"no clock stored for {self.account}")
        if isinstance(self._clock, ScaledClock):
            self._clock.extend(segments)
        else:
            self._clock = ScaledClock(segments)


def stream_app(process: StreamProcess, *, producer_only: bool = False) -> faust.App:
    """Return the Faust app of a process, with its background tasks and its orderly end."""
    app = faust_app(
        process.name,
        process.broker,
        worker=f"{socket.gethostname()}-{process.settings.listen_host}",  # a standby here has another address
        producer_only=producer_only,
    )
    app.task(process.live)
    if not producer_only:

        @app.task  # type: ignore[untyped-decorator]
        async def look() -> None:
            await watch(app, process.broker, lambda: process.state == "ready")

    @app.on_before_shutdown.connect
    async def leave(*_: Any, **__: Any) -> None:
        await process.stop()

    return app
