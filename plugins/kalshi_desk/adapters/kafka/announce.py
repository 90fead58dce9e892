"""Publish one message from a command line and wait until the broker has it."""

from __future__ import annotations

from kalshi_desk.adapters.kafka.broker import Broker
from kalshi_desk.adapters.kafka.reach import require_broker
from kalshi_desk.adapters.kafka.topics import Topic, partition_of
from kalshi_desk.domain.message import Message, encode
from kalshi_desk.errors import DeskError

WAIT_S = 10


def announce(broker: Broker, topic: Topic, key: str, message: Message) -> None:
    """Publish ``message`` on a topic whose partitions do not depend on the settings; raises DeskError."""
    from kafka import KafkaProducer  # slow to import
    from kafka.errors import KafkaError

    require_broker(broker)
    try:
        producer = KafkaProducer(**broker.options(), acks="all", max_block_ms=WAIT_S * 1_000)
    except KafkaError as fault:
        raise DeskError(f"no Kafka at {broker.bootstrap}: {fault}") from None
    try:
        sent = producer.send(topic.name, encode(message), key=key.encode(), partition=partition_of(topic, key, ()))
        sent.get(timeout=WAIT_S)
    except KafkaError as fault:
        raise DeskError(f"Kafka at {broker.bootstrap} did not take the message: {fault}") from None
    finally:
        producer.close(timeout=WAIT_S)
