import asyncio

import pytest
from kafka.errors import KafkaTimeoutError

from kalshi_desk.adapters.kafka import inspect
from kalshi_desk.adapters.kafka.broker import Broker
from kalshi_desk.adapters.kafka.inspect import follow, group_lags, place_lags, records, sizes
from kalshi_desk.adapters.kafka.producer import Publisher
from kalshi_desk.adapters.kafka.topics import CRYPTO_INPUTS, FAIR_VALUES
from kalshi_desk.domain.inputs import SpotTrade
from kalshi_desk.errors import BrokerAway
from tests.domain.messages import INPUTS
from tests.kafka_broker import COINS

TRADE = next(message for message in INPUTS if isinstance(message, SpotTrade))
pytestmark = pytest.mark.embedded


@pytest.fixture(scope="module")
def filled(broker: Broker) -> Broker:
    async def fill() -> None:
        publisher = await Publisher(broker, COINS).start()
        for coin in ("BTC", "ETH", "BTC"):
            await publisher.publish(CRYPTO_INPUTS, coin, TRADE)
        await publisher.stop()

    asyncio.run(fill())
    return broker


def test_sizes_count_partitions_and_records(filled: Broker) -> None:
    partitions, count = sizes(filled, [CRYPTO_INPUTS])[CRYPTO_INPUTS.name]
    assert partitions == 2
    assert count >= 3


def test_records_come_in_time_and_offset_order(filled: Broker) -> None:
    found = list(records(filled, CRYPTO_INPUTS, from_ms=None, to_ms=None))
    assert [r.timestamp for r in found] == sorted(r.timestamp for r in found)
    assert [r.offset for r in found if r.partition == 0] == list(range(sum(r.partition == 0 for r in found)))
    last = found[-1].timestamp
    assert list(records(filled, CRYPTO_INPUTS, from_ms=last + 1, to_ms=None)) == []
    assert all(r.timestamp < last for r in records(filled, CRYPTO_INPUTS, from_ms=None, to_ms=last))


def test_following_from_a_time_gives_what_was_since(filled: Broker) -> None:
    flow = follow(filled, CRYPTO_INPUTS, from_ms=0)
    assert next(flow).topic == CRYPTO_INPUTS.name
    flow.close()


def test_a_reader_with_its_own_places_has_a_lag(filled: Broker) -> None:
    [lag] = place_lags(filled, "recorder", {(CRYPTO_INPUTS.name, 0): 1})
    assert lag.end - lag.next_offset >= 1
    assert place_lags(filled, "recorder", {}) == []
    assert all(lag.reader for lag in group_lags(filled))


def test_an_empty_topic_is_empty(filled: Broker) -> None:
    assert list(records(filled, FAIR_VALUES, from_ms=None, to_ms=None)) == []


def test_a_broker_that_is_away_is_one_line(monkeypatch) -> None:
    def refuse(**options):
        raise KafkaTimeoutError("cannot bootstrap")

    monkeypatch.setattr(inspect, "KafkaConsumer", refuse)
    monkeypatch.setattr(inspect, "KafkaAdminClient", refuse)
    for ask in (lambda: sizes(Broker("127.0.0.1:1"), [CRYPTO_INPUTS]), lambda: group_lags(Broker("127.0.0.1:1"))):
        with pytest.raises(BrokerAway, match="no answer from Kafka at"):
            ask()
