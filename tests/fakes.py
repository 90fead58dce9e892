"""A venue and a ledger in memory that behave like the real ones where the door looks."""

from __future__ import annotations

import asyncio

import msgspec

from kalshi_desk.domain.intent import CancelOrder, Intent, KnownOrder
from kalshi_desk.domain.ledger import Fill, Order, OrderEvent, Settlement
from kalshi_desk.domain.market import BookSide, Outcome
from kalshi_desk.domain.order import OrderProgress, on_event, on_fill
from kalshi_desk.domain.units import Cash, Count, Nanos
from kalshi_desk.errors import OutcomeUnknown, Rejected, Retryable
from kalshi_desk.wire.decode import Millis
from kalshi_desk.wire.kalshi_markets import ExchangeStatus, ShardStatus
from kalshi_desk.wire.kalshi_orders import Canceled, Created, NewOrder, TimeInForce
from kalshi_desk.wire.kalshi_portfolio import (
    BalanceBody,
    FillBody,
    OrderBody,
    PositionBody,
    SettlementBody,
    ShardBalance,
)
from tests.orders import ACCOUNT, NOW

REFUSALS = {
    "reject": (400, "insufficient_balance"),
    "miss": (409, "immediate_or_cancel_insufficient_resting_volume"),
}


class Crash(Exception):
    """The process dies here."""


