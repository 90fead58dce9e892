import time
from types import SimpleNamespace

import pytest
from aiokafka import AIOKafkaConsumer, TopicPartition
from aiokafka.admin import AIOKafkaAdminClient, NewTopic

from kalshi_desk.adapters.kafka.broker import Broker
from kalshi_desk.adapters.kafka.producer import Publisher
from kalshi_desk.adapters.kafka.topics import ALERTS
from kalshi_desk.adapters.kafka.watchdog import LOOKS_ALLOWED, Standstill, watch
from kalshi_desk.clock import wall_now
from kalshi_desk.domain.control import Alert
from tests.kafka_broker import COINS

ONE, OTHER = TopicPartition("t", 0), TopicPartition("t", 1)
PLACE, EMPTY = TopicPartition(ALERTS.name, 0), TopicPartition("watchdog.empty", 0)


def looks(*seen):
    still = Standstill()
    return [still.looks(places) for places in seen]


def test_a_place_that_does_not_move_while_records_wait_stands_still() -> None:
    assert looks({ONE: (5, 9)}, {ONE: (5, 9)}, {ONE: (5, 12)}) == [0, 1, 2]


def test_a_place_that_moves_or_has_nothing_before_it_does_not() -> None:
    assert looks({ONE: (5, 9)}, {ONE: (6, 9)}, {ONE: (9, 9)}, {ONE: (9, 9)}, {ONE: (9, 10)}) == [0, 0, 0, 0, 0]


def test_one_partition_is_enough() -> None:
    assert looks({ONE: (5, 9), OTHER: (1, 2)}, {ONE: (6, 9), OTHER: (1, 2)}) == [0, 1]


def test_a_look_without_an_answer_begins_anew() -> None:
    assert looks({ONE: (5, 9)}, {ONE: (5, 9)}, {}, {ONE: (5, 9)}) == [0, 1, 0, 0]


def app(group, place):
    """An app that is assigned its partition once and then, as one that cannot join its group again, nothing."""
    assigned = [{place}]
    consumer = SimpleNamespace(assignment=lambda: assigned.pop() if assigned else set())
    return SimpleNamespace(consumer=consumer, conf=SimpleNamespace(id=group))


class Over(Exception):
    """The test has seen enough; raised between two looks, so that none is broken off with its connections open."""


async def left_after(broker: Broker, group: str, *, ready: bool, wait_s: float, place=PLACE) -> list[int]:
    left: list[int] = []
    until = time.monotonic() + wait_s

    def is_ready() -> bool:
        if time.monotonic() > until:
            raise Over
        return ready

    with pytest.raises(Over):
        await watch(app(group, place), broker, is_ready, every_s=0.05, leave=left.append)
    return left


@pytest.fixture
async def record(broker: Broker):
    alert = Alert(at=wall_now(), app="test", severity="info", subject="s", text="t")
    publisher = await Publisher(broker, COINS).start()
    await publisher.publish(ALERTS, "test", alert)
    await publisher.stop()


@pytest.fixture
async def empty(broker: Broker):
    admin = AIOKafkaAdminClient(**broker.options())
    await admin.start()
    await admin.create_topics([NewTopic(EMPTY.topic, 1, 1)])
    yield
    await admin.delete_topics([EMPTY.topic])
    await admin.close()


@pytest.mark.embedded
async def test_a_group_that_never_takes_what_waits_ends(broker: Broker, record) -> None:
    assert set(await left_after(broker, "sleeper", ready=True, wait_s=LOOKS_ALLOWED * 0.5)) == {70}


@pytest.mark.embedded
async def test_a_group_before_which_nothing_ever_stood_does_not(broker: Broker, empty) -> None:
    assert await left_after(broker, "idle", ready=True, wait_s=LOOKS_ALLOWED * 0.5, place=EMPTY) == []


@pytest.mark.embedded
async def test_a_group_that_is_still_rebuilding_does_not(broker: Broker, record) -> None:
    assert await left_after(broker, "rebuilding", ready=False, wait_s=1) == []


@pytest.mark.embedded
async def test_a_group_that_has_taken_all_does_not(broker: Broker, record) -> None:
    consumer = AIOKafkaConsumer(**broker.options(), group_id="waker", enable_auto_commit=False)
    consumer.assign([PLACE])
    await consumer.start()
    await consumer.commit({PLACE: (await consumer.end_offsets([PLACE]))[PLACE]})
    await consumer.stop()
    assert await left_after(broker, "waker", ready=True, wait_s=1) == []


@pytest.mark.embedded
async def test_a_broker_that_does_not_answer_ends_nobody() -> None:
    assert await left_after(Broker("127.0.0.1:1"), "alone", ready=True, wait_s=1) == []
