"""How far a market came, and what became of the rest: seen, priced, with edge, sized, allowed, sent, filled.

What is counted is the looks at a market; each leads to a refusal with a reason, or on to a signal, an order and a fill.
Exits are apart: they are no way into a market. Refusals of the door are orders that ended unsent, and counted as those.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping

import msgspec

from kalshi_desk.domain.decisions import Refusal, Signal
from kalshi_desk.domain.ledger import Fill, Order, OrderEvent
from kalshi_desk.domain.message import Message
from kalshi_desk.domain.order import OrderState
from kalshi_desk.domain.units import Nanos

STEPS = ("seen", "priced", "edge", "sized", "allowed", "sent", "filled")


class Refused(msgspec.Struct, frozen=True, kw_only=True):
    """How often one reason refused, with the latest value, threshold and what else would have refused then."""

    stage: str
    reason: str
    count: int
    value: str | None
    threshold: str | None
    also: tuple[str, ...]
    latest_at: Nanos


class Unfilled(msgspec.Struct, frozen=True, kw_only=True):
    """How many entries ended alike without a fill: rejected, canceled or expired, and why."""

    event: str
    reason: str | None
    count: int


class Funnel(msgspec.Struct, frozen=True, kw_only=True):
    """How many came to each step; two steps differ by what was refused between them (``lost``).

    ``unanswered`` signals have neither an order nor a refusal that is told: a count not told yet, or lost by a kill;
    ``working`` entries are neither filled nor at their end.
    """

    seen: int
    priced: int
    edge: int
    unanswered: int
    sized: int
    allowed: int
    sent: int
    filled: int
    working: int


class Why(msgspec.Struct, frozen=True, kw_only=True):
    """Why there were no more orders in a market, most frequent reasons first; ``ticker`` None means all markets."""

    ticker: str | None
    funnel: Funnel
    refusals: tuple[Refused, ...]
    unfilled: tuple[Unfilled, ...]


class Entries(msgspec.Struct, frozen=True, kw_only=True):
    """Signals to enter, and orders that they became: ``sent`` and ``filled`` of them, ``working`` still."""

    signals: int
    orders: int
    sent: int
    filled: int
    working: int


def funnel(refusals: Iterable[Refused], entries: Entries) -> Funnel:
    """Add up the funnel from its end: what came to a step is what went on and what was refused before the next.

    A resting entry that is followed up by taking is a look without a signal of its own.
    """
    at: Counter[str] = Counter()
    for refused in refusals:
        at[refused.stage] += refused.count
    sized = entries.orders + at["gate"]
    answered = sized + at["size"]
    edge = max(entries.signals, answered)
    priced = edge + at["edge"] + at["correlation"]
    return Funnel(
        seen=priced + at["price"] + at["quality"], priced=priced, edge=edge, unanswered=edge - answered, sized=sized,
        allowed=entries.orders, sent=entries.sent, filled=entries.filled, working=entries.working,
    )  # fmt: skip


def ranked(refusals: Iterable[Refused]) -> tuple[Refused, ...]:
    """Return refusals in the order in which they are shown: the most frequent first."""
    return tuple(sorted(refusals, key=lambda one: (-one.count, one.stage, one.reason)))


def explained(messages: Iterable[Message]) -> dict[str, Why]:
    """Return, by market, why there were no more orders, from the lines of a replay or the messages of a session."""
    markets: dict[str, _Told] = {}
    for message in messages:
        if isinstance(message, (Signal, Refusal, Order, OrderEvent, Fill)):
            markets.setdefault(message.ticker, _Told()).take(message)
    return {ticker: told.why(ticker) for ticker, told in markets.items()}


class _Told:
    """What was told of one market."""

    def __init__(self) -> None:
        self._refused: dict[tuple[str, str], Refused] = {}
        self._signals: set[str] = set()
        self._orders: dict[str, _Entry] = {}

    def take(self, message: Signal | Refusal | Order | OrderEvent | Fill) -> None:
        if isinstance(message, Refusal):
            self._refuse(message)
        elif isinstance(message, Signal):
            if message.action == "enter":
                self._signals.add(message.decision_id)
        elif isinstance(message, Order):
            if message.action == "enter":
                self._orders.setdefault(message.client_order_id, _Entry())
        elif (entry := self._orders.get(message.client_order_id or "")) is not None:
            entry.take(message)

    def _refuse(self, refusal: Refusal) -> None:
        key = refusal.stage, refusal.reason
        before = self._refused[key].count if key in self._refused else 0
        self._refused[key] = Refused(
            stage=refusal.stage, reason=refusal.reason, count=before + refusal.count, value=refusal.value,
            threshold=refusal.threshold, also=refusal.also, latest_at=refusal.at,
        )  # fmt: skip

    def why(self, ticker: str) -> Why:
        entries = list(self._orders.values())
        ended = Counter(entry.end for entry in entries if entry.end is not None and not entry.filled)
        counts = Entries(
            signals=len(self._signals),
            orders=len(entries),
            sent=sum(entry.sent for entry in entries),
            filled=sum(entry.filled for entry in entries),
            working=sum(entry.end is None and not entry.filled for entry in entries),
        )
        return Why(
            ticker=ticker,
            funnel=funnel(self._refused.values(), counts),
            refusals=ranked(self._refused.values()),
            unfilled=tuple(_unfilled(ended)),
        )


class _Entry:
    """How far one order to enter came."""

    def __init__(self) -> None:
        self.sent = self.filled = False
        self.end: tuple[str, str | None] | None = None

    def take(self, news: OrderEvent | Fill) -> None:
        if isinstance(news, Fill):
            self.sent = self.filled = True
            return
        self.sent |= news.event == OrderState.SENT or news.venue_order_id is not None
        self.filled |= news.filled > 0
        if OrderState(news.event).final:
            self.end = news.event, news.reason


def _unfilled(ended: Mapping[tuple[str, str | None], int]) -> Iterable[Unfilled]:
    for (event, reason), count in sorted(ended.items(), key=lambda item: (-item[1], item[0][0], item[0][1] or "")):
        yield Unfilled(event=event, reason=reason, count=count)
