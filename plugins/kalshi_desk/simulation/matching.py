"""The one matching core: behind the simulated venue, replay and backtests. One matcher is one market.

External liquidity (recorded or synthetic) does not react to us. What we took of a level stays taken until the level
shrinks below it: it is never more than the level, and gone when the level goes. A resting order of ours fills only when
the external opposite side reaches its price, at its own price, up to the contracts that are there. Among orders of
accounts price goes before time; at one price external contracts go before those of accounts.
Prices are YES prices; ``now`` is event time.
"""

from __future__ import annotations

from bisect import insort
from collections import deque
from collections.abc import Callable, Iterator, Sequence

import msgspec

from kalshi_desk.domain.book import Book
from kalshi_desk.domain.inputs import BookChanged
from kalshi_desk.domain.market import BookSide, Outcome, PriceRange
from kalshi_desk.domain.order import on_grid
from kalshi_desk.domain.position import closing_count
from kalshi_desk.domain.units import Count, Nanos, Price
from kalshi_desk.simulation.orders import (
    Execution,
    MatcherState,
    Placed,
    SelfTrade,
    SimOrder,
    SimState,
    Taken,
    TimeInForce,
)


class _Offer(msgspec.Struct):
    """Free external contracts at one level: ``price`` in YES terms, ``level`` in those of the outcome that bids."""

    price: Price
    level: Price
    count: Count


