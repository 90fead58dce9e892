"""The portfolio's parts for one process: marks, exit reviews and breakers over what the topics say."""

from __future__ import annotations

import asyncio
from asyncio import Future
from collections.abc import Iterable
from typing import Any

import msgspec
import structlog

from kalshi_desk.adapters.kafka import topics
from kalshi_desk.adapters.kafka.agent import must_arrive
from kalshi_desk.adapters.kafka.tail import Tail
from kalshi_desk.adapters.postgres.holdings import read_beginning, read_resumes, read_strategies
from kalshi_desk.clock import wall_now
from kalshi_desk.domain.control import Alert, Rung, Switch
from kalshi_desk.domain.decisions import Refusal, Signal
from kalshi_desk.domain.estimate import Estimate
from kalshi_desk.domain.inputs import BookChanged
from kalshi_desk.domain.ledger import Equity, Fill, Mark, Position
from kalshi_desk.domain.message import Message
from kalshi_desk.domain.risk import DAY_NS
from kalshi_desk.domain.units import Nanos
from kalshi_desk.errors import DeskError
from kalshi_desk.steps import exit_review, mark
from kalshi_desk.wiring.gate import by_scope, gate_params, lost_before_resume
from kalshi_desk.wiring.streams import StreamProcess

HORIZON_S, GATHER_MS = 600, 50
WATCHED = (
    topics.POSITIONS, topics.CONTROL, topics.LIFECYCLE, topics.FAIR_VALUES, topics.ESTIMATES, topics.ORDER_EVENTS,
)  # fmt: skip
log = structlog.get_logger()


class Holdings:
    """One account's positions and what they are worth; its methods run on one event loop.

    ``open`` loads all but the books; nothing is marked before whoever reads those says ``opened``: what is held would
    count at its cost, and a breaker take yesterday's gain for a loss.
    """

    def __init__(self, process: StreamProcess) -> None:
        self.process, self.params = process, gate_params(process.settings)
        self.reviews, self.opened = exit_review.ReviewState(), False
        counts = {topic: topics.partition_count(topic, process.underlyings) for topic in WATCHED}
        self.tail = Tail(process.broker, counts, gather_ms=GATHER_MS, apply=self.see)
        self._decoders = {topic.name: topic.decoder() for topic in (*WATCHED, topics.BOOKS)}
        self._publishing: set[asyncio.Task[None]] = set()

    async def open(self) -> None:
        """Read where the day began, then positions, switches, markets and fair values as they stand."""
        midnight = Nanos(self.process.now() // DAY_NS * DAY_NS)
        begun = await asyncio.to_thread(read_beginning, self.process.database_url, self.process.account, midnight)
        start = by_scope(begun.pnl, self.params)
        self.state = mark.MarkState(
            begun.opening, paid_in=begun.paid_in, peak=begun.peak, day_start=start, midnight=midnight
        )
        url, params = self.process.database_url, self.params
        since = midnight if begun.told_at is None else min(midnight, begun.told_at)
        resumes = await asyncio.to_thread(read_resumes, url, self.process.account, since)
        self.state.resumed_at = max((at for at, _ in resumes), default=Nanos(0))
        self.reviews.view = self.state.view
        self.tailing = asyncio.create_task(self.tail.run((wall_now() - HORIZON_S * 10**9) // 10**6))
        await asyncio.wait(
            (self.tailing, asyncio.create_task(self.tail.caught_up.wait())), return_when="FIRST_COMPLETED"
        )
        if self.tailing.done():
            await self.tailing
        self.reviews.strategies |= await asyncio.to_thread(read_strategies, url, self.process.account)
        now, switches = self.process.now(), dict(self.state.switches)
        lost = await asyncio.to_thread(lost_before_resume, url, switches, resumes, now=now, params=params)
        self.state.losses.count_from(lost, at=now)
        if begun.told_at is not None and any(scope == "both" and at > begun.told_at for at, scope in resumes):
            self.state.losses.peak = None  # nobody was here to hear that it falls to the equity of then

    def see(self, record: Any) -> None:
        """Take note of a watched record; what cannot be read is passed over and logged."""
        try:
            found = self._observe(self._decoders[record.topic](record.value))
        except DeskError as fault:
            log.warning("input.passed_over", topic=record.topic, offset=record.offset, fault=str(fault)[:200])
            return
        if self.opened and found:
            task = asyncio.create_task(self._tell(found))
            self._publishing.add(task)
            task.add_done_callback(self._publishing.discard)

    def remember(self, record: Any) -> None:
        """Take note of a book record of the past, for the state alone."""
        try:
            mark.remember(self.state, self._decoders[record.topic](record.value))
        except DeskError as fault:
            log.debug("rebuild.passed_over", offset=record.offset, fault=str(fault)[:200])

    async def take(self, record: Any) -> list[Future[Any]]:
        """Take a book record into account and publish what follows; return the promises of delivery."""
        message = self._decoders[record.topic](record.value)
        found: list[Message] = list(self._observe(message))
        if isinstance(message, BookChanged):
            found += exit_review.review(self.reviews, message.ticker, now=self.process.now(), params=self.params)
        return await self._publish(found)

    async def tick(self) -> None:
        """Mark everything at the event time of now, and review what was not reviewed for a minute.

        What follows and does not arrive ends the process: its breakers find it again.
        """
        if self.tailing.done():
            await self.tailing
        now = self.process.now()
        found: list[Message] = list(mark.mark_now(self.state, now=now, params=self.params))
        found += exit_review.review_due(self.reviews, now=now, params=self.params)
        await self._tell(found)

    def details(self) -> dict[str, Any]:
        """Return what the heartbeat tells."""
        return {"positions": len(self.reviews.positions)}

    def _observe(self, message: Message) -> list[Mark | Equity | Switch]:
        if not self._concerns(message):
            return []
        if isinstance(message, (Position, Fill, Switch)):
            exit_review.observe(self.reviews, message)
        if self.opened:
            return mark.observe(self.state, message, params=self.params)
        mark.remember(self.state, message)
        return []

    def _concerns(self, message: Message) -> bool:
        if isinstance(message, Switch):
            return message.meant_for(self.process.account)
        own = self.process.desk_account if isinstance(message, (Estimate, Rung)) else self.process.account
        return getattr(message, "account", own) == own

    async def _tell(self, found: Iterable[Message]) -> None:
        for delivery in await self._publish(found):
            must_arrive(delivery)

    async def _publish(self, found: Iterable[Message]) -> list[Future[Any]]:
        return [await self._send(message) for message in found]

    async def _send(self, message: Message) -> Future[Any]:
        send, account = self.process.publisher.send, self.process.account
        if isinstance(message, Switch):
            log.warning("breaker.tripped", scope=message.scope, reason=message.reason)
            message = msgspec.structs.replace(message, account=self.process.told)
            return await send(topics.CONTROL, message.key, message)
        if isinstance(message, Refusal):
            await self._tell_unsold(message)
            told = msgspec.structs.replace(message, account=self.process.told)
            return await send(topics.REFUSALS, message.ticker, told)
        return await send(topics.SIGNALS if isinstance(message, Signal) else topics.MARKS, account, message)

    async def _tell_unsold(self, why: Refusal) -> None:
        text = f"{why.ticker}: {why.reason} {why.value}, threshold {why.threshold}. It is tried again until resume."
        subject = "flatten cannot sell a position now"
        alert = Alert(at=why.at, app=self.process.name, severity="warning", subject=subject, text=text)
        await self.process.publisher.send(topics.ALERTS, self.process.name, alert)
