"""One account that bets on questions at their price, by the live strategy, sizing and gate, and holds until the answer.

A question has one price and no book. The desk is shown a book of one cent to either side of that price: what it would
rest inside is never filled, and what the live desk does then is done at once: it takes the ask if the edge pays for it.
"""

from __future__ import annotations

import heapq
from collections import Counter
from collections.abc import Callable, Sequence
from decimal import ROUND_CEILING, ROUND_FLOOR, Decimal

import msgspec
import numpy as np
from numpy.typing import NDArray

from kalshi_desk.domain.backtest import Bet, EquityPoint
from kalshi_desk.domain.correlation import Matrix, Subject
from kalshi_desk.domain.decisions import Refusal, Signal
from kalshi_desk.domain.estimate import Estimate
from kalshi_desk.domain.fees import Role, expected_fee
from kalshi_desk.domain.inputs import BookChanged, Lifecycle, MarketDefined
from kalshi_desk.domain.ledger import Equity, Fill, Order, Position
from kalshi_desk.domain.market import FeeSchedule, Market, MarketStatus, Outcome, PriceRange
from kalshi_desk.domain.order import price_ceil, price_floor
from kalshi_desk.domain.position import FLAT, Holding, with_fill
from kalshi_desk.domain.question import Question
from kalshi_desk.domain.risk import DAY_NS
from kalshi_desk.domain.units import PAYOUT, Cash, Count, Nanos, Price
from kalshi_desk.steps import gate, gate_state, mark
from kalshi_desk.steps.calibrate import Combined
from kalshi_desk.steps.confirm import step
from kalshi_desk.steps.correlate import Pair, Stake, pairs_above, unpriced
from kalshi_desk.steps.forecast_signals import spread_out
from kalshi_desk.steps.gate_state import GateParams, GateState
from kalshi_desk.steps.settle import settlement_of
from kalshi_desk.strategies import forecast_edge
from kalshi_desk.strategies.forecast_edge import ForecastParams, ForecastView

HALF_SPREAD = Price(100)
FEE = FeeSchedule("quadratic", 10_000)
GRID = (PriceRange(Price(100), Price(9_900), Price(100)),)
DEPTH = Count(10**9)
NO_CLOSE = Nanos(100_000 * DAY_NS)
DONE = "bets that were answered"
Embed = Callable[[Sequence[str]], NDArray[np.float32]]


def held_to_the_end(params: GateParams, *, bankroll: Cash) -> GateParams:
    """Return the gate's parameters for an account of ``bankroll`` that never sells: exits and their bans are off."""
    forecast = msgspec.structs.replace(params.limits.forecast, exits=frozenset())
    limits = msgspec.structs.replace(params.limits, forecast=forecast, initial_bankroll=bankroll)
    return msgspec.structs.replace(params, limits=limits)


