"""The venue's writes over the simulated exchange: requests take their way, arrive late or never, answers get lost."""

from __future__ import annotations

import msgspec

from kalshi_desk.domain.units import Cash, Count, Nanos, seconds
from kalshi_desk.errors import OutcomeUnknown, Rejected
from kalshi_desk.simulation.exchange import Answer, Changes
from kalshi_desk.simulation.orders import SelfTrade, SimOrder, TimeInForce
from kalshi_desk.wire.decode import Millis
from kalshi_desk.wire.kalshi_orders import Canceled, Created, NewOrder
from kalshi_desk.wire.kalshi_ws import OwnFill, OwnOrder
from tests.steps.machine import told
from tests.steps.machine.turns import turn
from tests.steps.machine.venue_reads import TIMEOUT_NS, VenueReads

ARRIVES_NS = seconds(6.0)
CODES = {"busy": (429, "too_many_requests"), "reject": (400, "invalid_order")}


class Flight(msgspec.Struct):
    """An order on its way: it arrives once, at the latest at ``until``, or never if it is lost."""

    order: NewOrder
    until: Nanos
    answer: Answer | None = None
    lost: bool = False


class Venue(VenueReads):
    """The exchange and the way to it. ``fates`` befall the next writes, one each.

    A fate is answer, miss (the answer, but for an IOC without a fill, which is a conflict), lose (done, no answer),
    late (no answer, arrives later), drop (never arrives), down (5xx, nothing done), busy (429) or reject.
    ``frames`` are what the private channels say; ``asked`` every create ever sent.
    """

    def __init__(self, account: str, opening: Cash, now: Nanos) -> None:
        super().__init__(account, opening, now)
        self.fates: list[str] = []
        self.flights: list[Flight] = []
        self.asked: list[NewOrder] = []
        self.frames: list[OwnFill | OwnOrder] = []
        self.groups: dict[str, set[str] | None] = {}

    # what happens there

    def happened(self, changes: Changes) -> None:
        """Write down what changed and tell it on the private channels."""
        self.frames += [told.own_order(msgspec.structs.replace(order)) for order in changes.orders]
        self.frames += [told.own_fill(fill) for fill in changes.fills]
        self.fills_made += [told.fill_body(fill) for fill in changes.fills]
        self.paid += [told.settlement_body(paid, self.exchange.markets[paid.ticker]) for paid in changes.settlements]

    def until(self, now: Nanos) -> None:
        """Let time pass; what is on its way arrives in time."""
        for flight in sorted(self.flights, key=lambda flight: flight.until):
            if flight.until < now and flight.answer is None:
                self.now = max(self.now, flight.until)
                self.happened(self.exchange.advance(self.now))
                self.arrive(flight)
        self.now = now
        self.happened(self.exchange.advance(now))

    def arrive(self, flight: Flight) -> None:
        """Let an order arrive that is on its way."""
        self.flights.remove(flight)
        if not flight.lost:
            flight.answer = self._place(flight.order)

    def _place(self, order: NewOrder) -> Answer:
        group = self.groups.get(order.order_group_id or "")
        if group is None:
            known = order.order_group_id in self.groups
            return Answer(reason="order_group_triggered" if known else "not_found")
        arriving = SimOrder(
            order_id=f"v{len(self.exchange.orders) + 1}", account=self.account, ticker=order.ticker, side=order.side,
            price=order.price, count=order.count, time_in_force=TimeInForce(order.time_in_force),
            self_trade=SelfTrade(order.self_trade), created_at=self.now, client_order_id=order.client_order_id,
            post_only=order.post_only, reduce_only=order.reduce_only, cancel_on_pause=True,
            expires_at=order.expires_at, updated_at=self.now,
        )  # fmt: skip
        answer = self.exchange.place(arriving, self.now)
        self.happened(answer.changes)
        if answer.order is not None:
            group.add(answer.order.order_id)
        return answer

    def lower(self, order: SimOrder, remaining: Count) -> None:
        """Let a person lower what rests of an order on the venue's page; 0 takes it off the book."""
        self.exchange.matchers[order.ticker].decrease(order.order_id, remaining, self.now)
        self.happened(Changes(orders=[order]))

    def _end(self, order_id: str) -> Count:
        order = self.exchange.orders.get(order_id)
        rested = Count(0) if order is None else order.remaining
        if order is None or not rested:
            raise Rejected("cancel order", 404, "not_found")
        answer = self.exchange.cancel(order, self.now)
        if answer.reason is not None:
            raise Rejected("cancel order", 409, answer.reason)
        self.happened(answer.changes)
        return rested

    # writes

    def _fate(self, call: str) -> str:
        fate = self.fates.pop(0) if self.fates else "answer"
        if fate in CODES:
            raise Rejected(call, *CODES[fate])
        if fate == "down":
            raise OutcomeUnknown(call, 503, "service_unavailable")
        return fate

    async def reserve(self) -> None:
        await turn()

    async def create(self, order: NewOrder) -> Created:
        self.asked.append(order)
        started, call = self.now, "create order"
        flight = Flight(order, Nanos(started + ARRIVES_NS))
        self.flights.append(flight)
        await turn()
        try:
            fate = self._fate(call)
        except (Rejected, OutcomeUnknown):
            if flight in self.flights:
                self.flights.remove(flight)
                raise
            fate = "lose"
        flight.lost = fate == "drop"
        if flight in self.flights and fate != "late":
            self.arrive(flight)
        await turn()
        if fate not in ("answer", "miss") or self.now - started > TIMEOUT_NS or flight.answer is None:
            raise OutcomeUnknown(call, None, "timeout")
        answer = flight.answer
        if answer.order is None or answer.reason is not None:
            status = {"order_already_exists": 409, "not_found": 404}.get(answer.reason or "", 400)
            raise Rejected(call, status, answer.reason or "", answer.details)
        done = answer.order
        made = sum(fill.count for fill in answer.changes.fills)
        if fate == "miss" and done.time_in_force is TimeInForce.IOC and not made:
            raise Rejected(call, 409, "immediate_or_cancel_insufficient_resting_volume")
        rests = Count(done.count - made) if done.time_in_force is TimeInForce.GTC else Count(0)
        return Created(done.order_id, Count(made), rests, Millis(self.now))

    async def cancel(self, order_id: str, ticker: str) -> Canceled:
        started = self.now
        await turn()
        fate = self._fate("cancel order")
        if fate in ("drop", "late"):
            raise OutcomeUnknown("cancel order", None, "timeout")
        rested = self._end(order_id)
        await turn()
        if fate == "lose" or self.now - started > TIMEOUT_NS:
            raise OutcomeUnknown("cancel order", None, "timeout")
        return Canceled(order_id, rested, Millis(self.now))

    async def create_group(self, contracts: int, exchange_index: int) -> str:
        await turn()
        name = f"g{len(self.groups) + 1}"
        self.groups[name] = set()
        await turn()
        return name

    async def change_group(self, group_id: str, exchange_index: int, action: str, contracts: int | None = None) -> None:
        await turn()
        if action == "trigger":
            for order_id in sorted(self.groups[group_id] or ()):
                if self.exchange.orders[order_id].remaining:
                    self._end(order_id)
            self.groups[group_id] = None
        elif action == "reset" and self.groups[group_id] is None:
            self.groups[group_id] = set()
        await turn()
