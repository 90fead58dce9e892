"""The crypto desk's reducer: inputs of one underlying in, fair values, signals and refusals out.

Event time is the latest ``at`` seen. The state is rebuilt by feeding the last minutes of inputs again and throwing the
outputs away.
"""

from __future__ import annotations

import msgspec

from kalshi_desk.domain.book import Book
from kalshi_desk.domain.crypto.contract import Rule, Uncompiled, compile_rule
from kalshi_desk.domain.crypto.underlying import Estimate, Underlying, Unpriced
from kalshi_desk.domain.decisions import FairValue, Refusal, Signal
from kalshi_desk.domain.fees import fee_known
from kalshi_desk.domain.inputs import (
    BookChanged,
    BookLost,
    CryptoInput,
    FeedAlive,
    IndexTick,
    IndexValue,
    Lifecycle,
    MarketDefined,
    SpotTrade,
)
from kalshi_desk.domain.limits import DeskLimits, InputLimits
from kalshi_desk.domain.market import Market, MarketStatus, Outcome, Quote
from kalshi_desk.domain.units import NANOS, Count, IndexPrice, Nanos
from kalshi_desk.errors import ParseError, SequenceGap
from kalshi_desk.steps.why_not import WhyNot
from kalshi_desk.strategies.crypto_fair_value import CryptoView, StrategyParams, decide

Output = FairValue | Signal | Refusal
_NO_QUOTE = Quote(None, Count(0), None, Count(0))
_INDEX_UNITS = 10**IndexPrice.DECIMALS
_FORGET_NS = 600 * NANOS
_STATUS_AFTER = {
    "activated": MarketStatus.ACTIVE,
    "deactivated": MarketStatus.INACTIVE,
    "determined": MarketStatus.DETERMINED,
}


class CryptoParams(msgspec.Struct, frozen=True, kw_only=True):
    """What the reducer is told at start: the account, the series it prices, limits and the publishing rule.

    ``min_venues`` exchanges must be fresh for a composite price (1 where only one is recorded). A fair value is
    published every ``publish_s`` seconds of event time or after a move of ``publish_move``; prices of the underlying
    are acted on at most every ``reprice_s`` seconds. Where the strategy is not ``on``, markets are priced all the same.
    """

    account: str
    series: frozenset[str]
    limits: DeskLimits
    inputs: InputLimits = InputLimits()
    min_venues: int = 2
    publish_s: float = 1.0
    publish_move: float = 0.001
    reprice_s: float = 0.05
    on: bool = True

    @property
    def strategy(self) -> StrategyParams:
        """The strategy's thresholds under these limits."""
        limits = self.limits
        return StrategyParams(
            min_edge=limits.min_edge, min_price=limits.min_entry_price, max_price=limits.max_entry_price
        )


class _Priced:
    """One market that the desk prices: its rule, and what was last said of it.

    Until ``idle_until`` the price of the underlying changes nothing here: it is not open yet, or closed.
    """

    __slots__ = ("fair", "fair_ns", "idle_until", "market", "rule", "sent", "why_not")

    def __init__(self, market: Market) -> None:
        self.define(market)
        self.fair, self.fair_ns = -1.0, 0
        self.why_not = WhyNot()
        self.sent: dict[Outcome, str] = {}

    def define(self, market: Market) -> None:
        self.market, self.idle_until = market, Nanos(0)
        self.rule: Rule | Uncompiled = compile_rule(market)


class CryptoState:
    """All that the reducer knows of one underlying; changed in place by ``reduce``.

    ``evaluations`` counts how often a market was looked at: each time it led to a signal or to a refusal.
    """

    def __init__(self) -> None:
        self.now = Nanos(0)
        self.alive_ns = 0
        self.coins: dict[str, Underlying] = {}
        self.books: dict[str, Book] = {}
        self.priced: dict[str, _Priced] = {}
        self.repriced_ns = 0
        self.moved = False
        self.evaluations = 0


def reduce(state: CryptoState, message: CryptoInput, *, params: CryptoParams, seen: str) -> list[Output]:
    """Take one input and return what it leads to, in order; ``seen`` names the input (its offset, as text)."""
    if message.at > state.now:
        state.now = message.at
        for coin in state.coins.values():
            if coin.advance(message.at):
                state.moved = True
    touched = _take(state, message, params)
    if state.moved and state.now - state.repriced_ns >= params.reprice_s * NANOS:
        state.moved, state.repriced_ns = False, state.now
        awake = [ticker for ticker, one in state.priced.items() if state.now >= one.idle_until or ticker == touched]
        return _Turn(state, params, seen).evaluate(awake)
    return [] if touched is None else _Turn(state, params, seen).evaluate([touched])