class ForecastDesk:
    """The account's gate, marks and open bets; questions are put to it in the order in which they were asked."""

    def __init__(self, params: GateParams, *, embed: Embed, max_correlation: float) -> None:
        self.bets: list[Bet] = []
        self.refusals: Counter[str] = Counter()
        self.equity: list[EquityPoint] = []
        self._params, self._strategy = params, _strategy(params)
        self._meanings, self._max_correlation = _Meanings(embed), max_correlation
        self._gate, self._marks = GateState(), mark.MarkState(params.limits.initial_bankroll)
        self._gate.view = self._marks.view
        self._open: dict[str, tuple[Order, Fill]] = {}
        self._subjects: dict[str, Subject] = {}
        self._done = FLAT
        self._due: list[tuple[Nanos, str, Question]] = []

    def ask(self, question: Question, combined: Combined) -> None:
        """Bet on a question if strategy and gate agree, after all bets answered by then are paid."""
        self.until(question.asked_at)
        answer = self._decide(question, combined)
        if isinstance(answer, Order):
            self._fill(question, answer)
        else:
            self.refusals[answer.reason] += 1
            if question.title not in self._open:
                self._marks.view.beliefs.pop(question.title, None)
        self._marks.view.books.pop(question.title, None)

    def until(self, now: Nanos | None) -> None:
        """Pay every bet answered by ``now``; None pays all that are left."""
        while self._due and (now is None or self._due[0][0] <= now):
            self._settle(heapq.heappop(self._due)[2])

    def _decide(self, question: Question, combined: Combined) -> Order | Refusal:
        now = question.asked_at
        if question.title in self._open:
            return _refused(question, "already_held")
        self._show(question)
        self._mark(now)
        estimate = _estimate(question, combined, self._params.account)
        self._marks.view.observe(estimate)
        view = ForecastView(
            now=now,
            estimate=estimate,
            close_time=NO_CLOSE,
            quote=self._marks.view.books[question.title].quote(),
            fee=FEE,
            price_ranges=GRID,
        )
        wish = forecast_edge.decide(view, self._strategy)
        if isinstance(wish, Signal):
            wish = self._apart(question, wish)
        if isinstance(wish, Refusal):
            return wish
        taken = forecast_edge.take(view, self._strategy, wish.outcome, DEPTH)
        if taken is None:
            return _refused(question, "one_sided_book")
        taken = msgspec.structs.replace(taken, cluster=wish.cluster)
        return gate.decide(self._gate, taken, now=now, params=self._params)

    def _apart(self, question: Question, wish: Signal) -> Signal | Refusal:
        """Refuse what is too much like an open bet, as the live desk does; tell the gate how bets hang together."""
        subjects = [*self._subjects.values(), _subject(question)]
        known = self._gate.correlations = self._meanings.correlations(subjects)
        held = [Stake(title, order.outcome) for title, (order, _) in self._open.items()]
        (answer,) = spread_out([wish], held, known, limit=self._max_correlation)
        return answer

    def _show(self, question: Question) -> None:
        view, now = self._marks.view, question.asked_at
        view.observe(MarketDefined(at=now, market=_market(question)))
        bid, ask = _book_round(question.price)
        yes = () if bid is None else ((bid, DEPTH),)
        no = () if ask is None else ((ask.complement, DEPTH),)
        view.observe(
            BookChanged(at=now, occurred_at=now, ticker=question.title, version=0, snapshot=True, yes=yes, no=no)
        )

    def _mark(self, now: Nanos) -> None:
        for found in mark.mark_now(self._marks, now=now, params=self._params):
            gate_state.observe(self._gate, found)
            if isinstance(found, Equity) and (not self.equity or self.equity[-1].equity != found.equity):
                self.equity.append(EquityPoint(now, found.equity))

    def _fill(self, question: Question, order: Order) -> None:
        fill = _fill_of(order, self._params.fee_align)
        gate_state.observe(self._gate, step(order, "sent", order.at, remaining=order.count))
        gate_state.observe(self._gate, fill)
        self._open[question.title], self._subjects[question.title] = (order, fill), _subject(question)
        heapq.heappush(self._due, (question.resolved_at, question.id, question))
        self._marks.view.books.pop(question.title, None)
        held = with_fill(FLAT, side=order.book_side, price=fill.price, count=fill.count, fee=fill.fee)
        self._hold(_position(held, question.title, order.at, self._params.account))

    def _hold(self, position: Position) -> None:
        gate_state.observe(self._gate, position)
        mark.remember(self._marks, position)
        self._mark(position.at)

    def _settle(self, question: Question) -> None:
        """Pay a bet; the marks keep one flat position for all that are done, or they would slow down with each."""
        now, title, account = question.resolved_at, question.title, self._params.account
        value, result = (PAYOUT, "yes") if question.outcome else (Price(0), "no")
        held = self._marks.positions.pop((title, "desk"))
        end = settlement_of([held], ticker=title, result=result, value=value, at=now, account=account)
        gate_state.observe(self._gate, end)
        self._marks.view.observe(Lifecycle(at=now, ticker=title, event="settled"))
        self.bets.append(_bet(question, *self._open.pop(title)))
        del self._subjects[title]
        self._done = Holding(
            fees=Cash(self._done.fees + end.fees), realized=Cash(self._done.realized + end.pnl + end.fees)
        )
        self._hold(_position(self._done, DONE, now, account))


