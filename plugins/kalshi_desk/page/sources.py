"""Keeps the page's facts fresh: reads the tables every two seconds and follows the topics; both may be away."""

from __future__ import annotations

import asyncio
from typing import Any

import psycopg2
import structlog
from aiokafka.errors import KafkaError
from prometheus_client import Counter, Gauge

from kalshi_desk.adapters.kafka import topics
from kalshi_desk.adapters.kafka.tail import Tail
from kalshi_desk.adapters.kafka.topics import Topic
from kalshi_desk.adapters.postgres.clock_epochs import load_epochs
from kalshi_desk.clock import ScaledClock, SystemClock, wall_now
from kalshi_desk.domain.event_clock import ClockSegment
from kalshi_desk.domain.units import Nanos, seconds
from kalshi_desk.errors import DeskError
from kalshi_desk.page.facts import Facts
from kalshi_desk.page.live import LiveState
from kalshi_desk.page.tables import TableReader, Tables
from kalshi_desk.settings import Settings
from kalshi_desk.wiring import addresses

READ_EVERY_S, AGAIN_S, GATHER_MS = 2.0, 2.0, 250
PRICES = (topics.CRYPTO_INPUTS, topics.BOOKS, topics.LIFECYCLE, topics.FAIR_VALUES, topics.MARKS)
DECISIONS = (topics.SIGNALS, topics.REFUSALS, topics.CONTROL)
# definitions and whole books of the crypto series are repeated every 30 s of event time, those of others every 300 s
PRICES_BACK_S, DECISIONS_BACK_S = 35, 600
TWICE = (b'{"kind":"book_', b'{"kind":"market_defined', b'{"kind":"lifecycle', b'{"kind":"feed_alive')
RECORDS = Counter("desk_page_records", "Records that the page has read", ["topic"])
UNREADABLE = Counter("desk_page_unreadable", "Records that the page could not read", ["topic"])
READ_SECONDS = Gauge("desk_page_read_seconds", "How long the last reading of the tables took")
log = structlog.get_logger()


class Sources:
    """The page's sources; ``facts`` is its knowledge now."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._account = addresses.account(settings)
        self._coins = addresses.underlyings(settings)
        self._broker = addresses.broker(settings)
        self._url = addresses.database_url(settings)
        self._reader = TableReader(self._url, self._account, addresses.accounts(settings)[1:])
        self._decoders = {topic.name: topic.decoder() for topic in PRICES + DECISIONS}
        self._live = LiveState(self._account)
        self._clock: ScaledClock | SystemClock | None = SystemClock() if settings.desk_mode != "paper" else None
        self._segments: list[ClockSegment] = []
        self._further = tuple(settings.further_names)
        self._tables: Tables | None = None
        self._tables_fault: str | None = None
        self._topics_read = False
        self._topics_fault: str | None = "not connected yet"

    def facts(self) -> Facts:
        """Return what is known now."""
        return Facts(
            mode=self._settings.desk_mode, account=self._account, coins=self._coins, further=self._further,
            crypto_series=frozenset(self._settings.crypto_series), limits=self._settings.risk_limits, live=self._live,
            llm_daily_budget=self._settings.llm_daily_budget, scan_interval=self._settings.scan_interval,
            now=self._now(), speed=self._speed(), tables=self._tables, tables_fault=self._tables_fault,
            topics_read=self._topics_read, topics_fault=self._topics_fault,
        )  # fmt: skip

    async def read_tables(self) -> None:
        """Read the clock and the tables for ever."""
        while True:
            try:
                await asyncio.to_thread(self._read)
            except (psycopg2.Error, DeskError) as fault:
                self._tables_fault = str(fault).strip().partition("\n")[0][:200] or type(fault).__name__
                log.warning("tables.unread", fault=self._tables_fault)
            await asyncio.sleep(READ_EVERY_S)

    async def follow_topics(self) -> None:
        """Follow the topics for ever; what they said is forgotten whenever the connection is made anew."""
        while True:
            self._live = LiveState(self._account)
            try:
                await self._follow()
            except* (KafkaError, OSError) as faults:
                fault = faults.exceptions[0]
                self._topics_read, self._topics_fault = False, f"{type(fault).__name__}: {fault}"[:200]
                log.warning("topics.unread", fault=self._topics_fault)
            await asyncio.sleep(AGAIN_S)

    async def _follow(self) -> None:
        prices_back_s = PRICES_BACK_S / min(1.0, self._settings.speed)
        tails = [(self._tail(PRICES), prices_back_s), (self._tail(DECISIONS), DECISIONS_BACK_S)]
        async with asyncio.TaskGroup() as group:
            for tail, back_s in tails:
                group.create_task(tail.run((wall_now() - seconds(back_s)) // 10**6))
            for tail, _ in tails:
                await tail.caught_up.wait()
            self._topics_read, self._topics_fault = True, None

    def _tail(self, followed: tuple[Topic, ...]) -> Tail:
        counts = {topic: topics.partition_count(topic, self._coins) for topic in followed}
        return Tail(self._broker, counts, gather_ms=GATHER_MS, apply=self._apply)

    def _apply(self, record: Any) -> None:
        if record.value is None or (record.topic == topics.CRYPTO_INPUTS.name and record.value.startswith(TWICE)):
            return
        RECORDS.labels(record.topic).inc()
        try:
            self._live.apply(self._decoders[record.topic](record.value))
        except DeskError as fault:
            UNREADABLE.labels(record.topic).inc()
            log.warning("record.unreadable", topic=record.topic, offset=record.offset, fault=str(fault)[:200])

    def _read(self) -> None:
        if self._settings.desk_mode == "paper":
            self._segments = load_epochs(self._url, self._account)
            if self._segments:
                self._clock = self._extended()
        now = self._now()
        if now is None:
            self._tables_fault = f"no clock stored for {self._account} yet"
            return
        with READ_SECONDS.time():
            self._tables = self._reader.read(now)
        self._tables_fault = None

    def _extended(self) -> ScaledClock:
        if isinstance(self._clock, ScaledClock):
            self._clock.extend(self._segments)
            return self._clock
        return ScaledClock(self._segments)

    def _now(self) -> Nanos | None:
        return None if self._clock is None else self._clock.now()

    def _speed(self) -> float:
        """Return the event seconds per wall second of the segment that holds now."""
        wall = wall_now()
        return next((s.speed for s in reversed(self._segments) if s.from_wall <= wall), 1.0)