def last_counts(state: CryptoState) -> list[Refusal]:
    """Return the counts of refusals not told yet: nothing comes after."""
    return [one for priced in state.priced.values() for one in priced.why_not.counted(state.now, last=True)]


def _take(state: CryptoState, message: CryptoInput, params: CryptoParams) -> str | None:
    """Take note of an input; returns the ticker of the market that it changed for us, if one."""
    if isinstance(message, BookChanged):
        return _change_book(state, message)
    if isinstance(message, SpotTrade):
        state.moved |= _coin(state, message.underlying, params).trade(message, state.now)
    elif isinstance(message, (IndexValue, IndexTick)):
        _coin(state, message.underlying, params).index(message)
        state.moved = True
    elif isinstance(message, FeedAlive):
        state.alive_ns = state.now if message.source.startswith("kalshi") else state.alive_ns
    elif isinstance(message, MarketDefined):
        return _define(state, message.market, params)
    elif isinstance(message, BookLost):
        _book(state, message.ticker).lose(message.reason)
        return message.ticker
    else:
        return _step(state, message)
    return None


def _coin(state: CryptoState, name: str, params: CryptoParams) -> Underlying:
    coin = state.coins.get(name)
    if coin is None:
        coin = state.coins[name] = Underlying(min_venues=params.min_venues, limits=params.inputs)
        coin.advance(state.now)
    return coin


def _book(state: CryptoState, ticker: str) -> Book:
    book = state.books.get(ticker)
    if book is None:
        book = state.books[ticker] = Book(ticker)
    return book


def _change_book(state: CryptoState, change: BookChanged) -> str | None:
    state.alive_ns = state.now
    book = _book(state, change.ticker)
    if not change.snapshot and change.version <= book.version:
        return None
    before = book.quote()
    try:
        book.apply(change)
    except (SequenceGap, ParseError):
        return change.ticker  # the book is lost now, which is the refusal
    return change.ticker if change.snapshot or book.quote() != before else None


def _define(state: CryptoState, market: Market, params: CryptoParams) -> str | None:
    if market.series_ticker not in params.series:
        return None
    priced = state.priced.get(market.ticker)
    if priced is None:
        if market.close_time <= state.now:
            return None
        priced = state.priced[market.ticker] = _Priced(market)
    elif priced.market != market:
        priced.define(market)
    rule = priced.rule
    if isinstance(rule, Rule) and rule.open_time <= state.now:
        _coin(state, rule.underlying, params).learn_strike(rule)
    return market.ticker


def _step(state: CryptoState, step: Lifecycle) -> str | None:
    priced = state.priced.get(step.ticker)
    if priced is None:
        return None
    market = priced.market
    close_time = step.close_time if step.close_time is not None else market.close_time
    status = _STATUS_AFTER.get(step.event, market.status)
    priced.define(msgspec.structs.replace(market, status=status, close_time=close_time))
    return step.ticker


