"""The one wrapper round every agent body: what becomes of a message that cannot be used.

A DeskError is a fault of the message: dead letter, go on. Anything else is a fault of ours: dead letter, then the
process ends without acknowledging, so that the message comes again. The third death on one record halts the desk
and goes on: one bad record never blocks a partition for ever.
"""

from __future__ import annotations

import asyncio
import json
import os
from collections.abc import Awaitable, Callable, Sequence
from pathlib import Path
from typing import Any

import structlog
from aiokafka.errors import KafkaError
from msgspec import UNSET, UnsetType

from kalshi_desk.adapters.kafka.producer import Publisher
from kalshi_desk.adapters.kafka.topics import ALERTS, CONTROL, DEAD_LETTERS
from kalshi_desk.domain.control import Alert, DeadLetter, Switch
from kalshi_desk.domain.units import Nanos
from kalshi_desk.errors import DeskError

DEATHS_ALLOWED = 3
PAYLOAD_KEPT = 400
EXIT_CODE = 70
WAITING_EVENTS = 2_000
log = structlog.get_logger()


class Deaths:
    """How often the process died on each record; a small file that outlives it."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def add(self, record: Any) -> int:
        """Count one more death on the record and return how many there were."""
        place = f"{record.topic}/{record.partition}/{record.offset}"
        counts = self._read()
        counts = {place: counts.get(place, 0) + 1}
        self._path.parent.mkdir(parents=True, exist_ok=True)
        scratch = self._path.with_suffix(".tmp")
        scratch.write_text(json.dumps(counts))
        scratch.replace(self._path)
        return counts[place]

    def _read(self) -> dict[str, int]:
        return json.loads(self._path.read_text()) if self._path.exists() else {}


class Guard:
    """Run agent bodies; ``now`` is the event clock, ``leave`` ends the process at once; it halts ``account``."""

    def __init__(
        self,
        app: str,
        publisher: Publisher,
        deaths: Deaths,
        *,
        now: Callable[[], Nanos],
        leave: Callable[[int], Any] = os._exit,
        account: str | UnsetType = UNSET,
    ) -> None:
        self._app, self._publisher, self._deaths, self._now, self._leave = app, publisher, deaths, now, leave
        self._account = account

    async def run(self, record: Any, body: Callable[[], Awaitable[None]]) -> None:
        """Run ``body`` for one record; returns when the record may be acknowledged."""
        try:
            await self._run(record, body)
        except Exception:  # Faust would acknowledge the record of an agent that raises
            log.exception("agent.unheard", topic=record.topic, partition=record.partition, offset=record.offset)
            self._leave(EXIT_CODE)

    async def _run(self, record: Any, body: Callable[[], Awaitable[None]]) -> None:
        try:
            await body()
        except DeskError as fault:
            await self.dead_letter(fault, record)
        except Exception as fault:
            log.exception("agent.died", topic=record.topic, partition=record.partition, offset=record.offset)
            await self._die(fault, record)

    async def dead_letter(self, fault: Exception, record: Any) -> None:
        """Publish the dead letter of a record and wait until the broker has it."""
        letter = DeadLetter(
            at=self._now(),
            app=self._app,
            source=record.topic,
            partition=record.partition,
            offset=record.offset,
            error=type(fault).__name__,
            text=str(fault)[:PAYLOAD_KEPT],
            payload=(record.value or b"")[:PAYLOAD_KEPT].decode("utf-8", "replace"),
        )
        await self._publisher.publish(DEAD_LETTERS, self._app, letter)

    async def bad_frame(self, fault: DeskError, source: str, text: str) -> None:
        """Publish the dead letter of a frame from outside, which has no place on a topic."""
        letter = DeadLetter(
            at=self._now(),
            app=self._app,
            source=source,
            partition=None,
            offset=None,
            error=type(fault).__name__,
            text=str(fault)[:PAYLOAD_KEPT],
            payload=text[:PAYLOAD_KEPT],
        )
        await self._publisher.publish(DEAD_LETTERS, self._app, letter)

    async def _die(self, fault: Exception, record: Any) -> None:
        deaths = self._deaths.add(record)
        await self.dead_letter(fault, record)
        if deaths < DEATHS_ALLOWED:
            self._leave(EXIT_CODE)
            return
        await self._halt(fault, record)

    async def _halt(self, fault: Exception, record: Any) -> None:
        place = f"{record.topic}/{record.partition}/{record.offset}"
        reason = f"{self._app} died {DEATHS_ALLOWED} times on {place}: {type(fault).__name__}"
        switch = Switch(
            at=self._now(), name="halt", scope="both", on=True, by=self._app, reason=reason, account=self._account
        )
        await self._publisher.publish(CONTROL, switch.key, switch)
        text = f"{reason}. The record was skipped; see dead_letters, then resume with a reason."
        alert = Alert(at=self._now(), app=self._app, severity="critical", subject="halted by a bad record", text=text)
        await self._publisher.publish(ALERTS, self._app, alert)


class Acknowledger:
    """Acknowledges events in their order, each once the broker has what it led to.

    So a message is never committed before its outputs are safe, and the next one need not wait for them. The order
    matters: Faust may commit over one message that is acknowledged later than its successor.
    """

    def __init__(self, *, leave: Callable[[int], Any] = os._exit) -> None:
        self._waiting: asyncio.Queue[tuple[Any, Sequence[asyncio.Future[Any]]]] = asyncio.Queue(WAITING_EVENTS)
        self._leave = leave

    async def put(self, event: Any, deliveries: Sequence[asyncio.Future[Any]]) -> None:
        """Queue an event; waits while too many are queued."""
        await self._waiting.put((event, deliveries))

    async def run(self) -> None:
        """Acknowledge for ever; an output that the broker does not take ends the process unacknowledged."""
        while True:
            event, deliveries = await self._waiting.get()
            try:
                for delivery in deliveries:
                    await delivery
            except KafkaError as fault:
                _undelivered(fault, self._leave)
            event.ack()


def must_arrive(delivery: asyncio.Future[Any]) -> None:
    """End the process at once should the broker not take a record: what starts anew tells it again.

    For records that follow from no event, so that nothing stays unacknowledged on their account.
    """
    delivery.add_done_callback(_see_arrived)


def _see_arrived(delivery: asyncio.Future[Any]) -> None:
    fault = None if delivery.cancelled() else delivery.exception()
    if fault is not None:
        _undelivered(fault, os._exit)


def _undelivered(fault: BaseException, leave: Callable[[int], Any]) -> None:
    log.error("output.undelivered", fault=f"{type(fault).__name__}: {fault}")
    leave(EXIT_CODE)
