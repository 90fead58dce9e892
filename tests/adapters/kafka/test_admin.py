import pytest

from kalshi_desk.adapters.kafka.admin import create_topics, new_topic
from kalshi_desk.adapters.kafka.broker import Broker
from kalshi_desk.adapters.kafka.inspect import sizes
from kalshi_desk.adapters.kafka.topics import CONTROL, CRYPTO_INPUTS, SIGNALS, TOPICS
from tests.kafka_broker import COINS


def test_partitions_and_retention_come_from_the_list() -> None:
    inputs, signals, control = (new_topic(topic, COINS, 1) for topic in (CRYPTO_INPUTS, SIGNALS, CONTROL))
    assert (inputs.num_partitions, signals.num_partitions) == (2, 1)
    assert inputs.topic_configs == {"cleanup.policy": "delete", "retention.ms": "21600000"}
    assert control.topic_configs["cleanup.policy"] == "compact"


@pytest.mark.embedded
def test_creating_again_creates_nothing(broker: Broker) -> None:
    assert create_topics(broker, COINS) == []
    assert sizes(broker, list(TOPICS.values())).keys() == TOPICS.keys()
