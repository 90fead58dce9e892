import asyncio

import pytest
from aiokafka import AIOKafkaConsumer, TopicPartition

from kalshi_desk.adapters.kafka.broker import Broker
from kalshi_desk.adapters.kafka.producer import Publisher
from kalshi_desk.adapters.kafka.reader import committed, follow, load_compacted, partitions, reread
from kalshi_desk.adapters.kafka.topics import CONTROL, ORDERS
from kalshi_desk.domain.control import Switch
from tests.domain.messages import AT
from tests.kafka_broker import COINS

pytestmark = pytest.mark.embedded


def switch(reason):
    return Switch(at=AT, name="drill", scope="both", on=True, by="test", reason=reason)


async def test_the_latest_value_of_each_key_without_tombstones(broker: Broker) -> None:
    publisher = await Publisher(broker, COINS).start()
    for key, message in (("a", switch("1")), ("b", switch("1")), ("a", switch("2")), ("b", None)):
        await publisher.publish(CONTROL, key, message)
    latest = await load_compacted(broker, CONTROL.name, 1)
    await publisher.stop()
    assert b"b" not in latest
    assert CONTROL.decoder()(latest[b"a"]).reason == "2"


async def test_following_from_the_end_sees_only_what_comes(broker: Broker) -> None:
    publisher = await Publisher(broker, COINS).start()
    await publisher.publish(CONTROL, "old", switch("old"))
    seen = []

    async def look() -> None:
        async for record in follow(broker, CONTROL.name, 1, from_end=True):
            seen.append(record.key)

    task = asyncio.create_task(look())
    while b"new" not in seen:
        await publisher.publish(CONTROL, "new", switch("new"))
        await asyncio.sleep(0.05)
    task.cancel()
    await publisher.stop()
    assert set(seen) == {b"new"}


async def test_rereading_stops_before_the_committed_offset(broker: Broker) -> None:
    publisher = await Publisher(broker, COINS).start()
    for number in range(10):
        await publisher.publish(ORDERS, "k", switch(str(number)))
    await publisher.stop()
    place = TopicPartition(ORDERS.name, 0)
    await _commit(broker, place, 7)
    stops = await committed(broker, "rereader", partitions(ORDERS.name, 1))
    offsets = []
    count = await reread(broker, stops, horizon_ms=60_000, apply=lambda record: offsets.append(record.offset))
    assert stops == {place: 7}
    assert (count, offsets) == (7, list(range(7)))


async def test_nothing_committed_is_nothing_to_reread(broker: Broker) -> None:
    assert await committed(broker, "nobody", partitions(ORDERS.name, 1)) == {}
    assert await reread(broker, {}, horizon_ms=1, apply=lambda _: None) == 0
    assert await reread(broker, {TopicPartition(ORDERS.name, 0): 0}, horizon_ms=1, apply=lambda _: None) == 0


async def _commit(broker: Broker, place: TopicPartition, offset: int) -> None:
    consumer = AIOKafkaConsumer(bootstrap_servers=broker.bootstrap, group_id="rereader", enable_auto_commit=False)
    await consumer.start()
    consumer.assign([place])
    await consumer.commit({place: offset})
    await consumer.stop()