class _Turn:
    """The evaluation of markets after one input; what is worth saying gathers in ``out``."""

    __slots__ = ("_now", "_params", "_seen", "_state", "out")

    def __init__(self, state: CryptoState, params: CryptoParams, seen: str) -> None:
        self._state, self._params, self._seen = state, params, seen
        self._now = state.now
        self.out: list[Output] = []

    def evaluate(self, tickers: list[str]) -> list[Output]:
        for ticker in tickers:
            priced = self._state.priced.get(ticker)
            if priced is not None:
                self._state.evaluations += 1
                self.out += priced.why_not.counted(self._now)
                self._price(priced)
                if self._now - priced.market.close_time > _FORGET_NS:
                    self._forget(priced)
        return self.out

    def _forget(self, priced: _Priced) -> None:
        self.out += priced.why_not.counted(self._now, last=True)
        del self._state.priced[priced.market.ticker]
        self._state.books.pop(priced.market.ticker, None)

    def _price(self, priced: _Priced) -> None:
        rule = _usable_rule(priced, self._now)
        priced.idle_until = _idle_until(priced.market, self._now)
        if isinstance(rule, Unpriced):
            self._refuse(priced, "price", rule)
            return
        estimate = _coin(self._state, rule.underlying, self._params).estimate(rule, self._now)
        if isinstance(estimate, Unpriced):
            self._refuse(priced, "price", estimate)
        else:
            self._decide(priced, estimate)

    def _decide(self, priced: _Priced, estimate: Estimate) -> None:
        book = self._state.books.get(priced.market.ticker)
        blocked = self._book_fault(book)
        quote = book.quote() if book is not None and blocked is None else _NO_QUOTE
        if blocked is None and not fee_known(priced.market.fee):
            blocked = Unpriced("unknown_fee", None if priced.market.fee is None else priced.market.fee.fee_type)
        if blocked is None and not self._params.on:
            blocked = Unpriced("strategy_off", "off", "STRATEGIES")
        if blocked is not None:
            self._tell(priced, estimate, quote, fresh=False)
            self._refuse(priced, "edge", blocked)
            return
        answer = decide(self._view(priced.market, estimate, quote), self._params.strategy)
        fresh = isinstance(answer, Signal) and priced.sent.get(answer.outcome) != answer.decision_id
        self._tell(priced, estimate, quote, fresh=fresh)
        if isinstance(answer, Refusal):
            self._say(priced.why_not.refuse(answer))
        elif fresh:
            priced.why_not.clear()
            priced.sent[answer.outcome] = answer.decision_id
            self.out.append(answer)
        else:
            self._refuse(priced, "edge", Unpriced("already_asked", answer.decision_id, "a new decision"))

    def _book_fault(self, book: Book | None) -> Unpriced | None:
        if book is None or not book.usable:
            return Unpriced("book_gap", "no_snapshot" if book is None else book.reason or book.state)
        silent, limit = self._now - self._state.alive_ns, self._params.inputs.book_s
        if silent > limit * NANOS:
            return Unpriced("stale_book", f"{silent / NANOS:.3f}", f"{limit:.3f}")
        return None

    def _view(self, market: Market, estimate: Estimate, quote: Quote) -> CryptoView:
        assert market.fee is not None  # noqa: S101 - an unknown fee was refused
        return CryptoView(
            now=self._now,
            ticker=market.ticker,
            account=self._params.account,
            close_time=market.close_time,
            p_yes=estimate.p_yes,
            stderr=estimate.stderr,
            quote=quote,
            fee=market.fee,
            price_ranges=market.price_ranges,
            seen=self._seen,
        )

    def _tell(self, priced: _Priced, estimate: Estimate, quote: Quote, *, fresh: bool) -> None:
        """Publish the fair value after a while, after a move, and with a signal."""
        params, rule = self._params, priced.rule
        late = self._now - priced.fair_ns >= params.publish_s * NANOS
        if isinstance(rule, Uncompiled) or not (
            fresh or late or abs(estimate.p_yes - priced.fair) >= params.publish_move
        ):
            return
        priced.fair, priced.fair_ns = estimate.p_yes, self._now
        self.out.append(
            FairValue(
                at=self._now,
                ticker=rule.ticker,
                underlying=rule.underlying,
                p_yes=estimate.p_yes,
                stderr=estimate.stderr,
                spot=IndexPrice(round(estimate.spot * _INDEX_UNITS)),
                strike=rule.strike,
                sigma=estimate.sigma,
                seconds_left=(rule.close_time - self._now) / NANOS,
                fixed_count=estimate.fixed_count,
                bid=quote.bid,
                ask=quote.ask,
                source=estimate.source,
                seen=self._seen,
            )
        )

    def _refuse(self, priced: _Priced, stage: str, why: Unpriced) -> None:
        refusal = Refusal(
            at=self._now,
            ticker=priced.market.ticker,
            desk="crypto",
            stage=stage,
            reason=why.reason,
            value=why.value,
            threshold=why.threshold,
            seen=self._seen,
        )
        self._say(priced.why_not.refuse(refusal))

    def _say(self, refusal: Refusal | None) -> None:
        if refusal is not None:
            self.out.append(refusal)


def _usable_rule(priced: _Priced, now: Nanos) -> Rule | Unpriced:
    """Return the rule of an open market whose strike is known, or the first reason why it is not priced."""
    market, rule = priced.market, priced.rule
    if isinstance(rule, Uncompiled) and rule.reason != "no_strike":
        return Unpriced(rule.reason, rule.value)
    if now >= market.close_time:
        return Unpriced("closed")
    if now < market.open_time:
        return Unpriced("not_open")
    if market.status is not MarketStatus.ACTIVE:
        return Unpriced("not_active", market.status)
    return Unpriced(rule.reason, rule.value) if isinstance(rule, Uncompiled) else rule


def _idle_until(market: Market, now: Nanos) -> Nanos:
    """Return the next instant at which the underlying's price matters to a market, or it can be forgotten."""
    if now < market.open_time:
        return market.open_time
    return Nanos(market.close_time + _FORGET_NS + 1) if now >= market.close_time else Nanos(0)
