import typing
import zlib

import pytest

from kalshi_desk.adapters.kafka import topics
from kalshi_desk.adapters.kafka.topics import TOPICS, partition_count, partition_of
from kalshi_desk.domain.inputs import TradingStatus
from kalshi_desk.domain.message import Message
from kalshi_desk.errors import ParseError
from tests.domain.messages import CONTROL, DECISIONS, DEFINED, ESTIMATES, INPUTS, LEDGER

UNDERLYINGS = ("BTC", "ETH")
GOLDEN = [*INPUTS.items(), DEFINED, *DECISIONS.items(), *ESTIMATES.items(), *LEDGER.items(), *CONTROL.items()]


def kinds(topic):
    return typing.get_args(topic.value) or (topic.value,)


@pytest.mark.parametrize("topic", TOPICS.values(), ids=lambda topic: topic.name)
def test_a_topic_reads_every_kind_that_it_carries(topic):
    carried = [(message, text) for message, text in GOLDEN if type(message) in kinds(topic)]
    assert {type(message) for message, _ in carried} == set(kinds(topic))
    assert all(topic.decoder()(text) == message for message, text in carried)


@pytest.mark.parametrize("topic", TOPICS.values(), ids=lambda topic: topic.name)
def test_a_topic_refuses_every_other_kind(topic):
    for message, text in GOLDEN:
        if type(message) not in kinds(topic):
            with pytest.raises(ParseError, match=topic.name):
                topic.decoder()(text)


def test_every_kind_has_a_topic():
    carried = {kind for topic in TOPICS.values() for kind in kinds(topic)}
    asked = {TradingStatus}  # of the venue, by the door alone
    assert {type(message) for message, _ in GOLDEN} - asked <= carried
    assert all(issubclass(kind, Message) for kind in carried)


def test_names_are_versioned_and_each_topic_is_listed():
    listed = {topic.name for topic in vars(topics).values() if isinstance(topic, topics.Topic)}
    assert listed == set(TOPICS)
    assert all(name.endswith(".v1") for name in TOPICS)


def test_state_is_compacted_and_events_expire():
    compacted = {name for name, topic in TOPICS.items() if topic.compacted}
    assert compacted == {"positions.v1", "watchlist.v1", "desk.control.v1", "estimates.v1"}


def test_crypto_inputs_have_a_partition_for_each_underlying():
    assert partition_count(topics.CRYPTO_INPUTS, UNDERLYINGS) == 2
    assert [partition_of(topics.CRYPTO_INPUTS, coin, UNDERLYINGS) for coin in UNDERLYINGS] == [0, 1]
    with pytest.raises(ValueError, match="in tuple"):
        partition_of(topics.CRYPTO_INPUTS, "DOGE", UNDERLYINGS)


def test_other_keys_are_spread_the_same_way_in_every_process():
    assert partition_count(topics.BOOKS, UNDERLYINGS) == 4
    assert partition_of(topics.BOOKS, "123456789", UNDERLYINGS) == 0xCBF43926 % 4
    assert partition_of(topics.SIGNALS, "any", UNDERLYINGS) == 0
    places = {partition_of(topics.BOOKS, f"T{n}", UNDERLYINGS) for n in range(50)}
    assert places == {0, 1, 2, 3}
    assert zlib.crc32(b"123456789") == 0xCBF43926
