"""The order book of one market, from snapshots and changes: bids of each outcome, each at its own outcome's price.

The YES ask is the complement of the best NO bid. A book that has a gap or is crossed is not usable.
"""

from __future__ import annotations

from collections.abc import Iterable
from enum import StrEnum

from kalshi_desk.domain.inputs import BookChanged, Level
from kalshi_desk.domain.market import Outcome, Quote
from kalshi_desk.domain.units import PAYOUT, Count, Price
from kalshi_desk.errors import ParseError, SequenceGap

_NONE = Price(0)
_EMPTY = Count(0)


class BookState(StrEnum):
    """``live`` is the only usable state; ``lost`` waits for a snapshot, ``crossed`` for the crossing to go."""

    LIVE = "live"
    LOST = "lost"
    CROSSED = "crossed"


class _Bids:
    """The bids of one outcome and the best of them (0 where there are none)."""

    __slots__ = ("best", "sizes")

    def __init__(self) -> None:
        self.sizes: dict[Price, Count] = {}
        self.best = _NONE

    def put(self, price: Price, count: Count) -> None:
        if count > 0:
            self.sizes[price] = count
            if price > self.best:
                self.best = price
        else:
            self.sizes.pop(price, None)
            if price == self.best:
                self.best = max(self.sizes, default=_NONE)

    def put_all(self, levels: Iterable[Level]) -> None:
        for price, count in levels:
            if count < 0 or not 0 < price < PAYOUT:
                raise ParseError("book", "no such level", f"{count} at {price}")
            self.put(price, count)


class Book:
    """The live book of one market; changed in place.

    ``reason`` says why a lost book is lost; ``version`` is that of the last change applied.
    """

    __slots__ = ("_no", "_quote", "_yes", "reason", "ticker", "version")

    def __init__(self, ticker: str) -> None:
        self.ticker = ticker
        self.version = 0
        self.reason: str | None = "no_snapshot"
        self._yes, self._no = _Bids(), _Bids()
        self._quote: Quote | None = None

    def apply(self, change: BookChanged) -> bool:
        """Apply a change set; returns False, changing nothing, while the book waits for a snapshot.

        Raises SequenceGap if a version is missing and ParseError if a level cannot be; the book is lost then.
        """
        if change.snapshot:
            self._yes, self._no, self.reason = _Bids(), _Bids(), None
        elif self.reason is not None:
            return False
        elif change.version != self.version + 1:
            self.lose("gap")
            raise SequenceGap(f"book {self.ticker}", self.version + 1, change.version)
        self.version, self._quote = change.version, None
        try:
            self._yes.put_all(change.yes)
            self._no.put_all(change.no)
        except ParseError:
            self.lose("bad_level")
            raise
        return True

    def apply_delta(self, outcome: Outcome, price: Price, delta: Count) -> Count:
        """Add to a level as the venue's frames do and return its new size; the caller checks their sequence.

        Raises ParseError, and loses the book, if the level would become negative.
        """
        bids = self._bids(outcome)
        size = Count(bids.sizes.get(price, _EMPTY) + delta)
        if size < 0 or not 0 < price < PAYOUT:
            self.lose("bad_level")
            raise ParseError(f"book {self.ticker}", f"{outcome} level at {price} would hold {size}")
        bids.put(price, size)
        self._quote = None
        return size

    def lose(self, reason: str) -> None:
        """Give the book up until the next snapshot."""
        self.reason = reason

    @property
    def state(self) -> BookState:
        """What the book is good for."""
        if self.reason is not None:
            return BookState.LOST
        return BookState.CROSSED if self._yes.best + self._no.best >= PAYOUT else BookState.LIVE

    @property
    def usable(self) -> bool:
        """Whether prices may be read from it: an unbroken sequence, and not crossed."""
        return self.reason is None and self._yes.best + self._no.best < PAYOUT

    def quote(self) -> Quote:
        """Return the best bid and ask in YES terms; cached until the next change."""
        if self._quote is None:
            self._quote = self._top()
        return self._quote

    def _top(self) -> Quote:
        yes, no = self._yes, self._no
        return Quote(
            bid=yes.best or None,
            bid_count=yes.sizes.get(yes.best, _EMPTY),
            ask=no.best.complement if no.best else None,
            ask_count=no.sizes.get(no.best, _EMPTY),
        )

    def levels(self, outcome: Outcome) -> tuple[Level, ...]:
        """Return the bids of an outcome, best first."""
        return tuple(sorted(self._bids(outcome).sizes.items(), reverse=True))

    def _bids(self, outcome: Outcome) -> _Bids:
        return self._yes if outcome is Outcome.YES else self._no


def mid(quote: Quote) -> float | None:
    """Return the average of bid and ask in dollars; None where a side is empty."""
    if quote.bid is None or quote.ask is None:
        return None
    return (quote.bid.number + quote.ask.number) / 2
