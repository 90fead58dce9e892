"""End a worker that lives and takes nothing: records wait before it, and its committed place has stood still for long.

It asks the broker on a connection of its own, since the worker's may be what fails. The supervisor starts the process
anew, which reads on from the committed place.
"""

from __future__ import annotations

import asyncio
import os
from collections.abc import Callable, Mapping
from typing import Any

import faust
import structlog
from aiokafka import TopicPartition
from aiokafka.errors import KafkaError

from kalshi_desk.adapters.kafka.agent import EXIT_CODE
from kalshi_desk.adapters.kafka.broker import Broker
from kalshi_desk.adapters.kafka.reader import committed, open_reader

LOOK_S, ANSWER_S, LOOKS_ALLOWED = 3.0, 3.0, 5
log = structlog.get_logger()
Places = Mapping[TopicPartition, tuple[int, int]]


class Standstill:
    """Counts looks, not seconds, so that a process that was frozen itself is not taken for one that stands still."""

    def __init__(self) -> None:
        self._seen: dict[TopicPartition, tuple[int, int]] = {}

    def looks(self, places: Places) -> int:
        """Return for how many looks in a row a partition stood still; ``places`` are committed place and end."""
        before, self._seen = self._seen, {}
        for tp, (place, end) in places.items():
            last, count = before.get(tp, (place, -1))
            if place < end:
                self._seen[tp] = (place, count + 1 if place == last else 0)
        return max((count for _, count in self._seen.values()), default=0)


async def watch(
    app: faust.App,
    broker: Broker,
    ready: Callable[[], bool],
    *,
    every_s: float = LOOK_S,
    leave: Callable[[int], Any] = os._exit,
) -> None:
    """Look for ever at where the app's group stands in what the app was ever assigned, while it is ``ready``.

    A worker that cannot join its group again has no assignment, and is the one to be found.
    """
    still, mine = Standstill(), set[TopicPartition]()
    while True:
        await asyncio.sleep(every_s)
        mine.update(TopicPartition(tp.topic, tp.partition) for tp in app.consumer.assignment())
        places = await _places(app.conf.id, broker, mine) if ready() else {}
        if still.looks(places) >= LOOKS_ALLOWED:
            log.error("worker.stands_still", places={f"{tp.topic}/{tp.partition}": at for tp, at in places.items()})
            leave(EXIT_CODE)


async def _places(group: str, broker: Broker, mine: set[TopicPartition]) -> Places:
    """Return the committed place and the end of each partition; nothing where the broker does not answer.

    Where nothing is committed, or what was is no longer kept, the place is the oldest record's.
    """
    try:
        async with asyncio.timeout(ANSWER_S), open_reader(broker) as reader:
            at = await committed(broker, group, mine)
            oldest, ends = await reader.beginning_offsets(mine), await reader.end_offsets(mine)
    except (KafkaError, TimeoutError):
        return {}
    return {tp: (max(at.get(tp, 0), oldest[tp]), end) for tp, end in ends.items()}
