"""Where the feeds' messages go: topics and keys by kind."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any

from kalshi_desk.adapters.kafka.producer import Publisher
from kalshi_desk.adapters.kafka.topics import BOOKS, CRYPTO_INPUTS, ESTIMATE_REQUESTS, LIFECYCLE, TRADES, Topic
from kalshi_desk.domain.control import EstimateRequest
from kalshi_desk.domain.inputs import (
    BookChanged,
    BookLost,
    FeedAlive,
    IndexTick,
    IndexValue,
    Lifecycle,
    MarketDefined,
    MarketTrade,
    SpotTrade,
)
from kalshi_desk.domain.message import Message

Route = tuple[Topic, str]


def routes(message: Message, coin_of: Callable[[str], str | None]) -> list[Route]:
    """Return the topics and keys of a feed's message; ``coin_of`` a ticker is None where no crypto series has it."""
    match message:
        case SpotTrade() | IndexValue() | IndexTick():
            return [(CRYPTO_INPUTS, message.underlying)]
        case BookChanged() | BookLost():
            return _market(BOOKS, message.ticker, coin_of)
        case MarketDefined() | Lifecycle():
            return _market(LIFECYCLE, message.ticker, coin_of)
        case MarketTrade():
            return [(TRADES, message.ticker)]
        case EstimateRequest():
            return [(ESTIMATE_REQUESTS, message.ticker)]
        case _:
            raise TypeError(f"no topic for {type(message).__name__}")


def _market(topic: Topic, ticker: str, coin_of: Callable[[str], str | None]) -> list[Route]:
    coin = coin_of(ticker)
    return [(topic, ticker)] if coin is None else [(topic, ticker), (CRYPTO_INPUTS, coin)]


async def send_routed(
    publisher: Publisher, message: Message, coin_of: Callable[[str], str | None]
) -> list[asyncio.Future[Any]]:
    """Hand a feed's message over to all its topics; a sign of life goes to every partition of books and inputs."""
    if isinstance(message, FeedAlive):
        inputs = await publisher.send_everywhere(CRYPTO_INPUTS, message.source, message)
        return inputs + await publisher.send_everywhere(BOOKS, message.source, message)
    return [await publisher.send(topic, key, message) for topic, key in routes(message, coin_of)]
