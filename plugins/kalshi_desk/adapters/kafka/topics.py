"""The only list of topics: name, key, partitions, how long records are kept, and the struct of their values."""

from __future__ import annotations

import zlib
from dataclasses import dataclass
from typing import Any

from kalshi_desk.domain.control import Alert, DeadLetter, EstimateRequest, Rung, Switch, Watch
from kalshi_desk.domain.decisions import FairValue, Refusal, Signal
from kalshi_desk.domain.estimate import Estimate
from kalshi_desk.domain.inputs import BookMessage, CryptoInput, LifecycleMessage, MarketTrade
from kalshi_desk.domain.ledger import Equity, Fill, Mark, Order, OrderEvent, PaidIn, Position, Settlement
from kalshi_desk.domain.message import Decoder

HOUR_MS = 3_600_000
DAY_MS = 24 * HOUR_MS


@dataclass(frozen=True)
class Topic:
    """A topic; ``partitions`` None means one per underlying of the settings, ``keep_ms`` None means compacted."""

    name: str
    key: str
    partitions: int | None
    keep_ms: int | None
    value: Any

    @property
    def compacted(self) -> bool:
        return self.keep_ms is None

    def decoder(self) -> Decoder[Any]:
        """Return a decoder of this topic's values; it raises ParseError naming the topic."""
        return Decoder(self.value, self.name)


CRYPTO_INPUTS = Topic("crypto.inputs.v1", "underlying", None, 6 * HOUR_MS, CryptoInput)
BOOKS = Topic("kalshi.books.v1", "ticker", 4, 6 * HOUR_MS, BookMessage)
TRADES = Topic("kalshi.trades.v1", "ticker", 4, DAY_MS, MarketTrade)
LIFECYCLE = Topic("kalshi.lifecycle.v1", "ticker", 4, DAY_MS, LifecycleMessage)
FAIR_VALUES = Topic("crypto.fair_values.v1", "ticker", 4, 6 * HOUR_MS, FairValue)
ESTIMATES = Topic("estimates.v1", "ticker", 1, None, Estimate)
SIGNALS = Topic("signals.v1", "account", 1, 7 * DAY_MS, Signal)
REFUSALS = Topic("refusals.v1", "ticker", 4, DAY_MS, Refusal)
ORDERS = Topic("orders.v1", "account", 1, 7 * DAY_MS, Order)
ORDER_EVENTS = Topic("order_events.v1", "account", 1, 7 * DAY_MS, OrderEvent | Fill | Settlement)
POSITIONS = Topic("positions.v1", "account:ticker", 1, None, Position | PaidIn)
MARKS = Topic("marks.v1", "account", 1, DAY_MS, Mark | Equity)
WATCHLIST = Topic("watchlist.v1", "ticker", 1, None, Watch)
CONTROL = Topic("desk.control.v1", "switch", 1, None, Switch | Rung)
ESTIMATE_REQUESTS = Topic("estimate_requests.v1", "ticker", 1, DAY_MS, EstimateRequest)
ALERTS = Topic("alerts.v1", "app", 1, 7 * DAY_MS, Alert)
DEAD_LETTERS = Topic("dead_letters.v1", "app", 1, 7 * DAY_MS, DeadLetter)

TOPICS: dict[str, Topic] = {
    topic.name: topic
    for topic in (
        CRYPTO_INPUTS, BOOKS, TRADES, LIFECYCLE, FAIR_VALUES, ESTIMATES, SIGNALS, REFUSALS, ORDERS, ORDER_EVENTS,
        POSITIONS, MARKS, WATCHLIST, CONTROL, ESTIMATE_REQUESTS, ALERTS, DEAD_LETTERS,
    )
}  # fmt: skip


def partition_count(topic: Topic, underlyings: tuple[str, ...]) -> int:
    """Return how many partitions the topic has under these settings."""
    return topic.partitions if topic.partitions is not None else len(underlyings)


def partition_of(topic: Topic, key: str, underlyings: tuple[str, ...]) -> int:
    """Return the partition of a key: the one function by which every producer places its records."""
    if topic.partitions is None:
        return underlyings.index(key)
    return zlib.crc32(key.encode()) % topic.partitions
