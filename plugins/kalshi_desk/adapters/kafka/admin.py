"""Create the topics; what exists already stays as it is."""

from __future__ import annotations

from kafka import KafkaAdminClient
from kafka.admin import NewTopic

from kalshi_desk.adapters.kafka.broker import Broker
from kalshi_desk.adapters.kafka.topics import TOPICS, Topic, partition_count

COMPACTION_LAG_MS = 60_000


def create_topics(broker: Broker, underlyings: tuple[str, ...]) -> list[str]:
    """Create every missing topic of the list and return the names of those created. Safe to repeat."""
    admin = KafkaAdminClient(**broker.options())
    try:
        present = set(admin.list_topics())
        missing = [topic for topic in TOPICS.values() if topic.name not in present]
        if missing:
            admin.create_topics([new_topic(topic, underlyings, broker.replication) for topic in missing])
        return [topic.name for topic in missing]
    finally:
        admin.close()


def new_topic(topic: Topic, underlyings: tuple[str, ...], replication: int) -> NewTopic:
    """Return the creation request of one topic."""
    return NewTopic(topic.name, partition_count(topic, underlyings), replication, topic_configs=_configs(topic))


def _configs(topic: Topic) -> dict[str, str]:
    if topic.keep_ms is None:
        return {"cleanup.policy": "compact", "max.compaction.lag.ms": str(COMPACTION_LAG_MS)}
    return {"cleanup.policy": "delete", "retention.ms": str(topic.keep_ms)}