class _Meanings:
    """The meanings of titles, each read once; how markets hang together by them, by what they share, and no price."""

    def __init__(self, embed: Embed) -> None:
        self._embed = embed
        self._rows: dict[str, NDArray[np.float32]] = {}

    def correlations(self, subjects: Sequence[Subject]) -> dict[Pair, float]:
        if len(subjects) < 2:
            return {}
        fresh = [subject.title for subject in subjects if subject.title not in self._rows]
        self._rows |= zip(fresh, self._embed(fresh), strict=True)
        vectors: Matrix = np.array([self._rows[subject.title] for subject in subjects], np.float64)
        return pairs_above([subject.ticker for subject in subjects], unpriced(subjects, vectors), 0.0)


def _strategy(params: GateParams) -> ForecastParams:
    own = params.limits.forecast
    return ForecastParams(
        min_edge=own.min_edge, min_price=own.min_entry_price, max_price=own.max_entry_price, below=None,
        not_within_s=None, selection=params.selection, life_s=params.order_timeout_s,
    )  # fmt: skip


def _market(question: Question) -> Market:
    """Return the market that a question is taken for: open since it was asked, with a close that nobody knows."""
    return Market(
        ticker=question.title, event_ticker=question.event or question.title, series_ticker=question.title,
        title=question.title, category=question.category, status=MarketStatus.ACTIVE, open_time=question.asked_at,
        close_time=NO_CLOSE, strike_type=None, floor_strike=None, cap_strike=None, custom_strike={}, rules_primary="",
        rules_secondary="", price_ranges=GRID, fee=FEE, exchange_index=0, settlement_timer_s=0,
    )  # fmt: skip


def _subject(question: Question) -> Subject:
    market = _market(question)
    return Subject(
        ticker=market.ticker, event_ticker=market.event_ticker, series_ticker=market.series_ticker, title=market.title,
        exclusive=bool(market.exclusive), p_yes=question.price,
    )  # fmt: skip


def _book_round(price: float | None) -> tuple[Price | None, Price | None]:
    """Return bid and ask, half a spread from the price and then rounded away from it; None beyond the grid."""
    if price is None:
        return None, None
    exact = Decimal(repr(price)).scaleb(Price.DECIMALS)
    low, high = exact.to_integral_value(ROUND_FLOOR), exact.to_integral_value(ROUND_CEILING)
    return price_floor(GRID, Price(int(low) - HALF_SPREAD)), price_ceil(GRID, Price(int(high) + HALF_SPREAD))


def _estimate(question: Question, combined: Combined, account: str) -> Estimate:
    return Estimate(
        at=question.asked_at, account=account, ticker=question.title, category=question.category,
        estimate_id=question.id, p_yes=combined.p_yes, stderr=combined.stderr, exploratory=combined.exploratory,
    )  # fmt: skip


def _refused(question: Question, reason: str) -> Refusal:
    return Refusal(at=question.asked_at, ticker=question.title, desk="forecast", stage="edge", reason=reason)


def _position(held: Holding, ticker: str, at: Nanos, account: str) -> Position:
    return Position(
        at=at, account=account, ticker=ticker, owner="desk", count=held.count, cost=held.cost, fees=held.fees,
        realized=held.realized,
    )  # fmt: skip


def _own_price(order: Order) -> Price:
    return order.price if order.outcome is Outcome.YES else order.price.complement


def _fill_of(order: Order, align: Cash) -> Fill:
    fee = expected_fee(FEE, role=Role.TAKER, price=_own_price(order), count=order.count, align=align)
    return Fill(
        at=order.at, occurred_at=order.at, account=order.account, ticker=order.ticker, fill_id=order.decision_id,
        venue_order_id=order.client_order_id, client_order_id=order.client_order_id, owner="desk",
        strategy=order.strategy, outcome=order.outcome, action=order.action, price=order.price, count=order.count,
        is_taker=True, fee=fee,
    )  # fmt: skip


def _bet(question: Question, order: Order, fill: Fill) -> Bet:
    price = _own_price(order)
    won = (order.outcome is Outcome.YES) == (question.outcome == 1)
    paid = Cash(price * order.count)
    return Bet(
        question=question.id, title=question.title, category=question.category, asked_at=question.asked_at,
        resolved_at=question.resolved_at, outcome=order.outcome, price=price, count=order.count, cost=paid,
        fee=fill.fee, pnl=Cash((PAYOUT * order.count if won else 0) - paid - fill.fee), won=won,
    )  # fmt: skip