class FakeVenue:
    """``next`` says what becomes of the coming writes.

    answer (the default), reject, miss (an IOC that found nothing, told as a conflict), lose (done, no answer), drop
    (never arrives), die (done, and our process ends) or die_first (our process ends before it arrives).
    """

    def __init__(self) -> None:
        self.orders_seen: list[OrderBody] = []
        self.fills_seen: list[FillBody] = []
        self.held: dict[str, Count] = {}
        self.settled: list[SettlementBody] = []
        self.markets: dict[str, object] = {}
        self.cash = Cash.parse("50")
        self.shards: dict[int, Cash] = {}
        self.next: list[str] = []
        self.fill_now = self.trades = True
        self.silent = False
        self.budgets_told = 0
        self.creates: list[str] = []
        self.cancels: list[str] = []
        self.groups: dict[str, str] = {}
        self.groups_used: list[str | None] = []
        self.group_fates: list[str] = []
        self.group_calls: list[tuple[str, str]] = []

    async def create_group(self, contracts: int, exchange_index: int) -> str:
        await asyncio.sleep(0)
        self._fate("create group")
        name = f"g{len(self.group_calls)}"
        self.group_calls.append((name, "create"))
        self.groups[name] = "open"
        return name

    async def change_group(self, group_id: str, exchange_index: int, action: str, contracts: int | None = None) -> None:
        await asyncio.sleep(0)
        self._fate(f"{action} group")
        if group_id not in self.groups:
            raise Rejected(f"{action} group", 404, "not_found")
        self.group_calls.append((group_id, action))
        if action in ("trigger", "reset"):
            self.groups[group_id] = "stopped" if action == "trigger" else "open"

    def _fate(self, call: str) -> None:
        fate = self.group_fates.pop(0) if self.group_fates else "answer"
        if fate == "drop":
            raise OutcomeUnknown(call, None, "timeout")
        if fate == "reject":
            raise Rejected(call, 403, "forbidden")

    async def reserve(self) -> None:
        await asyncio.sleep(0)

    async def create(self, order: NewOrder) -> Created:
        await asyncio.sleep(0)
        fate = self.next.pop(0) if self.next else "answer"
        self.creates.append(order.client_order_id)
        if fate == "drop":
            raise OutcomeUnknown("create order", None, "timeout")
        if fate in REFUSALS:
            raise Rejected("create order", *REFUSALS[fate])
        if order.order_group_id is not None and self.groups.get(order.order_group_id) != "open":
            unknown = order.order_group_id not in self.groups
            raise Rejected("create order", 404, "not_found") if unknown else Rejected("c", 400, "order_group_triggered")
        if fate == "die_first":
            raise Crash
        if any(body.client_order_id == order.client_order_id for body in self.orders_seen):
            raise Rejected("create order", 409, "order_already_exists")
        body = self._take(order)
        self.groups_used.append(order.order_group_id)
        if fate == "die":
            raise Crash
        if fate == "lose":
            raise OutcomeUnknown("create order", 503, "service_unavailable")
        return Created(body.order_id, body.fill_count_fp, body.remaining_count_fp, Millis(NOW))

    def _take(self, order: NewOrder) -> OrderBody:
        filled = order.count if self.fill_now else Count(0)
        rests = Count(0) if order.time_in_force is TimeInForce.IOC else Count(order.count - filled)
        status = "executed" if filled == order.count else "resting" if rests else "canceled"
        body = OrderBody(
            order_id=f"v{len(self.orders_seen) + 1}", client_order_id=order.client_order_id, ticker=order.ticker,
            outcome_side=Outcome.YES if order.side is BookSide.BID else Outcome.NO, book_side=order.side,
            status=status, yes_price_dollars=order.price, fill_count_fp=filled, remaining_count_fp=rests,
            initial_count_fp=order.count, taker_fees_dollars=Cash(0), maker_fees_dollars=Cash(0),
        )  # fmt: skip
        self.orders_seen.append(body)
        if filled:
            self.trade(body, filled)
        return body

    def trade(self, body: OrderBody, count: Count, fee: str = "0.01") -> FillBody:
        """Fill a part of an order, whoever sent it."""
        fill = FillBody(
            fill_id=f"t{len(self.fills_seen) + 1}", order_id=body.order_id, ticker=body.ticker,
            outcome_side=body.outcome_side, book_side=body.book_side, count_fp=count,
            yes_price_dollars=body.yes_price_dollars, is_taker=True, fee_cost=Cash.parse(fee), created_time=NOW,
        )  # fmt: skip
        self.fills_seen.append(fill)
        bid = body.book_side is BookSide.BID
        self.held[body.ticker] = Count(self.held.get(body.ticker, 0) + (count if bid else -count))
        price = body.yes_price_dollars if bid else body.yes_price_dollars.complement
        self.cash = Cash(self.cash - price * count - fill.fee_cost)
        return fill

    def change(self, order_id: str, **fields: object) -> OrderBody:
        """Replace fields of an order."""
        at = next(i for i, body in enumerate(self.orders_seen) if body.order_id == order_id)
        self.orders_seen[at] = msgspec.structs.replace(self.orders_seen[at], **fields)
        return self.orders_seen[at]

    async def cancel(self, order_id: str, ticker: str) -> Canceled:
        fate = self.next.pop(0) if self.next else "answer"
        self.cancels.append(order_id)
        body = next(body for body in self.orders_seen if body.order_id == order_id)
        if fate == "drop":
            raise OutcomeUnknown("cancel order", None, "timeout")
        if body.status != "resting" or fate == "reject":
            raise Rejected("cancel order", 404, "not_found")
        self.change(order_id, status="canceled", remaining_count_fp=Count(0))
        if fate == "lose":
            raise OutcomeUnknown("cancel order", 503, "service_unavailable")
        return Canceled(order_id, body.remaining_count_fp, Millis(NOW))

    async def order_by_client_id(self, client_order_id: str, ticker: str) -> OrderBody | None:
        return next((body for body in self.orders_seen if body.client_order_id == client_order_id), None)

    async def orders(self, query: dict) -> list[OrderBody]:
        return [body for body in self.orders_seen if body.status == query["status"]]

    async def fills(self, query: dict) -> list[FillBody]:
        wanted = query.get("order_id")
        return [fill for fill in self.fills_seen if wanted in (None, fill.order_id)]

    async def positions(self) -> list[PositionBody]:
        return [
            PositionBody(ticker, count, Cash(abs(count) * 4_000), Cash(0), Cash(0))
            for ticker, count in self.held.items()
            if count
        ]

    async def account_limits(self) -> None:
        if self.silent:
            raise Retryable("GET /account/limits", 503, "service_unavailable")
        self.budgets_told += 1

    async def balance(self) -> BalanceBody:
        return BalanceBody(self.cash, tuple(ShardBalance(*each) for each in self.shards.items()))

    async def settlements(self, query: dict) -> list[SettlementBody]:
        return self.settled

    async def market(self, ticker: str) -> object:
        if isinstance(found := self.markets[ticker], Exception):
            raise found
        return found

    async def status(self) -> ExchangeStatus:
        if self.silent:
            raise Retryable("exchange status", 503, "service_unavailable")
        return ExchangeStatus(True, self.trades, (ShardStatus(2, True, not self.trades),))


