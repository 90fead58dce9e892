"""A reader without a group over several topics: compacted ones whole, others from a while ago, then on for ever."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping
from typing import Any

from aiokafka import AIOKafkaConsumer, TopicPartition

from kalshi_desk.adapters.kafka.broker import Broker
from kalshi_desk.adapters.kafka.reader import POLL_MS, open_reader, partitions
from kalshi_desk.adapters.kafka.topics import Topic

AT_ONCE = 1_000


class Tail:
    """Hands every record to ``apply``; ``caught_up`` is set once the ends that stood at the start are reached.

    ``since_ms`` is wall time (Unix milliseconds): where the topics that are not compacted begin. Once caught up it
    lets ``gather_ms`` pass between two looks: a request for each record costs reader and broker far more.
    """

    def __init__(
        self, broker: Broker, topics: Mapping[Topic, int], *, gather_ms: int, apply: Callable[[Any], None]
    ) -> None:
        self._broker, self._topics, self._gather_ms, self._apply = broker, topics, gather_ms, apply
        self.caught_up = asyncio.Event()

    async def run(self, since_ms: int) -> None:
        """Read for ever; raises what ``apply`` and the broker raise."""
        async with open_reader(self._broker) as consumer:
            wanted = [tp for topic, count in self._topics.items() for tp in partitions(topic.name, count)]
            consumer.assign(wanted)
            await self._seek(consumer, wanted, since_ms)
            ends = await consumer.end_offsets(wanted)
            while True:
                if not self.caught_up.is_set() and await _reached(consumer, ends):
                    self.caught_up.set()
                for records in (await consumer.getmany(timeout_ms=POLL_MS, max_records=AT_ONCE)).values():
                    for record in records:
                        self._apply(record)
                # without any sleep a long past would keep the loop from renewing a lease
                await asyncio.sleep(self._gather_ms / 1_000 if self.caught_up.is_set() else 0)

    async def _seek(self, consumer: AIOKafkaConsumer, wanted: list[TopicPartition], since_ms: int) -> None:
        whole = {topic.name for topic in self._topics if topic.compacted}
        recent = [tp for tp in wanted if tp.topic not in whole]
        found = await consumer.offsets_for_times(dict.fromkeys(recent, since_ms))
        for tp in wanted:
            if tp.topic in whole:
                await consumer.seek_to_beginning(tp)
            elif found.get(tp) is not None:
                consumer.seek(tp, found[tp].offset)
            else:
                await consumer.seek_to_end(tp)


async def _reached(consumer: AIOKafkaConsumer, ends: Mapping[TopicPartition, int]) -> bool:
    return all([await consumer.position(tp) >= end for tp, end in ends.items()])
