"""The venue's books from the sequenced frames of one connection: change sets, snapshots and losses.

Every subscription (sid) numbers its messages from 1. A gap or a step backwards makes all of its books unknown: they are
lost and asked for anew. Consecutive deltas of a market with the same exchange millisecond become one change set.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

from kalshi_desk.domain.book import Book
from kalshi_desk.domain.inputs import BookChanged, BookLost, Level
from kalshi_desk.domain.market import Outcome
from kalshi_desk.domain.units import Count, Nanos, Price, seconds
from kalshi_desk.errors import ParseError
from kalshi_desk.wire.kalshi_commands import BOOKS, Command, get_snapshot
from kalshi_desk.wire.kalshi_ws import SOURCE, BookDelta, BookSnapshot, Frame, Subscribed

REPUBLISH, ASK_AGAIN, REVIEW = seconds(30), seconds(5), seconds(1)
_NEVER = Nanos(0)


@dataclass
class BookNews:
    """What frames brought: messages to publish and commands to send."""

    messages: list[BookChanged | BookLost] = field(default_factory=list)
    commands: list[Command] = field(default_factory=list)


@dataclass
class _Held:
    """A market's book on this connection; ``asked_at`` when a snapshot was last asked for."""

    sid: int
    book: Book
    version: int = 0
    occurred_at: Nanos = _NEVER
    published_at: Nanos = _NEVER
    asked_at: Nanos | None = None

    @property
    def live(self) -> bool:
        return self.book.reason is None


@dataclass
class _Change:
    """A change set that may still grow."""

    ticker: str
    occurred_at: Nanos
    at: Nanos
    sizes: dict[tuple[Outcome, Price], Count] = field(default_factory=dict)

    def side(self, outcome: Outcome) -> tuple[Level, ...]:
        return tuple((price, count) for (side, price), count in self.sizes.items() if side is outcome)


