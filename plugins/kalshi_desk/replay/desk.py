"""The whole desk in one place and in event time: pricing, gate, venue, books, exits and marks, without a broker."""

from __future__ import annotations

from collections.abc import Iterable

import msgspec

from kalshi_desk.domain.decisions import FairValue, Refusal, Signal
from kalshi_desk.domain.inputs import BookChanged, CryptoInput, Lifecycle, MarketDefined
from kalshi_desk.domain.ledger import Equity, Fill, Mark, Order, OrderEvent, Settlement
from kalshi_desk.domain.market import Quote
from kalshi_desk.domain.message import Message
from kalshi_desk.domain.position import Positions
from kalshi_desk.domain.units import Nanos, Price
from kalshi_desk.replay.venue import ReplayVenue
from kalshi_desk.steps import exit_review, gate, gate_state, mark
from kalshi_desk.steps.cancel_review import cancels
from kalshi_desk.steps.confirm import step
from kalshi_desk.steps.crypto_signals import CryptoParams, CryptoState, last_counts, reduce
from kalshi_desk.steps.gate_state import GateParams, GateState
from kalshi_desk.steps.market_view import Belief
from kalshi_desk.steps.settle import settlement_of
from kalshi_desk.steps.why_not import Refusals

Result = FairValue | Signal | Refusal | Order | OrderEvent | Fill | Settlement


class DeskParams(msgspec.Struct, frozen=True, kw_only=True):
    """What the live apps are told by their settings, and how long an order is under way."""

    crypto: CryptoParams
    gate: GateParams
    latency_ns: int


class ReplayDesk:
    """One account that trades what it is shown. Inputs come in event time; so do the results."""

    def __init__(self, params: DeskParams) -> None:
        self._params, self._account = params, params.gate.account
        opening = params.gate.limits.initial_bankroll
        self._crypto, self._gate, self._reviews = CryptoState(), GateState(), exit_review.ReviewState()
        self._marks = mark.MarkState(opening)
        # one view of the venue for all three: it is the same for each of them
        self._gate.view = self._reviews.view = self._marks.view
        self._venue = ReplayVenue(account=self._account, opening=opening, latency_ns=params.latency_ns)
        self._positions, self._refusals = Positions(), Refusals()
        self._cancelled: set[str] = set()
        self._reviewed_at = Nanos(0)
        self._looked: dict[str, tuple[Quote, Belief | None]] = {}
        self._out: list[Result] = []

    def take(self, message: CryptoInput, seen: str) -> list[Result]:
        """Take one input and return all that follows from it and from the time that has passed, in order."""
        self._out = []
        self._hear(self._venue.until(message.at))
        self._show(message)
        self._note(message)
        for one in reduce(self._crypto, message, params=self._params.crypto, seen=seen):
            self._out.append(one)
            if isinstance(one, FairValue):
                self._marks.view.observe(one)
            elif isinstance(one, Signal):
                self._judge(one)
        self._review(message)
        return self._out

    def finish(self) -> list[Result]:
        """Return the counts of refusals not told yet: nothing comes after."""
        return [*last_counts(self._crypto), *self._refusals.counted(self._crypto.now, last=True)]

    @property
    def evaluations(self) -> int:
        """How often a market was looked at."""
        return self._crypto.evaluations

    def _show(self, message: CryptoInput) -> None:
        """Let the venue see what happens in its markets."""
        if isinstance(message, BookChanged):
            self._hear(self._venue.external(message))
        elif isinstance(message, MarketDefined):
            self._venue.define(message.market)
        elif isinstance(message, Lifecycle) and message.event == "settled":
            self._settle(message)

    def _hear(self, news: Iterable[OrderEvent | Fill]) -> None:
        for told in news:
            self._out.append(told)
            gate_state.observe(self._gate, told)
            self._note(told)
            if isinstance(told, Fill):
                exit_review.observe(self._reviews, told)
                position = self._positions.take(told)
                if position is not None:
                    self._moved(position)

    def _moved(self, position: Message) -> None:
        gate_state.observe(self._gate, position)
        exit_review.observe(self._reviews, position)
        self._note(position)

    def _note(self, message: Message) -> None:
        """Keep marks and equity; the gate judges by them, breakers throw switches."""
        for found in mark.observe(self._marks, message, params=self._params.gate):
            if not isinstance(found, Mark):
                gate_state.observe(self._gate, found)
            if not isinstance(found, (Mark, Equity)):
                mark.observe(self._marks, found, params=self._params.gate)

    def _judge(self, signal: Signal) -> None:
        answer = gate.decide(self._gate, signal, now=signal.at, params=self._params.gate)
        if isinstance(answer, Refusal):
            self._out += self._refusals.refuse(answer)
        else:
            self._refusals.clear(answer)
            self._out.append(answer)
            self._out.append(step(answer, "sent", answer.at, remaining=answer.count))
            gate_state.observe(self._gate, self._out[-1])
            self._venue.send(answer, answer.at)

    def _settle(self, ended: Lifecycle) -> None:
        value, result = ended.settlement_value, ended.result
        if value is None or result is None:
            return
        held = [one for one in self._positions.all(ended.at) if one.ticker == ended.ticker]
        self._hear(self._venue.settle(ended.ticker, result=result, value=Price(value), now=ended.at))
        if not held:
            return
        settlement = settlement_of(
            held, ticker=ended.ticker, result=result, value=Price(value), at=ended.at, account=self._account
        )
        self._out.append(settlement)
        gate_state.observe(self._gate, settlement)
        for position in self._positions.settle(settlement):
            self._moved(position)

    def _review(self, message: CryptoInput) -> None:
        """Look for exits where the book moved, and once a second everywhere; and for resting orders that must go."""
        now, params = self._crypto.now, self._params.gate
        if isinstance(message, BookChanged) and self._differs(message.ticker):
            for signal in exit_review.review(self._reviews, message.ticker, now=now, params=params):
                self._wish(signal)
        if now // 10**9 > self._reviewed_at // 10**9:
            self._reviewed_at = now
            self._out += self._refusals.counted(now)
            for signal in exit_review.review_due(self._reviews, now=now, params=params):
                self._wish(signal)
        if self._gate.orders:
            self._cancel(now)

    def _differs(self, ticker: str) -> bool:
        """Tell whether a holding may be judged otherwise than at the last look: by the book's top or our estimate."""
        if ticker not in self._reviews.positions:
            return False
        view = self._marks.view
        seen = view.books[ticker].quote(), view.beliefs.get(ticker)
        known, self._looked[ticker] = self._looked.get(ticker), seen
        return known is None or known[1] is not seen[1] or known[0] != seen[0]

    def _wish(self, wish: Signal | Refusal) -> None:
        self._out.append(wish)
        if isinstance(wish, Signal):
            self._judge(wish)

    def _cancel(self, now: Nanos) -> None:
        for wish in cancels(self._gate, now=now, params=self._params.gate):
            if wish.client_order_id not in self._cancelled:
                self._cancelled.add(wish.client_order_id)
                self._venue.send(wish, now)
