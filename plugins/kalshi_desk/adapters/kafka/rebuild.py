"""Rebuild a reducer's state from its own input, in the one hook that Faust awaits before an agent's first event."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

import faust
from aiokafka import TopicPartition

from kalshi_desk.adapters.kafka.broker import Broker
from kalshi_desk.adapters.kafka.reader import committed, reread


def moved(app: faust.App, topic: str, held: set[int]) -> tuple[set[int], set[int]]:
    """Return the partitions of a topic gained and lost in the rebalance just done, given those held before."""
    assigned = {tp.partition for tp in app.consumer.assignment() if tp.topic == topic}
    return assigned - held, held - assigned


async def reread_gained(
    app: faust.App, broker: Broker, gained: set[int], *, topic: str, horizon_ms: int, apply: Callable[[Any], None]
) -> int:
    """Apply the last ``horizon_ms`` before the committed offset of each partition gained; return how many records."""
    stops = await committed(broker, app.conf.id, [TopicPartition(topic, number) for number in sorted(gained)])
    return await reread(broker, stops, horizon_ms=horizon_ms, apply=apply)


async def within(limit_s: float, work: Awaitable[Any]) -> Any:
    """Await ``work`` in a rebalance hook; raises TimeoutError after ``limit_s``, RuntimeError if cancelled inside.

    Faust would take an inner CancelledError as its own: a worker that lives and consumes nothing.
    """
    try:
        async with asyncio.timeout(limit_s):
            return await work
    except asyncio.CancelledError:
        task = asyncio.current_task()
        if task is not None and task.cancelling():
            raise
        raise RuntimeError("the rebuild was cancelled from inside") from None
