"""Look into topics from the command line: sizes, lags, records in order. Uses kafka-python, without a group."""

from __future__ import annotations

import heapq
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from typing import Any

from kafka import KafkaAdminClient, KafkaConsumer, TopicPartition
from kafka.errors import KafkaError

from kalshi_desk.adapters.kafka.broker import Broker
from kalshi_desk.adapters.kafka.topics import Topic
from kalshi_desk.errors import BrokerAway

WAIT_MS, CONNECT_MS = 500, 5_000


@dataclass(frozen=True)
class Lag:
    """How far one reader is in one partition."""

    reader: str
    topic: str
    partition: int
    next_offset: int
    end: int


def sizes(broker: Broker, topics: list[Topic]) -> dict[str, tuple[int, int]]:
    """Return for each topic that exists how many partitions it has and how many records they hold."""
    with closing(_consumer(broker)) as consumer:
        found = {}
        for topic in topics:
            places = [TopicPartition(topic.name, number) for number in consumer.partitions_for_topic(topic.name) or ()]
            if places:
                first, last = consumer.beginning_offsets(places), consumer.end_offsets(places)
                found[topic.name] = len(places), sum(last[tp] - first[tp] for tp in places)
        return found


def group_lags(broker: Broker) -> list[Lag]:
    """Return how far each consumer group has committed."""
    with closing(_admin(broker)) as admin, closing(_consumer(broker)) as consumer:
        groups = sorted(group["group_id"] for group in admin.list_groups())
        return [lag for group in groups for lag in _lags(consumer, group, admin.list_group_offsets(group)[group])]


def place_lags(broker: Broker, reader: str, places: dict[tuple[str, int], int]) -> list[Lag]:
    """Return how far a reader is that keeps its own places."""
    with closing(_consumer(broker)) as consumer:
        wanted = [TopicPartition(*place) for place in places]
        ends = consumer.end_offsets(wanted) if wanted else {}
        return [Lag(reader, tp.topic, tp.partition, places[tp.topic, tp.partition], ends[tp]) for tp in sorted(wanted)]


def _lags(consumer: KafkaConsumer, group: str, offsets: dict[Any, Any]) -> list[Lag]:
    ends = consumer.end_offsets(list(offsets)) if offsets else {}
    return [Lag(group, tp.topic, tp.partition, offsets[tp].offset, ends[tp]) for tp in sorted(offsets)]


def records(broker: Broker, topic: Topic, *, from_ms: int | None, to_ms: int | None) -> Iterator[Any]:
    """Yield what the topic holds now, merged by record time; in offset order within a partition.

    ``from_ms`` and ``to_ms`` are record times (wall clock, Unix milliseconds), the latter exclusive.
    """
    with closing(_consumer(broker)) as consumer:
        count = len(consumer.partitions_for_topic(topic.name) or ())
    parts = [_partition(broker, TopicPartition(topic.name, n), from_ms, to_ms) for n in range(count)]
    return heapq.merge(*parts, key=lambda record: record.timestamp)


def _partition(broker: Broker, tp: TopicPartition, from_ms: int | None, to_ms: int | None) -> Iterator[Any]:
    with closing(_consumer(broker)) as consumer:
        consumer.assign([tp])
        _seek(consumer, tp, from_ms)
        end = consumer.end_offsets([tp])[tp]
        while consumer.position(tp) < end:
            for record in consumer.poll(WAIT_MS).get(tp, []):
                if record.offset < end and (to_ms is None or record.timestamp < to_ms):
                    yield record


def follow(broker: Broker, topic: Topic, *, from_ms: int | None) -> Iterator[Any]:
    """Yield records for ever: those from ``from_ms`` on, or only new ones."""
    with closing(_consumer(broker)) as consumer:
        places = [TopicPartition(topic.name, number) for number in consumer.partitions_for_topic(topic.name) or ()]
        consumer.assign(places)
        for tp in places:
            if from_ms is None:
                consumer.seek_to_end(tp)
            else:
                _seek(consumer, tp, from_ms)
        while True:
            for found in consumer.poll(WAIT_MS).values():
                yield from found


def _seek(consumer: KafkaConsumer, tp: TopicPartition, from_ms: int | None) -> None:
    found = None if from_ms is None else consumer.offsets_for_times({tp: from_ms})[tp]
    if from_ms is None:
        consumer.seek_to_beginning(tp)
    elif found is None:
        consumer.seek_to_end(tp)
    else:
        consumer.seek(tp, found.offset)


def _consumer(broker: Broker) -> KafkaConsumer:
    try:
        return KafkaConsumer(
            **broker.options(), group_id=None, auto_offset_reset="earliest", bootstrap_timeout_ms=CONNECT_MS
        )
    except (KafkaError, ValueError) as fault:
        raise BrokerAway(f"no answer from Kafka at {broker.bootstrap}: {fault}") from None


def _admin(broker: Broker) -> KafkaAdminClient:
    try:
        return KafkaAdminClient(**broker.options(), bootstrap_timeout_ms=CONNECT_MS)
    except (KafkaError, ValueError) as fault:
        raise BrokerAway(f"no answer from Kafka at {broker.bootstrap}: {fault}") from None
