"""Publish messages: the one place where a record gets its partition, key and bytes.

Record timestamps are the broker's business (wall clock); event time travels inside the value.
"""

from __future__ import annotations

import asyncio
from typing import Any, Self

from aiokafka import AIOKafkaProducer

from kalshi_desk.adapters.kafka.broker import Broker
from kalshi_desk.adapters.kafka.topics import Topic, partition_count, partition_of
from kalshi_desk.domain.message import Message, encode

HOT_LINGER_MS = 5
LINGER_MS = 20


class Publisher:
    """An aiokafka producer that speaks in topics and messages.

    ``publish`` waits until the broker has the record; ``send`` only hands it over and returns the promise of that, so
    that many records share one request. Records of one partition keep their order either way.
    """

    def __init__(self, broker: Broker, underlyings: tuple[str, ...], *, linger_ms: int = LINGER_MS) -> None:
        self._broker, self._underlyings, self._linger_ms = broker, underlyings, linger_ms
        self._producer: AIOKafkaProducer | None = None

    async def start(self) -> Self:
        """Connect; raises KafkaConnectionError."""
        self._producer = AIOKafkaProducer(
            **self._broker.options(), acks=self._broker.acks, linger_ms=self._linger_ms, request_timeout_ms=20_000
        )
        await self._producer.start()
        return self

    async def stop(self) -> None:
        """Send what is waiting and disconnect."""
        if self._producer is not None:
            await self._producer.stop()

    async def send(self, topic: Topic, key: str, message: Message | None) -> asyncio.Future[Any]:
        """Hand one record over and return the future of its delivery; None is a tombstone."""
        if self._producer is None:
            raise RuntimeError("the publisher is not started")
        delivery: asyncio.Future[Any] = await self._producer.send(
            topic.name,
            key=key.encode(),
            value=None if message is None else encode(message),
            partition=partition_of(topic, key, self._underlyings),
        )
        return delivery

    async def send_everywhere(self, topic: Topic, key: str, message: Message) -> list[asyncio.Future[Any]]:
        """Hand a message that concerns every key to each partition of the topic."""
        if self._producer is None:
            raise RuntimeError("the publisher is not started")
        record = {"key": key.encode(), "value": encode(message)}
        count = partition_count(topic, self._underlyings)
        return [await self._producer.send(topic.name, partition=number, **record) for number in range(count)]

    async def publish(self, topic: Topic, key: str, message: Message | None) -> None:
        """Publish one record and wait until the broker has it."""
        await (await self.send(topic, key, message))

    async def flush(self) -> None:
        """Wait until the broker has everything handed over so far."""
        if self._producer is not None:
            await self._producer.flush()
