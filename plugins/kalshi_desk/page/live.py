"""What the topics say now: switches, marks, books, fair values, spot and index, and the latest decisions."""

from __future__ import annotations

from collections import deque

from msgspec import UNSET

from kalshi_desk.domain.breakers import throw
from kalshi_desk.domain.control import Switch
from kalshi_desk.domain.decisions import Refusal, Signal
from kalshi_desk.domain.inputs import BookChanged, BookLost, IndexTick, IndexValue, SpotTrade
from kalshi_desk.domain.ledger import Equity, Mark
from kalshi_desk.domain.message import Message
from kalshi_desk.domain.units import Nanos
from kalshi_desk.errors import ParseError, SequenceGap
from kalshi_desk.steps.market_view import MarketView

KEPT = 40


class LiveState:
    """The page's picture of one account and of the markets; changed in place by ``apply``."""

    def __init__(self, account: str) -> None:
        self.account = account
        self.view = MarketView()
        self.book_at: dict[str, Nanos] = {}
        self.switches: dict[tuple[str, str], Switch] = {}
        self.marks: dict[str, Mark] = {}
        self.equity: Equity | None = None
        self.spot: dict[tuple[str, str], SpotTrade] = {}
        self.index: dict[str, IndexValue | IndexTick] = {}
        self.window: dict[str, IndexValue] = {}
        self.signals: deque[Signal] = deque(maxlen=KEPT)
        self.refusals: deque[Refusal] = deque(maxlen=KEPT)

    def apply(self, message: Message) -> None:
        """Take note of a message; a book that cannot follow its changes is shown as lost."""
        match message:
            case SpotTrade():
                self.spot[message.underlying, message.venue] = message
            case IndexValue() | IndexTick():
                self._see_index(message)
            case Mark() | Equity() if message.account == self.account:
                self._see_worth(message)
            case Switch() if message.meant_for(self.account):
                throw(self.switches, message)
            case Signal() if message.account == self.account:
                self.signals.appendleft(message)
            case Refusal() if message.account in (UNSET, self.account):
                self.refusals.appendleft(message)
            case Switch() | Refusal():
                return
            case _:
                self._see_market(message)

    def _see_index(self, message: IndexValue | IndexTick) -> None:
        last = self.index.get(message.underlying)
        if last is None or message.occurred_at >= last.occurred_at:
            self.index[message.underlying] = message
        if isinstance(message, IndexValue):
            self.window[message.underlying] = message

    def _see_worth(self, message: Mark | Equity) -> None:
        if isinstance(message, Equity):
            self.equity = message
        elif message.count:
            self.marks[message.ticker] = message
        else:
            self.marks.pop(message.ticker, None)

    def _see_market(self, message: Message) -> None:
        if isinstance(message, (BookChanged, BookLost)):
            self.book_at[message.ticker] = message.at
        try:
            self.view.observe(message)
        except (SequenceGap, ParseError):
            return
