import asyncio

import pytest

from kalshi_desk.adapters.kafka.broker import Broker
from kalshi_desk.adapters.kafka.producer import Publisher
from kalshi_desk.adapters.kafka.tail import Tail
from kalshi_desk.adapters.kafka.topics import ALERTS, CONTROL
from kalshi_desk.clock import wall_now
from kalshi_desk.domain.control import Alert, Switch
from kalshi_desk.domain.units import Nanos

pytestmark = pytest.mark.embedded
AT = Nanos.parse("2026-11-21T12:00:00Z")


def _switch(reason: str) -> Switch:
    return Switch(at=AT, name="drill", scope="both", on=True, by="test", reason=reason)


def _alert(text: str) -> Alert:
    return Alert(at=AT, app="test", severity="info", subject="s", text=text)


async def test_compacted_topics_are_read_whole_and_others_from_a_while_ago(broker: Broker) -> None:
    publisher = await Publisher(broker, ("BTC",)).start()
    await publisher.publish(CONTROL, "drill:both", _switch("old"))
    await publisher.publish(ALERTS, "test", _alert("old"))
    await asyncio.sleep(0.05)
    since_ms = wall_now() // 10**6
    await publisher.publish(ALERTS, "test", _alert("new"))
    seen: list[bytes] = []
    tail = Tail(broker, {CONTROL: 1, ALERTS: 1}, gather_ms=50, apply=lambda record: seen.append(record.value or b""))
    reading = asyncio.create_task(tail.run(since_ms))
    async with asyncio.timeout(20):
        await tail.caught_up.wait()
        caught_up = list(seen)
        await publisher.publish(CONTROL, "drill:both", _switch("later"))
        while not any(b"later" in value for value in seen):
            await asyncio.sleep(0.05)
    reading.cancel()
    await asyncio.gather(reading, return_exceptions=True)
    await publisher.stop()
    assert any(b'"reason":"old"' in value for value in caught_up)
    assert [value for value in caught_up if b"alert" in value and b'"text":"old"' in value] == []
    assert any(b'"text":"new"' in value for value in caught_up)
