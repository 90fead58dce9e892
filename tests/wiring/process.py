"""A stream process without Kafka: it keeps what it was told to publish."""

from __future__ import annotations

from typing import Any

from kalshi_desk.adapters.kafka.broker import Broker
from kalshi_desk.adapters.kafka.topics import Topic
from kalshi_desk.domain.message import Message
from kalshi_desk.domain.units import Nanos
from kalshi_desk.settings import load_settings


class FakeProcess:
    """What the parts of an app need of their process; ``published`` holds (topic name, key, message)."""

    def __init__(self, database_url: str, now: Nanos) -> None:
        self.settings = load_settings(_env_file=None, crypto_series=("KXBTCD",))
        self.name, self.account, self.underlyings = "test", "sim:synthetic:7", ("BTC",)
        self.broker, self.database_url = Broker("127.0.0.1:1"), database_url
        self.publisher = self.guard = self
        self.published: list[tuple[str, str, Message]] = []
        self.bad: list[str] = []
        self.at = now

    def now(self) -> Nanos:
        return self.at

    async def send(self, topic: Topic, key: str, message: Message) -> Any:
        self.published.append((topic.name, key, message))

    publish = send

    async def bad_frame(self, fault: Exception, source: str, text: str) -> None:
        self.bad.append(str(fault))

    def kinds(self) -> list[str]:
        """Return topic and kind of what was published, and forget it."""
        told = [f"{topic} {type(message).__name__}" for topic, _, message in self.published]
        self.published.clear()
        return told