class Matcher:
    """The orders of accounts in one market, against each other and against its external book.

    ``ranges`` is the price grid in force; ``is_open`` turns False at the close.
    """

    def __init__(self, ticker: str, ranges: Sequence[PriceRange]) -> None:
        self.ticker, self.ranges, self.is_open = ticker, ranges, True
        self.book = Book(ticker)
        self._taken: dict[Outcome, dict[Price, Count]] = {Outcome.YES: {}, Outcome.NO: {}}
        self._resting: dict[BookSide, list[SimOrder]] = {BookSide.BID: [], BookSide.ASK: []}
        self._trades = self._arrivals = 0

    def external(self, change: BookChanged) -> list[Execution]:
        """Take over a change of the external book and return the fills of resting orders that it reaches.

        Raises SequenceGap or ParseError as Book.apply does; there is no external liquidity then until a snapshot.
        """
        if not self.book.apply(change):
            return []
        if self._taken[Outcome.YES] or self._taken[Outcome.NO]:
            self._release(change)
        if not self.is_open or not (self._resting[BookSide.BID] or self._resting[BookSide.ASK]):
            return []
        return [*self._reach(BookSide.BID, change.at), *self._reach(BookSide.ASK, change.at)]

    def place(self, order: SimOrder, now: Nanos, *, position: Count) -> Placed:
        """Match an arriving order and rest what GTC leaves; ``position`` (signed YES) bounds a reduce-only one.

        A killed FOK is a canceled order, anything else refused is a rejected one: neither is kept.
        """
        fault = self._fault(order, now) or self._cross_fault(order)
        if fault is not None:
            order.state = SimState.REJECTED
            return Placed(order=order, reason=fault[0], details=fault[1])
        if order.time_in_force is TimeInForce.FOK and not self._fillable(order):
            order.state, order.reason = SimState.CANCELED, "fill_or_kill"
            return Placed(order=order, reason="fill_or_kill_insufficient_resting_volume")
        wanted = closing_count(position, order.side, order.count) if order.reduce_only else order.count
        return self._arrive(order, wanted, now)

    def amend(
        self, order_id: str, *, price: Price, count: Count, expires_at: Nanos | None, now: Nanos
    ) -> Placed | None:
        """Change a resting order; ``count`` = filled + wanted. None if it does not rest.

        Less at the same price keeps its place in the queue; more, or another price, arrives anew.
        """
        order = self.find(order_id)
        if order is None:
            return None
        wish = msgspec.structs.replace(order, price=price, count=count, expires_at=expires_at)
        if count <= order.filled:
            return Placed(order=order, reason="invalid_order_size", details="nothing would remain")
        fault = self._fault(wish, now) or self._cross_fault(wish)
        if fault is not None:
            return Placed(order=order, reason=fault[0], details=fault[1])
        keeps_place = price == order.price and count <= order.count
        order.expires_at, order.updated_at = expires_at, now
        if keeps_place:
            order.count = count
            return Placed(order=order)
        self._resting[order.side].remove(order)
        order.price, order.count = price, count
        return self._arrive(order, Count(count - order.filled), now)

    def decrease(self, order_id: str, remaining: Count, now: Nanos) -> SimOrder | None:
        """Lower what rests to ``remaining``, keeping its place; 0 cancels. None if no more than that rests."""
        order = self.find(order_id)
        if order is None or remaining > order.remaining:
            return None
        if remaining <= 0:
            return self.cancel(order_id, now)
        order.count, order.updated_at = Count(order.filled + remaining), now
        return order

    def cancel(self, order_id: str, now: Nanos) -> SimOrder | None:
        """Cancel a resting order and return it; None if it does not rest."""
        swept = self.sweep(lambda order: order.order_id == order_id, "user", now)
        return swept[0] if swept else None

    def expire(self, now: Nanos) -> list[SimOrder]:
        """Cancel the orders whose time is over."""
        return self.sweep(lambda order: order.expires_at is not None and order.expires_at <= now, "expired", now)

    def close(self, now: Nanos) -> list[SimOrder]:
        """Close the market for good: cancel all that rests, refuse all that comes."""
        self.is_open = False
        return self.sweep(lambda _: True, "market_closed", now)

    def sweep(self, doomed: Callable[[SimOrder], bool], reason: str, now: Nanos) -> list[SimOrder]:
        """Cancel every resting order that ``doomed`` names, in order of arrival."""
        found = sorted((order for order in self.resting() if doomed(order)), key=lambda order: order.rank)
        for order in found:
            self._end(order, SimState.CANCELED, reason, now)
        return found

    def find(self, order_id: str) -> SimOrder | None:
        """Return the resting order of that id."""
        return next((order for order in self.resting() if order.order_id == order_id), None)

    def resting(self) -> Iterator[SimOrder]:
        """Return all resting orders: bids, then asks, each by priority."""
        yield from self._resting[BookSide.BID]
        yield from self._resting[BookSide.ASK]

    def state(self) -> MatcherState:
        """Return what must be kept, besides the orders, to go on after a restart."""
        taken = tuple(
            Taken(outcome, price, count)
            for outcome, levels in self._taken.items()
            for price, count in sorted(levels.items())
        )
        return MatcherState(
            ticker=self.ticker, is_open=self.is_open, trades=self._trades, arrivals=self._arrivals, taken=taken
        )

    def restore(self, state: MatcherState, orders: Sequence[SimOrder]) -> None:
        """Go on from a kept state with the orders that rested then."""
        self.is_open, self._trades, self._arrivals = state.is_open, state.trades, state.arrivals
        for taken in state.taken:
            self._taken[taken.outcome][taken.price] = taken.count
        for order in orders:
            insort(self._resting[order.side], order, key=_priority)

    def _fault(self, order: SimOrder, now: Nanos) -> tuple[str, str] | None:
        gtc, ioc = order.time_in_force is TimeInForce.GTC, order.time_in_force is TimeInForce.IOC
        rules = (
            (not self.is_open, "MARKET_INACTIVE", "the market is closed"),
            (order.count <= 0, "invalid_order_size", "count must be at least 0.01"),
            (not on_grid(self.ranges, order.price), "invalid_price", "price is not on the tick grid"),
            (order.reduce_only and not ioc, "invalid_order", "reduce only needs immediate_or_cancel"),
            (order.post_only and not gtc, "invalid_order", "post only needs good_till_canceled"),
            (order.expires_at is not None and not gtc, "invalid_parameters", "expiration needs good_till_canceled"),
            (order.expires_at is not None and order.expires_at <= now, "invalid_parameters", "expiration has passed"),
        )
        return next(((code, text) for broken, code, text in rules if broken), None)

    def _cross_fault(self, order: SimOrder) -> tuple[str, str] | None:
        if order.post_only and (self._offers(order) or self._opposite(order) is not None):
            return "invalid_order", "post only cross"
        return None

    def _fillable(self, order: SimOrder) -> bool:
        """Tell whether a FOK may start: enough is there, or it meets its own account (and then acts as IOC)."""
        orders = [other for other in self._resting[_other(order.side)] if _meets(order, other.price)]
        if any(other.account == order.account for other in orders):
            return True
        there = sum(offer.count for offer in self._offers(order)) + sum(other.remaining for other in orders)
        return there >= order.count

    def _arrive(self, order: SimOrder, wanted: Count, now: Nanos) -> Placed:
        self._arrivals += 1
        order.rank, order.updated_at = self._arrivals, now
        meeting = _Meeting(wanted=wanted, now=now)
        self._match(order, meeting)
        if order.filled == order.count:
            order.state = SimState.EXECUTED
        elif meeting.stopped or order.time_in_force is not TimeInForce.GTC:
            order.state, order.reason = SimState.CANCELED, "self_trade" if meeting.stopped else "unfilled"
        else:
            insort(self._resting[order.side], order, key=_priority)
        return Placed(order=order, executions=tuple(meeting.executions), canceled=tuple(meeting.canceled))

    def _match(self, order: SimOrder, meeting: _Meeting) -> None:
        """Let ``order`` take what it meets, best price first, until it has enough or its own account stops it."""
        offers = deque(self._offers(order))
        while meeting.wanted > 0 and not meeting.stopped:
            other = self._opposite(order)
            if offers and (other is None or not _better(order.side, other.price, offers[0].price)):
                self._take_offer(order, offers.popleft(), meeting)
            elif other is None:
                return
            elif other.account != order.account:
                self._take_order(order, other, meeting)
            elif order.self_trade is SelfTrade.TAKER:
                meeting.stopped = True
            else:
                self._end(other, SimState.CANCELED, "self_trade", meeting.now)
                meeting.canceled.append(other)

    def _take_offer(self, order: SimOrder, offer: _Offer, meeting: _Meeting) -> None:
        count = min(meeting.wanted, offer.count)
        self._take(order.side, offer.level, count)
        self._trades += 1
        meeting.add(self._fill(order, offer.price, count, meeting.now, is_taker=True))

    def _take_order(self, order: SimOrder, other: SimOrder, meeting: _Meeting) -> None:
        count = min(meeting.wanted, other.remaining)
        self._trades += 1
        meeting.add(self._fill(order, other.price, count, meeting.now, is_taker=True))
        meeting.executions.append(self._fill(other, other.price, count, meeting.now, is_taker=False))

    def _fill(self, order: SimOrder, price: Price, count: Count, now: Nanos, *, is_taker: bool) -> Execution:
        order.filled, order.updated_at = Count(order.filled + count), now
        if not is_taker and order.filled == order.count:
            self._end(order, SimState.EXECUTED, None, now)
        return Execution(at=now, trade=self._trades, order=order, price=price, count=count, is_taker=is_taker)

    def _end(self, order: SimOrder, state: SimState, reason: str | None, now: Nanos) -> None:
        self._resting[order.side].remove(order)
        order.state, order.reason, order.updated_at = state, reason, now

    def _reach(self, side: BookSide, now: Nanos) -> Iterator[Execution]:
        """Fill the resting orders of one side, by priority, from external contracts at or through their price."""
        for order in list(self._resting[side]):
            offers = self._offers(order)
            count = Count(min(order.remaining, sum(offer.count for offer in offers)))
            if count == 0:
                return
            left = count
            for offer in offers:
                part = min(left, offer.count)
                self._take(side, offer.level, part)
                left = Count(left - part)
            self._trades += 1
            yield self._fill(order, order.price, count, now, is_taker=False)

    def _offers(self, order: SimOrder) -> list[_Offer]:
        """Return the free external contracts that an order can meet, best first for it."""
        if self.book.reason is not None or not self._reachable(order):
            return []
        other = _bidding_against(order.side)
        taken = self._taken[other]
        offers = []
        for level, size in self.book.levels(other):
            price = level if other is Outcome.YES else level.complement
            if not _meets(order, price):
                break
            if free := size - taken.get(level, 0):
                offers.append(_Offer(price, level, Count(free)))
        return offers

    def _reachable(self, order: SimOrder) -> bool:
        quote = self.book.quote()
        best = quote.ask if order.side is BookSide.BID else quote.bid
        return best is not None and _meets(order, best)

    def _take(self, side: BookSide, level: Price, count: Count) -> None:
        if count:
            taken = self._taken[_bidding_against(side)]
            taken[level] = Count(taken.get(level, 0) + count)

    def _release(self, change: BookChanged) -> None:
        """Let go of what was taken from levels that have shrunk below it."""
        for outcome, touched in ((Outcome.YES, change.yes), (Outcome.NO, change.no)):
            taken = self._taken[outcome]
            if taken and (change.snapshot or any(price in taken for price, _ in touched)):
                now = dict(self.book.levels(outcome))
                kept = {price: min(count, now.get(price, Count(0))) for price, count in taken.items()}
                self._taken[outcome] = {price: count for price, count in kept.items() if count}

    def _opposite(self, order: SimOrder) -> SimOrder | None:
        """Return the first resting order, of any account, that an order would meet."""
        first = next(iter(self._resting[_other(order.side)]), None)
        return first if first is not None and _meets(order, first.price) else None


class _Meeting(msgspec.Struct, kw_only=True):
    """One arrival in progress: what is still wanted, and what has happened so far."""

    wanted: Count
    now: Nanos
    executions: list[Execution] = []
    canceled: list[SimOrder] = []
    stopped: bool = False

    def add(self, execution: Execution) -> None:
        self.executions.append(execution)
        self.wanted = Count(self.wanted - execution.count)


def _priority(order: SimOrder) -> tuple[int, int]:
    return (-order.price if order.side is BookSide.BID else order.price, order.rank)


def _other(side: BookSide) -> BookSide:
    return BookSide.ASK if side is BookSide.BID else BookSide.BID


def _bidding_against(side: BookSide) -> Outcome:
    """Return the outcome whose external bids an order of this side can meet."""
    return Outcome.NO if side is BookSide.BID else Outcome.YES


def _meets(order: SimOrder, price: Price) -> bool:
    return price <= order.price if order.side is BookSide.BID else price >= order.price


def _better(side: BookSide, price: Price, than: Price) -> bool:
    return price < than if side is BookSide.BID else price > than
