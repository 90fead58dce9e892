"""What the stream apps touch, without a broker."""

import asyncio
from types import SimpleNamespace


class FakePublisher:
    """Remembers what is published; every delivery is safe at once."""

    def __init__(self) -> None:
        self.records = []

    async def send(self, topic, key, message):
        self.records.append((topic, key, message))
        delivery = asyncio.get_running_loop().create_future()
        delivery.set_result(None)
        return delivery

    async def send_everywhere(self, topic, key, message):
        return [await self.send(topic, key, message)]

    async def publish(self, topic, key, message) -> None:
        await self.send(topic, key, message)

    def of(self, topic):
        """Return the messages of one topic."""
        return [message for found, _, message in self.records if found is topic]


class FakeEvent:
    """A Faust event over one record; ``acked`` tells whether it was acknowledged."""

    def __init__(self, record) -> None:
        self.message, self.acked = record, False

    def ack(self) -> None:
        self.acked = True


class FakeStream:
    """A Faust stream of given events."""

    def __init__(self, events) -> None:
        self._events = events

    def noack(self):
        return self

    async def events(self):
        for event in self._events:
            yield event


def record(value, offset=0, partition=0, topic="crypto.inputs.v1"):
    return SimpleNamespace(topic=topic, partition=partition, offset=offset, key=b"k", value=value)


def use(monkeypatch, process, at):
    """Give a process a fake publisher and a standing clock; return the publisher."""
    publisher = FakePublisher()
    monkeypatch.setattr(process, "publisher", publisher)
    monkeypatch.setattr(process.guard, "_publisher", publisher)
    monkeypatch.setattr(process.guard, "_now", lambda: at)
    monkeypatch.setattr(process, "now", lambda: at)
    return publisher
