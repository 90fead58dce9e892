"""The simulated venue in motion: plays its source by the event clock, changes the exchange, tells the public."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

from kalshi_desk.clock import ClockSegment, ScaledClock
from kalshi_desk.domain.inputs import (
    BookChanged,
    IndexTick,
    IndexValue,
    Lifecycle,
    MarketDefined,
    MarketTrade,
    SpotTrade,
)
from kalshi_desk.domain.units import NANOS, Nanos
from kalshi_desk.simulation.accounts import Account
from kalshi_desk.simulation.forecast_listing import About
from kalshi_desk.simulation.index_path import mean_of
from kalshi_desk.simulation.orders import SimState
from kalshi_desk.venue_double import frames
from kalshi_desk.venue_double.channels import Channels
from kalshi_desk.venue_double.exchange import Exchange, News
from kalshi_desk.venue_double.faults import Faults
from kalshi_desk.venue_double.sources import Played, Source
from kalshi_desk.venue_double.spot_feeds import SpotFeeds

TICKER_EVERY = NANOS


@dataclass
class Venue:
    """Exchange, feeds and source under one clock. ``paused`` stops the market data, not the exchange."""

    source: Source
    clock: ScaledClock
    exchange: Exchange
    faults: Faults
    segments: list[ClockSegment]
    channels: Channels = field(default_factory=Channels)
    spot: SpotFeeds = field(default_factory=SpotFeeds)
    paused: bool = False
    played: int = 0

    def __post_init__(self) -> None:
        self._minute: dict[str, deque[int]] = {}
        self._ticked: dict[str, Nanos] = {}
        self._pending: Iterator[Played] = iter(())
        self._taken = Nanos(0)
        self._tell: dict[type, Callable[..., None]] = {
            SpotTrade: self.spot.publish, IndexTick: self._index_tick, IndexValue: self._index_value,
            MarketDefined: self._defined, BookChanged: self._book, Lifecycle: self._life, MarketTrade: self._trade,
        }  # fmt: skip

    def begin(self, at: Nanos, saved: bytes | None) -> None:
        """Take up the market as it stands at ``at``; resting orders come back when the books are there."""
        for message in self.source.start(at, saved):
            self._play(message)
        self.exchange.pass_time(at)
        resting = (order.ticker for order in self.exchange.orders.values() if order.state is SimState.RESTING)
        held = (ticker for account in self.exchange.accounts.values() for ticker in account.holdings)
        for ticker in {*resting, *held}:
            self.wake(ticker)
        self.exchange.restore()
        self.exchange.commit()

    def step(self, most: int | None = None) -> bool:
        """Play what is due, at most so many messages; tell whether everything due has been played."""
        done = True
        if not self.paused:
            now = self.clock.now()
            done = self._drain(now, most)
            if done:
                self.exchange.pass_time(now)
        self.tell_account(self.exchange.commit())
        return done

    def ready(self) -> Exchange:
        """Play all that is due and return the exchange, for an order that arrives now."""
        self.step()
        self.exchange.now = max(self.exchange.now, self.clock.now())
        return self.exchange

    def wake(self, ticker: str) -> None:
        """Let the book of a sleeping forecast market stand, and move from now on."""
        if (world := self.source.forecasts) is not None:
            for change in world.wake(ticker, self.exchange.now):
                self._book(change)

    def about(self, ticker: str) -> About | None:
        """Return what is told of a forecast market besides its definition; None for every other."""
        world = self.source.forecasts
        return None if world is None else world.about(ticker, self.exchange.now)

    def _drain(self, now: Nanos, most: int | None) -> bool:
        """Play the rest of the last take before taking more: what a source has handed out is never dropped."""
        left = self.played + most if most is not None else None
        while True:
            for message in self._pending:
                self._play(message)
                self.played += 1
                if self.played == left:
                    return False
            if self._taken >= now:
                return True
            self._pending, self._taken = self.source.take(now), now

    def _play(self, message: Played) -> None:
        self.exchange.now = max(self.exchange.now, message.at)
        self._tell[type(message)](message)

    def _index_tick(self, tick: IndexTick) -> None:
        self.channels.tell(
            "cfbenchmarks_value_5hz", tick.index_id, "cfbenchmarks_value_5hz", body=lambda: frames.index_tick(tick)
        )

    def _index_value(self, value: IndexValue) -> None:
        minute = self._minute.setdefault(value.index_id, deque(maxlen=60))
        mean = str(mean_of(sum(minute), len(minute))) if minute else str(value.value)
        trailing = mean, len(minute)
        minute.append(value.value)
        self.channels.tell(
            "cfbenchmarks_value",
            value.index_id,
            "cfbenchmarks_value",
            body=lambda: frames.index_second(value, trailing),
        )

    def _defined(self, message: MarketDefined) -> None:
        market = message.market
        before, _ = self.exchange.define(market)
        if before is None:
            self._lifecycle(market.ticker, frames.created(market))
        elif before.floor_strike != market.floor_strike:
            self._lifecycle(market.ticker, frames.struck(market))
        elif before.close_time != market.close_time:
            self._lifecycle(market.ticker, frames.moved(market))

    def _lifecycle(self, ticker: str, msg: str) -> None:
        self.channels.tell("market_lifecycle_v2", ticker, "market_lifecycle_v2", body=lambda: msg)

    def _book(self, change: BookChanged) -> None:
        deltas = self.exchange.change_book(change)
        for subscription in self.channels.wanting("orderbook_delta", change.ticker):
            for one in deltas:
                msg = frames.delta(change.ticker, one, change.occurred_at, yes_price=subscription.yes_price)
                subscription.tell("orderbook_delta", msg)
        if deltas and change.at - self._ticked.get(change.ticker, Nanos(0)) >= TICKER_EVERY:
            self._ticked[change.ticker] = change.at
            listing = self.exchange.listings[change.ticker]
            self.channels.tell("ticker", change.ticker, "ticker", body=lambda: frames.ticker(listing))

    def _trade(self, trade: MarketTrade) -> None:
        self.exchange.listing(trade.ticker).trade(trade)
        self.channels.tell("trade", trade.ticker, "trade", body=lambda: frames.trade(trade))

    def _life(self, step: Lifecycle) -> None:
        self.exchange.step(step)
        self._lifecycle(step.ticker, frames.life(step))

    def tell_account(self, news: News) -> None:
        """Tell the accounts' channels what is on disk by now."""
        accounts = self.exchange.accounts
        for order in news.orders:
            account = accounts[order.account]
            msg = frames.order(order, self._shard(order.ticker), account.subaccount)
            self._private(account, "user_orders", order.ticker, "user_order", msg)
        for fill, _order in news.fills:
            account = accounts[fill.account]
            msg = frames.fill(fill, self._shard(fill.ticker), account.subaccount)
            for _ in range(1 + self.faults.repeats_fill()):
                self._private(account, "fill", fill.ticker, "fill", msg)
        moved = [(fill.account, fill.ticker) for fill, _ in news.fills]
        for name, ticker in dict.fromkeys(moved + [(paid.account, paid.ticker) for paid in news.settlements]):
            account = accounts[name]
            msg = frames.position(ticker, account.held(ticker), account.subaccount)
            self._private(account, "market_positions", ticker, "market_position", msg)

    def _private(self, account: Account, channel: str, ticker: str, kind: str, msg: str) -> None:
        self.channels.tell_owner(account, channel, ticker, kind, body=lambda: msg)

    def _shard(self, ticker: str) -> int:
        return self.exchange.listing(ticker).market.exchange_index
