"""Alerts find a person: what is on ``alerts.v1`` is sent on, and the silence of Airflow becomes one."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

import structlog
from aiokafka import AIOKafkaConsumer
from aiokafka.errors import KafkaError
from prometheus_client import Counter

from kalshi_desk.adapters.alerts.discord import DiscordWebhook
from kalshi_desk.adapters.kafka.batches import next_batch
from kalshi_desk.adapters.kafka.broker import Broker
from kalshi_desk.adapters.kafka.topics import ALERTS
from kalshi_desk.domain.control import Alert
from kalshi_desk.errors import DeskError, ParseError, SinkAway
from kalshi_desk.page.facts import Facts
from kalshi_desk.page.health import batch

GROUP, LARGEST, AGAIN_S, LOOK_EVERY_S = "alert_sender", 100, 5.0, 10.0
SENT = Counter("desk_page_alerts_sent", "Alerts handed to the webhook")
log = structlog.get_logger()


async def send_alerts(broker: Broker, webhook: DiscordWebhook) -> None:
    """Send every alert on, for ever or until the webhook is gone; what was sent is remembered by the broker."""
    while webhook.alive:
        try:
            async with AIOKafkaConsumer(
                ALERTS.name, **broker.options(), group_id=GROUP, enable_auto_commit=False, auto_offset_reset="earliest"
            ) as consumer:
                while webhook.alive:
                    await _send_batch(consumer, webhook)
        except (KafkaError, OSError, SinkAway) as fault:
            log.warning("alerts.waiting", fault=f"{type(fault).__name__}: {fault}"[:200])
            await asyncio.sleep(AGAIN_S)


async def _send_batch(consumer: AIOKafkaConsumer, webhook: DiscordWebhook) -> None:
    records = await next_batch(consumer, LARGEST)
    if not records:
        return
    alerts = [alert for record in records if (alert := _read(record)) is not None]
    await webhook.send(alerts)
    SENT.inc(len(alerts))
    await consumer.commit()


def _read(record: Any) -> Alert | None:
    try:
        alert: Alert = ALERTS.decoder()(record.value)
    except ParseError as fault:
        log.warning("alert.unreadable", offset=record.offset, fault=str(fault)[:200])
        return None
    return alert


async def watch_batch(facts: Callable[[], Facts], publish: Callable[[Alert], Awaitable[None]]) -> None:
    """Publish an alert when Airflow falls silent and when it is back, for ever."""
    silent = False
    while True:
        alert = turn(facts(), silent=silent)
        if alert is not None:
            try:
                await publish(alert)
                silent = not silent
            except DeskError as fault:
                log.warning("alert.unpublished", fault=str(fault)[:200])
        await asyncio.sleep(LOOK_EVERY_S)


def turn(facts: Facts, *, silent: bool) -> Alert | None:
    """Return the alert that a change asks for, given whether Airflow was called silent before."""
    found = batch(facts)
    if facts.now is None or facts.tables is None or bool(found) == silent:
        return None
    if found:
        text = f"{found[0].text} {found[0].remedy}"
        return Alert(at=facts.now, app="desk_page", severity="critical", subject="Airflow is silent", text=text)
    text = "Watch lists are being written again."
    return Alert(at=facts.now, app="desk_page", severity="info", subject="Airflow is back", text=text)
