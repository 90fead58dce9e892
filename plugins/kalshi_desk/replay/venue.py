"""The simulated venue as replay uses it: no sockets, but the same matching and accounts, and a way that takes time.

Orders and cancels arrive a fixed latency after they were sent, and meet the book as every change up to that instant,
it included, has left it.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Iterator

from kalshi_desk.domain.inputs import BookChanged
from kalshi_desk.domain.ledger import Fill, Order, OrderEvent
from kalshi_desk.domain.market import Market
from kalshi_desk.domain.units import Cash, Count, Nanos, Price
from kalshi_desk.simulation.accounts import SimFill
from kalshi_desk.simulation.exchange import Changes, Exchange
from kalshi_desk.simulation.orders import SelfTrade, SimOrder, SimState, TimeInForce
from kalshi_desk.steps.cancel_review import Cancel
from kalshi_desk.steps.confirm import request_of, step

Told = OrderEvent | Fill
_EVENTS = {SimState.RESTING: "resting", SimState.EXECUTED: "filled", SimState.CANCELED: "canceled"}


class ReplayVenue:
    """One account at the simulated exchange; what it tells are the desk's own order events and fills."""

    def __init__(self, *, account: str, opening: Cash, latency_ns: int) -> None:
        self._exchange = Exchange()
        self._account, self._opening, self._latency_ns = account, opening, latency_ns
        self._under_way: deque[tuple[Nanos, Order | Cancel]] = deque()
        self._orders: dict[str, Order] = {}

    def define(self, market: Market) -> None:
        """Take over a market's definition; the account opens with its cash on the first market's shard."""
        if not self._exchange.accounts:
            self._exchange.open_account(self._account, {market.exchange_index: self._opening})
        self._exchange.define(market)

    def send(self, wish: Order | Cancel, now: Nanos) -> None:
        """Put an order or a cancel on its way."""
        self._under_way.append((Nanos(now + self._latency_ns), wish))

    def until(self, now: Nanos) -> Iterator[Told]:
        """Let arrive what is due before ``now``, then let time pass up to it."""
        while self._under_way and self._under_way[0][0] < now:
            at, wish = self._under_way.popleft()
            yield from self._ended(self._exchange.advance(at), at)
            yield from self._place(wish, at) if isinstance(wish, Order) else self._cancel(wish, at)
        yield from self._ended(self._exchange.advance(now), now)

    def external(self, change: BookChanged) -> list[Told]:
        """Apply a change of the recorded book and return what it does to resting orders."""
        changes = self._exchange.external(change)
        return [] if not changes.fills else [*self._filled(changes.fills), *self._ended(changes, change.at)]

    def settle(self, ticker: str, *, result: str, value: Price, now: Nanos) -> list[Told]:
        """Pay a settled market out."""
        return list(self._ended(self._exchange.settle(ticker, result=result, value=value, now=now), now))

    def _place(self, order: Order, at: Nanos) -> Iterator[Told]:
        answer = self._exchange.place(_arriving(order, at), at)
        if answer.order is None:
            reason = f"{answer.reason} {answer.details}".strip()
            yield step(order, "rejected", at, venue_order_id=None, reason=reason)
            return
        self._orders[order.client_order_id] = order
        yield _event(order, answer.order, at)
        yield from self._filled(answer.changes.fills)

    def _cancel(self, cancel: Cancel, at: Nanos) -> Iterator[Told]:
        resting = self._exchange.orders.get(cancel.client_order_id)
        if resting is not None and self._exchange.cancel(resting, at).reason is None:
            yield _event(self._orders[cancel.client_order_id], resting, at, reason=cancel.reason)

    def _filled(self, fills: Iterable[SimFill]) -> Iterator[Fill]:
        for fill in fills:
            order = self._orders[str(fill.client_order_id)]
            yield Fill(
                at=fill.at,
                occurred_at=fill.at,
                account=fill.account,
                ticker=fill.ticker,
                fill_id=fill.fill_id,
                venue_order_id=fill.order_id,
                client_order_id=fill.client_order_id,
                owner="desk",
                strategy=order.strategy,
                outcome=order.outcome,
                action=order.action,
                price=fill.price,
                count=fill.count,
                is_taker=fill.is_taker,
                fee=fill.fee,
            )

    def _ended(self, changes: Changes, at: Nanos) -> Iterator[OrderEvent]:
        for resting in changes.orders:
            yield _event(self._orders[str(resting.client_order_id)], resting, at, reason=resting.reason)


def _arriving(order: Order, at: Nanos) -> SimOrder:
    """Return what the live adapter would send, as the exchange receives it."""
    request = request_of(order)
    return SimOrder(
        order_id=order.client_order_id,
        account=order.account,
        ticker=request.ticker,
        side=request.side,
        price=request.price,
        count=request.count,
        time_in_force=TimeInForce(request.time_in_force),
        self_trade=SelfTrade(request.self_trade),
        created_at=at,
        client_order_id=request.client_order_id,
        post_only=request.post_only,
        reduce_only=request.reduce_only,
        cancel_on_pause=True,
        expires_at=request.expires_at,
        updated_at=at,
    )


def _event(order: Order, known: SimOrder, at: Nanos, *, reason: str | None = None) -> OrderEvent:
    return step(
        order,
        _EVENTS[known.state],
        at,
        venue_order_id=known.order_id,
        filled=Count(known.filled),
        remaining=known.remaining,
        reason=reason if known.state is SimState.CANCELED else None,
    )
