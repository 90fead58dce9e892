import pytest

from kalshi_desk.adapters.kafka.broker import Broker
from kalshi_desk.adapters.kafka.inspect import records
from kalshi_desk.adapters.kafka.producer import Publisher
from kalshi_desk.adapters.kafka.topics import ALERTS, TRADES, partition_of
from kalshi_desk.domain.control import Alert
from kalshi_desk.domain.inputs import MarketTrade
from kalshi_desk.domain.message import encode
from tests.domain.messages import AT, INPUTS
from tests.kafka_broker import COINS

TRADE = next(message for message in INPUTS if isinstance(message, MarketTrade))


async def test_an_unstarted_publisher_says_so() -> None:
    publisher = Publisher(Broker("127.0.0.1:1"), COINS)
    with pytest.raises(RuntimeError, match="not started"):
        await publisher.send(TRADES, "T", TRADE)
    with pytest.raises(RuntimeError, match="not started"):
        await publisher.send_everywhere(TRADES, "T", TRADE)
    await publisher.flush()
    await publisher.stop()


@pytest.mark.embedded
async def test_records_stand_where_their_key_belongs(broker: Broker) -> None:
    publisher = await Publisher(broker, COINS).start()
    await publisher.publish(TRADES, "KXONE", TRADE)
    deliveries = await publisher.send_everywhere(TRADES, "all", TRADE)
    await publisher.flush()
    await publisher.stop()
    assert sorted([(await delivery).partition for delivery in deliveries]) == [0, 1, 2, 3]
    [one] = [r for r in records(broker, TRADES, from_ms=None, to_ms=None) if r.key == b"KXONE"]
    assert (one.partition, one.value) == (partition_of(TRADES, "KXONE", COINS), encode(TRADE))


@pytest.mark.embedded
async def test_no_message_is_a_tombstone(broker: Broker) -> None:
    publisher = await Publisher(broker, COINS).start()
    await publisher.publish(ALERTS, "gone", None)
    await publisher.publish(ALERTS, "there", Alert(at=AT, app="a", severity="info", subject="s", text="t"))
    await publisher.stop()
    values = {r.key: r.value for r in records(broker, ALERTS, from_ms=None, to_ms=None)}
    assert values[b"gone"] is None
    assert values[b"there"] is not None
