"""Readers without a consumer group: whole compacted topics, tails, and the re-reading of a committed past."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Iterable
from contextlib import asynccontextmanager
from typing import Any

from aiokafka import AIOKafkaConsumer, TopicPartition
from aiokafka.admin import AIOKafkaAdminClient

from kalshi_desk.adapters.kafka.broker import Broker

POLL_MS = 200


@asynccontextmanager
async def open_reader(broker: Broker, **options: Any) -> AsyncIterator[AIOKafkaConsumer]:
    """Open a consumer without a group that starts at the earliest record."""
    consumer = AIOKafkaConsumer(**broker.options(), group_id=None, auto_offset_reset="earliest", **options)
    try:
        await consumer.start()
        await asyncio.sleep(0)  # else stop() of an unused group-less consumer raises CancelledError
        yield consumer
    finally:
        await consumer.stop()


def partitions(topic: str, count: int) -> list[TopicPartition]:
    """Return all partitions of a topic."""
    return [TopicPartition(topic, number) for number in range(count)]


async def load_compacted(broker: Broker, topic: str, count: int) -> dict[bytes, bytes]:
    """Return the latest value of each key of a compacted topic with ``count`` partitions."""
    latest: dict[bytes, bytes] = {}
    async with open_reader(broker) as consumer:
        whole = partitions(topic, count)
        consumer.assign(whole)
        end = await consumer.end_offsets(whole)
        while [tp for tp in whole if await consumer.position(tp) < end[tp]]:
            for records in (await consumer.getmany(timeout_ms=POLL_MS)).values():
                for record in records:
                    _keep(latest, record.key, record.value)
    return latest


def _keep(latest: dict[bytes, bytes], key: bytes, value: bytes | None) -> None:
    if value is None:
        latest.pop(key, None)
    else:
        latest[key] = value


async def follow(broker: Broker, topic: str, count: int, *, from_end: bool = False) -> AsyncIterator[Any]:
    """Yield the records of a topic from its start (or from its end) and on, for ever."""
    async with open_reader(broker) as consumer:
        whole = partitions(topic, count)
        consumer.assign(whole)
        if from_end:
            await consumer.seek_to_end(*whole)
        while True:
            for records in (await consumer.getmany(timeout_ms=POLL_MS)).values():
                for record in records:
                    yield record


async def committed(broker: Broker, group: str, wanted: Iterable[TopicPartition]) -> dict[TopicPartition, int]:
    """Return the committed offset of each wanted partition that the group has committed."""
    admin = AIOKafkaAdminClient(**broker.options())
    try:
        await admin.start()
        offsets = await admin.list_consumer_group_offsets(group)
    finally:
        await admin.close()
    return {tp: offsets[tp].offset for tp in wanted if tp in offsets and offsets[tp].offset >= 0}


async def reread(
    broker: Broker, stops: dict[TopicPartition, int], *, horizon_ms: int, apply: Callable[[Any], None]
) -> int:
    """Hand every record of the last ``horizon_ms`` before each committed offset to ``apply``; return how many.

    The horizon hangs on the timestamp of the last record handled, not on now: a long stop loses nothing.
    """
    async with open_reader(broker) as consumer:
        return sum([await _reread_one(consumer, tp, stops[tp], (horizon_ms, apply)) for tp in stops])


async def _reread_one(consumer: AIOKafkaConsumer, tp: TopicPartition, stop: int, how: tuple[int, Any]) -> int:
    horizon_ms, apply = how
    consumer.assign([tp])
    first = (await consumer.beginning_offsets([tp]))[tp]
    if stop <= first:
        return 0
    await _seek_back(consumer, tp, stop, horizon_ms)
    count = 0
    while await consumer.position(tp) < stop:
        for record in (await consumer.getmany(tp, timeout_ms=POLL_MS)).get(tp, []):
            if record.offset < stop:
                apply(record)
                count += 1
    return count


async def _seek_back(consumer: AIOKafkaConsumer, tp: TopicPartition, stop: int, horizon_ms: int) -> None:
    consumer.seek(tp, stop - 1)
    newest = (await consumer.getone(tp)).timestamp
    found = (await consumer.offsets_for_times({tp: max(0, newest - horizon_ms)}))[tp]
    if found is None:
        await consumer.seek_to_beginning(tp)
    else:
        consumer.seek(tp, found.offset)
