"""Batches of records for a reader that keeps its own place."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from aiokafka import AIOKafkaConsumer, TopicPartition


def assign_from(consumer: AIOKafkaConsumer, wanted: Sequence[TopicPartition], places: Mapping[Any, int]) -> None:
    """Assign the partitions, each at its place if it has one, else (or if that is gone) at the earliest record."""
    consumer.assign(wanted)
    for tp in wanted:
        if (offset := places.get(tuple(tp))) is not None:
            consumer.seek(tp, offset)


async def next_batch(consumer: AIOKafkaConsumer, largest: int) -> list[Any]:
    """Return the records waiting, at most ``largest``, in order within each partition; empty after a short wait."""
    found = await consumer.getmany(timeout_ms=250, max_records=largest)
    return [record for records in found.values() for record in records]


def lag_of(consumer: AIOKafkaConsumer, places: Mapping[TopicPartition, int]) -> int:
    """Return how many records the reader is behind, as far as the last fetches told."""
    return sum(max(0, (consumer.highwater(tp) or 0) - place) for tp, place in places.items())