class KalshiBooks:
    """All books of one connection after another; versions per ticker survive reconnects.

    ``republish`` tells after how many nanoseconds the whole book of a ticker is published again.
    """

    def __init__(self, republish: Callable[[str], int] = lambda _: REPUBLISH) -> None:
        self._republish = republish
        self._held: dict[str, _Held] = {}
        self._next_seq: dict[int, int] = {}
        self._open: _Change | None = None
        self._review_at = _NEVER

    def take(self, frame: Frame, at: Nanos) -> BookNews:
        """Take a frame of any kind, in order; ``at`` is its receipt in event time.

        Raises ParseError for a book frame without numbering; a bad level or a gap is news, not an error.
        """
        news, body = BookNews(), frame.body
        if isinstance(body, (BookSnapshot, BookDelta)):
            sid = self._numbered(frame, at, news)
            if isinstance(body, BookSnapshot):
                self._snapshot(body, sid, at, news)
            else:
                self._delta(body, sid, at, news)
        elif isinstance(body, Subscribed):
            if body.channel == BOOKS:
                self._next_seq.setdefault(body.sid, 1)
        elif frame.sid in self._next_seq and frame.seq is not None:
            self._numbered(frame, at, news)
        return news

    def flush(self, at: Nanos) -> BookNews:
        """Publish the open change set and every full snapshot that is due: after each batch, and on a timer."""
        news = BookNews()
        self._close(news)
        if at >= self._review_at:
            self._review_at = Nanos(at + REVIEW)
            for ticker, held in self._held.items():
                if held.live and at - held.published_at >= self._republish(ticker):
                    self._publish_whole(ticker, held, at, news)
            self._ask(at, news)
        return news

    def disconnected(self, at: Nanos, reason: str) -> BookNews:
        """Drop everything: the next connection numbers anew and sends its own snapshots."""
        news = BookNews()
        self._open = None
        for ticker, held in self._held.items():
            self._lose(ticker, reason, at, news)
            held.asked_at = at
        self._next_seq.clear()
        return news

    def forget(self, ticker: str) -> None:
        """Stop keeping a market that is no longer watched."""
        self._held.pop(ticker, None)
        if self._open is not None and self._open.ticker == ticker:
            self._open = None

    def _numbered(self, frame: Frame, at: Nanos, news: BookNews) -> int:
        if frame.sid is None or frame.seq is None:
            raise ParseError(SOURCE, f"{frame.type} without sid or seq")
        expected = self._next_seq.get(frame.sid, 1)
        self._next_seq[frame.sid] = frame.seq + 1
        if frame.seq != expected:
            self._gap(frame.sid, at, news)
        return frame.sid

    def _gap(self, sid: int, at: Nanos, news: BookNews) -> None:
        self._close(news)
        for ticker, held in self._held.items():
            if held.sid == sid:
                self._lose(ticker, "gap", at, news)
        self._ask(at, news)

    def _snapshot(self, body: BookSnapshot, sid: int, at: Nanos, news: BookNews) -> None:
        self._close(news)
        held = self._hold(body.market_ticker, sid)
        whole = BookChanged(
            at=at, occurred_at=at, ticker=body.market_ticker, version=held.version, snapshot=True,
            yes=body.yes_dollars_fp, no=body.no_dollars_fp,
        )  # fmt: skip
        try:
            held.book.apply(whole)
        except ParseError:
            return self._bad_level(body.market_ticker, at, news)
        held.occurred_at = at
        if self._sound(held, at, news):
            held.asked_at = None
            self._publish_whole(body.market_ticker, held, at, news)
        return None

    def _delta(self, body: BookDelta, sid: int, at: Nanos, news: BookNews) -> None:
        held = self._hold(body.market_ticker, sid)
        change = self._change(body.market_ticker, at if body.ts_ms is None else Nanos(body.ts_ms), at, news)
        if not held.live:
            self._ask(at, news)
            return
        try:
            size = held.book.apply_delta(body.side, body.price_dollars, body.delta_fp)
        except ParseError:
            self._open = None
            self._bad_level(body.market_ticker, at, news)
        else:
            change.sizes[body.side, body.price_dollars] = size

    def _hold(self, ticker: str, sid: int) -> _Held:
        held = self._held.get(ticker)
        if held is None:
            held = self._held[ticker] = _Held(sid, Book(ticker))
        held.sid = sid
        return held

    def _change(self, ticker: str, occurred_at: Nanos, at: Nanos, news: BookNews) -> _Change:
        """Return the open change set that a delta belongs to; closes another one first."""
        if self._open is None or (self._open.ticker, self._open.occurred_at) != (ticker, occurred_at):
            self._close(news)
            self._open = _Change(ticker, occurred_at, at)
        self._open.at = at
        return self._open

    def _close(self, news: BookNews) -> None:
        change, self._open = self._open, None
        if change is None or not change.sizes:
            return
        held = self._held[change.ticker]
        if not self._sound(held, change.at, news):
            return
        held.version += 1
        held.occurred_at = change.occurred_at
        changed = BookChanged(
            at=change.at, occurred_at=change.occurred_at, ticker=change.ticker, version=held.version,
            snapshot=False, yes=change.side(Outcome.YES), no=change.side(Outcome.NO),
        )  # fmt: skip
        news.messages.append(changed)

    def _publish_whole(self, ticker: str, held: _Held, at: Nanos, news: BookNews) -> None:
        held.version += 1
        held.published_at = at
        whole = BookChanged(
            at=at, occurred_at=held.occurred_at, ticker=ticker, version=held.version, snapshot=True,
            yes=held.book.levels(Outcome.YES), no=held.book.levels(Outcome.NO),
        )  # fmt: skip
        news.messages.append(whole)

    def _sound(self, held: _Held, at: Nanos, news: BookNews) -> bool:
        """Return whether a book is live and not crossed; a crossed one is lost and asked for."""
        if held.live and not held.book.usable:
            self._lose(held.book.ticker, "crossed", at, news)
        if not held.live:
            self._ask(at, news)
        return held.live

    def _bad_level(self, ticker: str, at: Nanos, news: BookNews) -> None:
        """Tell of a book that lost itself over a level that cannot be."""
        news.messages.append(BookLost(at=at, ticker=ticker, reason="bad_level"))
        self._ask(at, news)

    def _lose(self, ticker: str, reason: str, at: Nanos, news: BookNews) -> None:
        held = self._held[ticker]
        if held.live:
            held.book.lose(reason)
            news.messages.append(BookLost(at=at, ticker=ticker, reason=reason))

    def _ask(self, at: Nanos, news: BookNews) -> None:
        """Ask for every book that is lost on this connection and was not asked for in the last 5 s."""
        wanted: dict[int, list[str]] = {}
        for ticker, held in self._held.items():
            patient = held.asked_at is not None and at - held.asked_at < ASK_AGAIN
            if not held.live and not patient and held.sid in self._next_seq:
                held.asked_at = at
                wanted.setdefault(held.sid, []).append(ticker)
        news.commands.extend(get_snapshot(sid, tickers) for sid, tickers in wanted.items())
