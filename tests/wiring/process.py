"""A stream process without Kafka: it keeps what it was told to publish."""

from __future__ import annotations

import asyncio
from typing import Any

from aiokafka.errors import KafkaTimeoutError
from msgspec import UNSET, UnsetType

from kalshi_desk.adapters.kafka.broker import Broker
from kalshi_desk.adapters.kafka.topics import Topic
from kalshi_desk.domain.message import Message
from kalshi_desk.domain.units import Nanos
from kalshi_desk.settings import load_settings


class FakeProcess:
    """What the parts of an app need of their process; ``published`` holds (topic name, key, message).

    What is sent to a topic of ``lost`` is promised, and the broker never takes it.
    """

    def __init__(self, database_url: str, now: Nanos) -> None:
        self.settings = load_settings(_env_file=None, crypto_series=("KXBTCD",))
        self.name, self.account, self.underlyings = "test", "sim:synthetic:7", ("BTC",)
        self.desk_account, self.allotment = "sim:synthetic:7", None
        self.told: str | UnsetType = UNSET
        self.broker, self.database_url = Broker("127.0.0.1:1"), database_url
        self.publisher = self.guard = self
        self.published: list[tuple[str, str, Message]] = []
        self.bad: list[str] = []
        self.lost: set[str] = set()
        self.at = now

    def now(self) -> Nanos:
        return self.at

    async def send(self, topic: Topic, key: str, message: Message) -> asyncio.Future[Any]:
        delivery: asyncio.Future[Any] = asyncio.get_running_loop().create_future()
        await self.publish(topic, key, message)
        if topic.name in self.lost:
            delivery.set_exception(KafkaTimeoutError())
        else:
            delivery.set_result(None)
        return delivery

    async def publish(self, topic: Topic, key: str, message: Message) -> None:
        self.published.append((topic.name, key, message))

    async def bad_frame(self, fault: Exception, source: str, text: str) -> None:
        self.bad.append(str(fault))

    def kinds(self) -> list[str]:
        """Return topic and kind of what was published, and forget it."""
        told = [f"{topic} {type(message).__name__}" for topic, _, message in self.published]
        self.published.clear()
        return told