class FakeLedger:
    """The ledger's contract in memory: each fact once, states only forward."""

    account = ACCOUNT

    def __init__(self) -> None:
        self.intents: dict[int, Intent] = {}
        self.closed: dict[int, str] = {}
        self.known: dict[str, Order] = {}
        self.progress: dict[str, OrderProgress] = {}
        self.events: list[OrderEvent] = []
        self.booked: dict[tuple[str, str], Fill] = {}
        self.settlements: dict[str, Settlement] = {}
        self.verified: set[str] = set()
        self.balance = Cash.parse("50")

    async def commit(self, body: Order | CancelOrder) -> Intent:
        """Add a pending intent."""
        intent = Intent(sequence=len(self.intents) + 1, state="pending", body=body)
        self.intents[intent.sequence] = intent
        if isinstance(body, Order):
            self.known[body.client_order_id] = body
            self.progress[body.client_order_id] = OrderProgress(count=body.count)
        return intent

    async def open_intents(self) -> list[Intent]:
        return [intent for number, intent in self.intents.items() if number not in self.closed]

    async def mark_sent(self, sequence: int) -> bool:
        intent = self.intents[sequence]
        self.intents[sequence] = msgspec.structs.replace(intent, state="sent", sent_wall=NOW)
        return intent.state == "pending"

    async def withdraw(self, client_order_id: str) -> bool:
        for intent in await self.open_intents():
            if isinstance(intent.body, Order) and intent.body.client_order_id == client_order_id:
                self.closed[intent.sequence] = "failed"
                return intent.state == "pending"
        return False

    async def close_intent(self, sequence: int, state: str, *events: OrderEvent) -> list[OrderEvent]:
        self.closed[sequence] = state
        return [event for event in events if await self.add_event(event)]

    async def add_event(self, event: OrderEvent) -> bool:
        same = (event.client_order_id, event.event, event.filled, event.remaining)
        if any((e.client_order_id, e.event, e.filled, e.remaining) == same for e in self.events):
            return False
        self.events.append(event)
        if event.client_order_id in self.progress:
            self.progress[event.client_order_id] = on_event(self.progress[event.client_order_id], event)
        return True

    async def add_fill(self, fill: Fill) -> bool:
        if (fill.fill_id, fill.venue_order_id) in self.booked:
            return False
        self.booked[fill.fill_id, fill.venue_order_id] = fill
        if fill.client_order_id in self.progress:
            self.progress[fill.client_order_id] = on_fill(self.progress[fill.client_order_id], fill)
        return True

    async def add_settlement(self, settlement: Settlement) -> bool:
        new = settlement.ticker not in self.settlements
        self.settlements.setdefault(settlement.ticker, settlement)
        return new

    async def verify_settlement(self, ticker: str) -> None:
        self.verified.add(ticker)

    async def unverified(self) -> list[tuple[str, str, Cash]]:
        waiting = (s for s in self.settlements.values() if s.ticker not in self.verified)
        return [(s.ticker, s.result, s.revenue) for s in waiting]

    async def find_order(
        self, *, client_order_id: str | None = None, venue_order_id: str | None = None
    ) -> KnownOrder | None:
        for name, progress in self.progress.items():
            if name == client_order_id or (venue_order_id and progress.venue_order_id == venue_order_id):
                return self._known(name, progress)
        return None

    def _known(self, name: str, progress: OrderProgress) -> KnownOrder:
        return KnownOrder(
            order=self.known[name], venue_order_id=progress.venue_order_id, state=progress.state,
            filled=progress.filled, remaining=progress.remaining, updated_at=NOW,
        )  # fmt: skip

    async def recent_orders(self, since: Nanos) -> list[KnownOrder]:
        return [self._known(name, progress) for name, progress in self.progress.items()]

    async def last_fill_at(self) -> Nanos | None:
        return max((fill.occurred_at for fill in self.booked.values()), default=None)

    async def cash(self) -> Cash:
        return self.balance

    async def opening(self) -> tuple[Cash, Nanos]:
        return Cash.parse("50"), NOW
