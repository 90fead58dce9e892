"""Fetch from the venue what the socket may have missed, settle what has ended, and reconcile the two books."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterable
from typing import Protocol

from kalshi_desk.domain.inputs import TradingStatus
from kalshi_desk.domain.intent import KnownOrder
from kalshi_desk.domain.ledger import Order, Position
from kalshi_desk.domain.order import OrderState
from kalshi_desk.domain.units import NANOS, Cash, Count, Nanos, Price, seconds
from kalshi_desk.errors import ParseError, Rejected, Retryable
from kalshi_desk.steps.booking import Booking, Ledger
from kalshi_desk.steps.confirm import state_event, step
from kalshi_desk.steps.execute import OrderReads
from kalshi_desk.steps.reconcile import (
    Difference,
    again,
    blocked,
    cash_gap,
    gap_stands,
    held,
    order_difference,
    orders_to_ask,
    position_differences,
    repair_fill,
)
from kalshi_desk.steps.settle import disagreement, final_value, settlement_of
from kalshi_desk.wire.kalshi_markets import ExchangeStatus, MarketBody, trading_status
from kalshi_desk.wire.kalshi_portfolio import BalanceBody, OrderBody, PositionBody, SettlementBody

OVERLAP_S, LOOK_BACK_S = 60, 600
UNREAD_STATUSES = 3
Query = dict[str, str | int | list[str]]


class AccountReads(OrderReads, Protocol):
    """What the venue tells of an account; every method raises Retryable, Rejected or ParseError."""

    async def orders(self, query: Query) -> list[OrderBody]: ...

    async def positions(self) -> list[PositionBody]: ...

    async def balance(self) -> BalanceBody: ...

    async def settlements(self, query: Query) -> list[SettlementBody]: ...

    async def market(self, ticker: str) -> MarketBody: ...

    async def status(self) -> ExchangeStatus: ...


class Books(Ledger, Protocol):
    """What catching up needs of the ledger besides booking."""

    async def recent_orders(self, since: Nanos) -> list[KnownOrder]: ...

    async def last_fill_at(self) -> Nanos | None: ...

    async def unverified(self) -> list[tuple[str, str, Cash]]: ...

    async def verify_settlement(self, ticker: str) -> None: ...

    async def cash(self) -> Cash: ...

    async def opening(self) -> tuple[Cash, Nanos]: ...


class CatchUp:
    """Keeps one account's ledger in step with the venue.

    ``report`` records and tells a difference, and whether it is unsafe to trade on: at two looks free cash that differs
    by more than live orders explain, an order that rests there though it ended here, or one that the venue does not
    know; or a position that differs still after it was repaired. ``accepted`` is the cash by which the venue's may
    differ, because a person said so; ``speed`` is how many seconds of event time pass in one of wall time.
    """

    def __init__(
        self,
        reads: AccountReads,
        books: Books,
        booking: Booking,
        *,
        report: Callable[[Difference, bool], Awaitable[None]],
        speed: float = 1.0,
    ) -> None:
        self._reads, self._books, self._booking, self._report = reads, books, booking, report
        self._speed = speed
        self._asked: Nanos | None = None
        self._seen: list[Difference] = []
        self._told: set[tuple[Difference, bool]] = set()
        self._repaired: set[str] = set()
        self._unreadable: set[str] = set()
        self._unknown: set[str] = set()
        self.accepted = self._gap = self._others = Cash(0)
        self._gap_told = False
        self._unread = 0

    async def trading(self) -> TradingStatus | None:
        """Ask whether the venue takes orders; one that does not say so three times running does not, else None."""
        try:
            told = await self._reads.status()
        except (Retryable, Rejected, ParseError):
            self._unread += 1
            return _silent(self._booking.now()) if self._unread >= UNREAD_STATUSES else None
        self._unread = 0
        return trading_status(told, self._booking.now())

    async def fills(self) -> int:
        """Book the fills since the last call, with a minute of wall time's overlap; return how many were new."""
        asked, since = self._booking.now(), await self._since()
        told = await self._reads.fills({"min_ts": max(0, since // NANOS)})
        ordered = sorted(told, key=lambda fill: (fill.occurred_at, fill.fill_id))
        new = sum([await self._booking.fill(fill) is not None for fill in ordered])
        self._asked = asked
        return new

    async def _since(self) -> Nanos:
        """Return where to ask from: at the first call well before the last fill in the ledger, or at its opening."""
        if self._asked is not None:
            return Nanos(self._asked - seconds(OVERLAP_S * self._speed))
        last = await self._books.last_fill_at()
        known = (await self._books.opening())[1] if last is None else last
        return Nanos(known - seconds(LOOK_BACK_S * self._speed))

    async def settle(self, tickers: Iterable[str] | None = None) -> set[str]:
        """Book the end of the given markets (or of all that we traded) where the venue calls it final; return those.

        Fills are fetched once more after it said so: then nothing is filled there any more, and all that was counts.
        A market with an order in flight waits for its answer, for what that bought is paid out too. Where the fetching
        fails nothing is settled; a market that cannot be read is told, and keeps no other from being settled.
        """
        await self.fills()
        held = set(self._positions())
        wanted = sorted(held if tickers is None else held & set(tickers))
        ended = {ticker: end for ticker in wanted if (end := await self._read_end(ticker)) is not None}
        in_flight = await self._in_flight()
        if ended:
            await self.fills()
        return {ticker for ticker, end in ended.items() if ticker not in in_flight and await self._settle(ticker, *end)}

    async def _read_end(self, ticker: str) -> tuple[str, Price] | None:
        try:
            end = await self._end(ticker)
        except (Rejected, ParseError) as fault:
            self._unreadable.add(ticker)
            await self._tell(Difference("market", ticker, "held", f"unreadable: {str(fault)[:200]}"))
            return None
        self._unreadable.discard(ticker)
        return end

    async def _end(self, ticker: str) -> tuple[str, Price] | None:
        market = await self._reads.market(ticker)
        paid = market.settlement_value_dollars
        value = final_value(status=market.status, result=market.result, settlement_value=paid)
        return None if value is None else (market.result, value)

    async def _settle(self, ticker: str, result: str, value: Price) -> bool:
        positions = self._positions().get(ticker, [])
        at, account = self._booking.now(), self._booking.account
        settlement = settlement_of(positions, ticker=ticker, result=result, value=value, at=at, account=account)
        return bool(positions) and await self._booking.settle(settlement)

    async def _in_flight(self) -> set[str]:
        """Return the markets with an order that is to be sent, or was and is not answered yet."""
        return {intent.ticker for intent in await self._books.open_intents() if not intent.cancels}

    def _positions(self) -> dict[str, list[Position]]:
        found: dict[str, list[Position]] = {}
        for position in self._booking.positions.all(self._booking.now()):
            if position.ticker not in self._booking.settled:
                found.setdefault(position.ticker, []).append(position)
        return found

    async def verify(self) -> None:
        """Compare settlements with the venue's own, once it lists them."""
        waiting = await self._books.unverified()
        if not waiting:
            return
        told = {body.ticker: body for body in await self._reads.settlements({})}
        for ticker, result, revenue in waiting:
            if ticker not in told:
                continue
            fault = disagreement(told[ticker], result=result, revenue=revenue)
            if fault is None:
                await self._books.verify_settlement(ticker)
            else:
                await self._tell(Difference("settlement", ticker, f"{result} {revenue}", fault))

    async def reconcile(self) -> list[Difference]:
        """Compare orders, fills, settlements, positions and cash with the venue; repair and report what differs."""
        await self.settle()
        await self.verify()
        found = await self._orders()
        standing = again(found_now := await self._holdings(), self._seen)
        self._seen = found_now
        self._repaired &= {difference.name for difference in found_now}
        for difference in standing:
            await self._repair(difference)
        return [*found, *standing, *await self._cash()]

    @property
    def in_doubt(self) -> bool:
        """Whether the last look found what the next one has to confirm."""
        return bool(self._seen or self._gap or self._unknown)

    async def accept(self) -> Cash:
        """Take over what a person has looked at, as it is now; return by how much free cash may differ from now on.

        What differs in other ways is told, and repaired, anew. Raises Retryable, Rejected or ParseError.
        """
        if self._gap_told:
            gap, *_ = await self._compare_cash()
            self.accepted, self._gap = Cash(self.accepted + gap), Cash(0)
        self._told.clear()
        self._repaired.clear()
        return self.accepted

    async def _orders(self) -> list[Difference]:
        unanswered = {i.body.client_order_id for i in await self._books.open_intents() if isinstance(i.body, Order)}
        ours = [
            known
            for known in await self._books.recent_orders(self._booking.now())
            if known.order.client_order_id not in unanswered
        ]
        asked = orders_to_ask(ours, await self._reads.orders({"status": "resting"}))
        before, self._unknown = self._unknown, set()
        return [difference for known in asked if (difference := await self._ask(known, before)) is not None]

    async def _ask(self, known: KnownOrder, unknown: set[str]) -> Difference | None:
        order = known.order
        told = await self._reads.order_by_client_id(order.client_order_id, order.ticker)
        if told is None:
            self._unknown.add(order.client_order_id)
            return await self._bury(known) if order.client_order_id in unknown else None
        for fill in await self._reads.fills({"order_id": told.order_id}):
            await self._booking.fill(fill)
        now = await self._books.find_order(client_order_id=order.client_order_id)
        event = state_event(order, told, self._booking.now())
        if now is None or (now.state, now.filled) == (event.event, event.filled):
            return None
        await self._booking.event(event)
        difference = order_difference(now, told)
        await self._tell(difference)
        return difference

    async def _bury(self, known: KnownOrder) -> Difference:
        """End an order that the venue did not know at two looks: it would keep its market from all others for good."""
        order, now = known.order, self._booking.now()
        await self._booking.event(step(order, "expired", now, filled=known.filled, reason="unknown at the venue"))
        difference = Difference("order", order.client_order_id, known.state, "unknown there")
        await self._tell(difference, unsafe=True)
        return difference

    async def _holdings(self) -> list[Difference]:
        """Return how positions differ, but for markets with an order in flight: its answer brings what it bought.

        Nor is a position in a market that cannot be read repaired: it may be settled.
        """
        waiting = await self._in_flight() | self._unreadable
        ours = held(position for group in self._positions().values() for position in group)
        differences = position_differences(ours, await self._reads.positions())
        return [one for one in differences if one.name not in waiting] + await self._strays()

    async def _compare_cash(self) -> tuple[Cash, Cash, Cash]:
        """Return the gap, our free cash and the venue's; no gap while an order is unanswered: it may have sold."""
        waiting = [intent for intent in await self._books.open_intents() if intent.state == "sent"]
        orders = await self._books.recent_orders(self._booking.now())
        ours = Cash(await self._books.cash() + self.accepted)
        theirs = (await self._reads.balance()).balance_dollars
        gap = Cash(0) if waiting else cash_gap(ours, theirs, orders, others=self._others)
        return gap, ours, theirs

    async def _cash(self) -> list[Difference]:
        before, (self._gap, ours, theirs) = self._gap, await self._compare_cash()
        self._gap_told = self._gap_told and self._gap != 0
        if not gap_stands(self._gap, before):
            return []
        difference = Difference("cash", "balance", str(ours), str(theirs))
        if not self._gap_told:
            await self._report(difference, True)
            self._gap_told = True
        return [difference]

    async def _strays(self) -> list[Difference]:
        """Return our orders that rest at the venue though they ended here; take note of what a person's block there."""
        resting = await self._reads.orders({"status": "resting"})
        known = [await self._books.find_order(client_order_id=body.client_order_id) for body in resting]
        self._others = Cash(sum(blocked(body) for body, ours in zip(resting, known, strict=True) if ours is None))
        return [
            Difference("order", ours.order.client_order_id, ours.state, "resting")
            for ours in known
            if ours is not None and OrderState(ours.state).final
        ]

    async def _repair(self, difference: Difference) -> None:
        unsafe = difference.subject != "position" or difference.name in self._repaired
        await self._tell(difference, unsafe=unsafe)
        if unsafe:
            return
        told = {body.ticker: body for body in await self._reads.positions()}.get(difference.name)
        if str(told.position_fp if told else Count(0)) != difference.venues:
            return
        at, account = self._booking.now(), self._booking.account
        await self._booking.take(repair_fill(difference, told, account=account, at=at))
        self._repaired.add(difference.name)

    async def _tell(self, difference: Difference, *, unsafe: bool = False) -> None:
        """Report a difference once."""
        if (difference, unsafe) not in self._told:
            self._told.add((difference, unsafe))
            await self._report(difference, unsafe)


def _silent(at: Nanos) -> TradingStatus:
    return TradingStatus(at=at, trading=False, shards=())
