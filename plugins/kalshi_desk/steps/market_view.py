"""What a reducer sees of the venue: markets, books and whether the feed is alive, and what we believe of them."""

from __future__ import annotations

import msgspec

from kalshi_desk.domain.book import Book
from kalshi_desk.domain.decisions import FairValue
from kalshi_desk.domain.estimate import Estimate
from kalshi_desk.domain.inputs import BookChanged, BookLost, FeedAlive, Lifecycle, MarketDefined
from kalshi_desk.domain.limits import InputLimits
from kalshi_desk.domain.market import Market, MarketStatus, Outcome
from kalshi_desk.domain.message import Message
from kalshi_desk.domain.risk import Breach
from kalshi_desk.domain.units import Count, Nanos, Price, seconds

Belief = FairValue | Estimate
FEED_SOURCE = "kalshi"
FAIR_VALUE_AGE_S = 5.0
ANOTHER_CLOCK_S = 60.0
_STATUS_AFTER = {
    "activated": MarketStatus.ACTIVE,
    "deactivated": MarketStatus.INACTIVE,
    "determined": MarketStatus.DETERMINED,
}


class SideQuote(msgspec.Struct, frozen=True):
    """The best prices of one outcome, in its own terms, and the contracts there."""

    bid: Price | None
    bid_count: Count
    ask: Price | None
    ask_count: Count


class MarketView:
    """Markets, books and the last sign of life of the venue's feed, changed in place.

    ``beliefs`` are our latest probabilities: fair values of the crypto desk's markets, estimates of the others.
    """

    __slots__ = ("alive_at", "beliefs", "books", "markets")

    def __init__(self) -> None:
        self.markets: dict[str, Market] = {}
        self.books: dict[str, Book] = {}
        self.beliefs: dict[str, Belief] = {}
        self.alive_at: Nanos | None = None

    def observe(self, message: Message) -> None:
        """Take note of a message, ignoring kinds that are not its own.

        Raises SequenceGap or ParseError for a book change that cannot be applied; that book is lost then.
        """
        match message:
            case BookChanged():
                self._change_book(message)
            case FeedAlive() if message.source.startswith(FEED_SOURCE):
                self._alive(message.at)
            case FairValue() | Estimate():
                self.beliefs[message.ticker] = message
            case BookLost():
                self._book(message.ticker).lose(message.reason)
            case MarketDefined():
                self.markets[message.ticker] = message.market
            case Lifecycle():
                self._step(message)

    def book_breach(self, ticker: str, *, now: Nanos, limits: InputLimits) -> Breach | None:
        """Return why the book of a market may not be used: unknown, broken, crossed or silent for too long."""
        book = self.books.get(ticker)
        if book is None or not book.usable:
            state = "no_snapshot" if book is None else book.reason or book.state
            return Breach("book_unusable", state, "live")
        if self.alive_at is None or abs(now - self.alive_at) > seconds(limits.book_s):
            age = "unknown" if self.alive_at is None else f"{(now - self.alive_at) / 1e9:.3f}"
            return Breach("book_stale", age, f"{limits.book_s:.3f}")
        return None

    def quote(self, ticker: str, outcome: Outcome) -> SideQuote:
        """Return the top of a usable book as ``outcome`` sees it; raises KeyError without a book."""
        top = self.books[ticker].quote()
        if outcome is Outcome.YES:
            return SideQuote(top.bid, top.bid_count, top.ask, top.ask_count)
        bid = None if top.ask is None else top.ask.complement
        ask = None if top.bid is None else top.bid.complement
        return SideQuote(bid, top.ask_count, ask, top.bid_count)

    def p_of(self, ticker: str, outcome: Outcome) -> float | None:
        """Return our latest probability of an outcome."""
        belief = self.beliefs.get(ticker)
        if belief is None:
            return None
        return belief.p_yes if outcome is Outcome.YES else 1 - belief.p_yes

    def p_or_mid(self, ticker: str) -> float | None:
        """Return our latest probability of YES, else the middle of a usable book with two sides, else None."""
        believed, book = self.p_of(ticker, Outcome.YES), self.books.get(ticker)
        if believed is not None or book is None or not book.usable:
            return believed
        top = book.quote()
        return None if top.bid is None or top.ask is None else (top.bid.number + top.ask.number) / 2

    def _book(self, ticker: str) -> Book:
        book = self.books.get(ticker)
        if book is None:
            book = self.books[ticker] = Book(ticker)
        return book

    def _change_book(self, change: BookChanged) -> None:
        self._alive(change.at)
        book = self._book(change.ticker)
        if change.snapshot or change.version > book.version:
            book.apply(change)

    def _alive(self, at: Nanos) -> None:
        known = self.alive_at
        # Topics outlive an account: a great step back is the clock of the account in use.
        steps_back = known is not None and known - at > seconds(ANOTHER_CLOCK_S)
        self.alive_at = at if known is None or steps_back else max(at, known)

    def _step(self, step: Lifecycle) -> None:
        if step.event == "settled":
            self.markets.pop(step.ticker, None)
            self.books.pop(step.ticker, None)
            self.beliefs.pop(step.ticker, None)
        elif (market := self.markets.get(step.ticker)) is not None:
            self.markets[step.ticker] = msgspec.structs.replace(
                market,
                status=_STATUS_AFTER.get(step.event, market.status),
                close_time=step.close_time if step.close_time is not None else market.close_time,
            )


def tradable(market: Market, now: Nanos) -> bool:
    """Return whether orders may be sent: active, and between its open and close."""
    return market.status is MarketStatus.ACTIVE and market.open_time <= now < market.close_time
