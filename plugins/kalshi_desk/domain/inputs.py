"""What the feeds say: the tagged union of ``crypto.inputs.v1`` and of the Kalshi topics.

``at`` is when the desk knew it, ``occurred_at`` when its source says it happened. Levels are the bids of each outcome,
each (price of that outcome, contracts now resting there; 0 removes the level).
"""

from __future__ import annotations

from kalshi_desk.domain.market import Market
from kalshi_desk.domain.message import Message
from kalshi_desk.domain.units import Count, IndexPrice, Nanos, Price, Quantity

Level = tuple[Price, Count]


class SpotTrade(Message, frozen=True, kw_only=True):
    """One trade on an exchange; ``size`` is None where the source records none."""

    occurred_at: Nanos
    underlying: str
    venue: str
    price: IndexPrice
    size: Quantity | None
    trade_id: str


class IndexValue(Message, frozen=True, kw_only=True):
    """The settlement index at a whole second (1 Hz), with the running settlement mean inside the last minute.

    ``window_mean`` averages the ``window_count`` prints so far of the window that ends at ``window_end``.
    """

    occurred_at: Nanos
    underlying: str
    index_id: str
    value: IndexPrice
    window_mean: IndexPrice | None = None
    window_count: int | None = None
    window_end: Nanos | None = None


class IndexTick(Message, frozen=True, kw_only=True):
    """A value of the index between the whole seconds (up to 5 Hz): fresher, but no settlement print."""

    occurred_at: Nanos
    underlying: str
    index_id: str
    value: IndexPrice


class MarketDefined(Message, frozen=True, kw_only=True):
    """The full definition of a market: sent when it is first seen, when it changes, and again every 30 s."""

    market: Market

    @property
    def ticker(self) -> str:
        return self.market.ticker


class BookChanged(Message, frozen=True, kw_only=True):
    """One change set of a book: the new size of each level touched, or the whole book if ``snapshot``.

    ``version`` grows by one per message of this ticker and starts anew with a snapshot, so that a reader sees a gap.
    """

    occurred_at: Nanos
    ticker: str
    version: int
    snapshot: bool
    yes: tuple[Level, ...]
    no: tuple[Level, ...]


class BookLost(Message, frozen=True, kw_only=True):
    """The book of a market is unknown until the next snapshot."""

    ticker: str
    reason: str


class FeedAlive(Message, frozen=True, kw_only=True):
    """A source's connection showed life (a frame or a ping); sent every few seconds while that is so."""

    source: str


class MarketTrade(Message, frozen=True, kw_only=True):
    """A public trade on Kalshi; ``price`` in YES terms."""

    occurred_at: Nanos
    ticker: str
    trade_id: str
    price: Price
    count: Count
    taker_outcome: str


class Lifecycle(Message, frozen=True, kw_only=True):
    """A step in a market's life: activated, deactivated, close_date_updated, determined, settled."""

    ticker: str
    event: str
    close_time: Nanos | None = None
    result: str | None = None
    settlement_value: Price | None = None


class TradingStatus(Message, frozen=True, kw_only=True):
    """Whether the venue takes orders: each shard that it names by ``shards``, any other by ``trading``."""

    trading: bool
    shards: tuple[tuple[int, bool], ...]

    def takes_orders(self, shard: int) -> bool:
        """Return whether orders of a shard's markets are taken."""
        return dict(self.shards).get(shard, self.trading)


CryptoInput = SpotTrade | IndexValue | IndexTick | MarketDefined | BookChanged | BookLost | FeedAlive | Lifecycle
BookMessage = BookChanged | BookLost | FeedAlive
LifecycleMessage = MarketDefined | Lifecycle
