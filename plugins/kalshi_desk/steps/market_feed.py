"""The venue's feed as messages: what frames, listings and the passing of time lead to. Pure; one connection at a time.

A market is watched from shortly before it opens until it is settled or forgotten; its definition is said when it is
first seen, when it changes and again, as its whole book is: every 30 s for the crypto series, every 300 s for the long
list of the others, which is less than what readers go back for when they start.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

import msgspec

from kalshi_desk.domain.control import EstimateRequest
from kalshi_desk.domain.inputs import FeedAlive, MarketDefined
from kalshi_desk.domain.market import Market, MarketStatus
from kalshi_desk.domain.message import Message
from kalshi_desk.domain.units import Nanos, seconds
from kalshi_desk.errors import ParseError
from kalshi_desk.wire.kalshi_books import REPUBLISH, BookNews, KalshiBooks
from kalshi_desk.wire.kalshi_events import DEFINITIONS, index_tick, index_value, lifecycle, market_trade, redefined
from kalshi_desk.wire.kalshi_subscriptions import Subscriptions
from kalshi_desk.wire.kalshi_ws import (
    SOURCE,
    BookDelta,
    BookSnapshot,
    EventFeeChanged,
    EventListed,
    Frame,
    IndexFast,
    IndexSecond,
    LifecycleChange,
    PublicTrade,
    Refused,
    Subscribed,
    parse_frame,
)

EARLY, LATE, FORGET = seconds(5), seconds(30), seconds(600)
AGAIN_SLOWLY = seconds(300)
ALIVE_EVERY, REQUEST_EVERY = seconds(5), seconds(60)
ALIVE = "kalshi"


@dataclass
class FeedNews:
    """Messages to publish, frames to send, and whether the markets should be listed anew."""

    messages: list[Message] = field(default_factory=list)
    frames: list[str] = field(default_factory=list)
    relist: bool = False


class MarketFeed:
    """All that the feed knows; every method returns what to do. ``coins``: coin by index id."""

    def __init__(self, *, crypto_series: Iterable[str], coins: Mapping[str, str]) -> None:
        self.markets: dict[str, Market] = {}
        self._series, self._coins = frozenset(crypto_series), dict(coins)
        self._books = KalshiBooks(self._again_after)
        self._subscriptions = Subscriptions(self._coins)
        self._defined_at: dict[str, Nanos] = {}
        self._alive_at = self._requested_at = Nanos(0)

    def greeting(self, at: Nanos) -> list[str]:
        """Return the frames that open a connection."""
        return self._subscriptions.greeting(self._wanted(at))

    def learn(self, markets: Iterable[Market], at: Nanos) -> FeedNews:
        """Take listed markets; those new or changed are defined, and what is open is subscribed to."""
        news = FeedNews()
        for market in markets:
            if self.markets.get(market.ticker) != market and market.close_time + FORGET > at:
                self._define(market, at, news)
        news.frames += self._subscriptions.follow(self._wanted(at))
        return news

    def take(self, text: str, at: Nanos) -> FeedNews:
        """Take one frame; raises ParseError for one that cannot be used."""
        frame, news = parse_frame(text), FeedNews()
        self._keep(self._books.take(frame, at), news)
        if not isinstance(frame.body, (BookSnapshot, BookDelta)):
            self._other(frame, at, news)
        return news

    def pause(self, at: Nanos) -> FeedNews:
        """Publish what waits for more of the same: after each batch of frames."""
        news = FeedNews()
        self._keep(self._books.flush(at), news)
        return news

    def lost(self, at: Nanos, reason: str) -> FeedNews:
        """Drop every book: the connection is gone."""
        news = FeedNews()
        self._keep(self._books.disconnected(at, reason), news)
        return news

    def tick(self, at: Nanos, *, alive: bool) -> FeedNews:
        """Do what time asks for: open and drop markets, define them again, tell that the connection lives."""
        news = self.pause(at)
        for ticker in [t for t, m in self.markets.items() if m.close_time + FORGET <= at]:
            del self.markets[ticker], self._defined_at[ticker]
            self._books.forget(ticker)
        for market in [m for m in self.markets.values() if _opens(m, at)]:
            self._define(msgspec.structs.replace(market, status=MarketStatus.ACTIVE), at, news)
        for ticker, defined_at in list(self._defined_at.items()):
            if at - defined_at >= self._again_after(ticker):
                self._define(self.markets[ticker], at, news)
        if alive and at - self._alive_at >= ALIVE_EVERY:
            self._alive_at = at
            news.messages.append(FeedAlive(at=at, source=ALIVE))
        if alive:
            news.frames += self._subscriptions.follow(self._wanted(at))
        return news

    def _wanted(self, at: Nanos) -> list[str]:
        return [t for t, m in self.markets.items() if m.open_time - EARLY <= at < m.close_time + LATE]

    def _again_after(self, ticker: str) -> int:
        return REPUBLISH if ticker.partition("-")[0] in self._series else AGAIN_SLOWLY

    def _define(self, market: Market, at: Nanos, news: FeedNews) -> None:
        self.markets[market.ticker] = market
        self._defined_at[market.ticker] = at
        news.messages.append(MarketDefined(at=at, market=market))

    def _keep(self, books: BookNews, news: FeedNews) -> None:
        news.messages += books.messages
        news.frames += self._subscriptions.frames(books.commands)

    def _other(self, frame: Frame, at: Nanos, news: FeedNews) -> None:
        match frame.body:
            case PublicTrade() as body:
                news.messages.append(market_trade(body, at))
            case IndexSecond() as body:
                news.messages.append(index_value(body, self._coins, at))
            case IndexFast() as body:
                news.messages.append(index_tick(body, self._coins, at))
            case LifecycleChange() as body:
                self._step(body, at, news)
            case Subscribed() as body:
                self._subscriptions.confirmed(body)
            case EventListed() | EventFeeChanged():
                news.relist = True
            case Refused() as body:
                raise ParseError(SOURCE, f"the venue refused a command: {body.code} {body.msg}")

    def _step(self, body: LifecycleChange, at: Nanos, news: FeedNews) -> None:
        known = self.markets.get(body.market_ticker)
        if known is None:
            series = body.market_ticker.partition("-")[0]
            news.relist = body.event_type == "created" and series in self._series
            return
        changed = redefined(known, body)
        if (step := lifecycle(body, at)) is not None:
            news.messages.append(step)
        if changed != known or body.event_type in DEFINITIONS:
            self._define(changed, at, news)
        self._request(known, body.event_type, at, news)

    def _request(self, market: Market, reason: str, at: Nanos, news: FeedNews) -> None:
        if market.series_ticker not in self._series and at - self._requested_at >= REQUEST_EVERY:
            self._requested_at = at
            news.messages.append(EstimateRequest(at=at, ticker=market.ticker, reason=reason))


def _opens(market: Market, at: Nanos) -> bool:
    """Tell whether a listed market has opened: the venue says nothing at that moment."""
    return market.status is MarketStatus.INITIALIZED and market.open_time <= at < market.close_time
