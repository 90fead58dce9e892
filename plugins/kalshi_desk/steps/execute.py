"""Carry out intents: which may start, and what one of them does at the venue.

An order is sent once under its one id. A write without an answer stays ``sent``, its market frozen, until the venue has
been asked for that id; nothing is ever repeated blindly.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterable
from dataclasses import dataclass
from typing import Protocol

import msgspec

from kalshi_desk.domain.intent import CancelOrder, Intent, KnownOrder
from kalshi_desk.domain.ledger import Order, OrderEvent
from kalshi_desk.domain.order import OrderState
from kalshi_desk.domain.units import Nanos, seconds
from kalshi_desk.errors import OutcomeUnknown, ParseError, Rejected, Retryable
from kalshi_desk.steps.booking import Booking
from kalshi_desk.steps.confirm import canceled_event, created_event, request_of, state_event, step
from kalshi_desk.steps.order_groups import UNKNOWN, refused_by_group
from kalshi_desk.wire.kalshi_orders import Canceled, Created, NewOrder
from kalshi_desk.wire.kalshi_portfolio import FillBody, OrderBody

START_S, ARRIVAL_S = 2.0, 8.0
DUPLICATE, TOO_MANY = "order_already_exists", 429
MISSED = "insufficient_resting_volume"


class OrderReads(Protocol):
    """Looking up what the venue knows of one order."""

    async def order_by_client_id(self, client_order_id: str, ticker: str) -> OrderBody | None: ...

    async def fills(self, query: dict[str, str | int | list[str]]) -> list[FillBody]: ...


class OrderWrites(Protocol):
    """The order writes; ``reserve`` waits until one may be made, all others raise Rejected or OutcomeUnknown."""

    async def reserve(self) -> None: ...

    async def create(self, order: NewOrder) -> Created: ...

    async def cancel(self, order_id: str, ticker: str) -> Canceled: ...


@dataclass(frozen=True)
class Door:
    """What carrying out needs: the venue, the books, the wall clock, and what is asked before each request.

    ``covered`` says whether the lease outlives a request; ``barred`` why an order may not go out now, if so; ``group``
    the order group that it joins (None: not now); ``ungrouped`` hears of an order that was refused for its group.
    """

    reads: OrderReads
    writes: OrderWrites
    booking: Booking
    wall: Callable[[], Nanos]
    covered: Callable[[], Awaitable[bool]]
    barred: Callable[[Order], str | None]
    group: Callable[[Order], Awaitable[str | None]]
    ungrouped: Callable[[Order, Rejected], Awaitable[None]]


def startable(intents: Iterable[Intent], busy: frozenset[str]) -> list[Intent]:
    """Return what may start now: one intent a market, none where one is in flight.

    In a market the unanswered come first (they freeze it), then cancels, then orders, each in order of commitment.
    """
    first: dict[str, Intent] = {}
    for intent in sorted(intents, key=lambda i: (i.state != "sent", not i.cancels, i.sequence)):
        if intent.ticker not in busy:
            first.setdefault(intent.ticker, intent)
    return sorted(first.values(), key=lambda i: (not i.cancels, i.sequence))


async def carry_out(intent: Intent, door: Door) -> bool:
    """Do the next thing for an intent; False if it stays open and is to be tried again a little later."""
    if isinstance(intent.body, CancelOrder):
        return await _cancel(intent, intent.body, door)
    if intent.state == "sent":
        return await look_up(intent, intent.body, door)
    return await _send(intent, intent.body, door)


async def _send(intent: Intent, order: Order, door: Door) -> bool:
    if (reason := _not_now(order, door)) is not None:
        return await _keep_back(intent, order, reason, door)
    if not await door.covered():
        return False
    try:
        group = await door.group(order)
    except Rejected as fault:
        busy = fault.status == TOO_MANY
        return False if busy else await _keep_back(intent, order, f"no_order_group {fault.code}", door)
    except (OutcomeUnknown, ParseError):
        return False
    if group is None:
        return False
    await door.writes.reserve()
    return await _note(intent, order, door) and await _create(intent, order, group, door)


def _not_now(order: Order, door: Door) -> str | None:
    return "expired" if door.booking.now() > order.expires_at else door.barred(order)


async def _note(intent: Intent, order: Order, door: Door) -> bool:
    """Store that the order is sent; False where another will look it up: it would arrive when given up for lost."""
    booking, noted = door.booking, door.wall()
    if not await booking.ledger.mark_sent(intent.sequence):
        return False
    await booking.event(step(order, "sent", booking.now(), remaining=order.count))
    return await door.covered() and door.wall() - noted <= seconds(START_S)


async def _keep_back(intent: Intent, order: Order, reason: str, door: Door) -> bool:
    event = "expired" if reason == "expired" else "canceled"
    told = step(order, event, door.booking.now(), reason=f"not sent: {reason}")
    await door.booking.close(intent, "failed", told)
    return True


async def _create(intent: Intent, order: Order, group: str, door: Door) -> bool:
    booking = door.booking
    if (reason := _not_now(order, door)) is not None:  # group, tokens and the ledger took their time
        return await _keep_back(intent, order, reason, door)
    try:
        answer = await door.writes.create(request_of(order, group))
    except Rejected as fault:
        if fault.code == DUPLICATE:
            return await look_up(intent, order, door)
        await (_missed if _is_miss(order, fault) else _rejected)(intent, order, fault, door)
        return True
    except (OutcomeUnknown, ParseError) as fault:
        await booking.event(step(order, "unknown", booking.now(), remaining=order.count, reason=str(fault)[:200]))
        return False
    await booking.close(intent, "done", created_event(order, answer, booking.now()))
    return True


def _is_miss(order: Order, fault: Rejected) -> bool:
    return order.style == "take" and fault.code.endswith(MISSED)


async def _missed(intent: Intent, order: Order, fault: Rejected, door: Door) -> None:
    """End an order that found nothing to hit: the venue tells it as a fault, or as an order without a fill."""
    event = step(order, "canceled", door.booking.now(), reason=fault.code)
    await door.booking.close(intent, "done", event)


async def _rejected(intent: Intent, order: Order, fault: Rejected, door: Door) -> None:
    code = "order_group_unknown" if fault.code == UNKNOWN else fault.code
    event = step(order, "rejected", door.booking.now(), reason=f"{code} {fault.details}".strip())
    await door.booking.close(intent, "failed", event)
    if refused_by_group(fault):
        await door.ungrouped(order, fault)


async def look_up(intent: Intent, order: Order, door: Door) -> bool:
    """Ask the venue for an order by its id; one that did not arrive in 8 s of wall time never will."""
    asked = door.wall()  # before the question: its answer says nothing of what arrives after it was given
    try:
        found = await door.reads.order_by_client_id(order.client_order_id, order.ticker)
        fills = [] if found is None else await door.reads.fills({"order_id": found.order_id})
        event = None if found is None else state_event(order, found, door.booking.now())
    except (Retryable, Rejected, ParseError):
        return False
    booking = door.booking
    if event is None:
        if intent.sent_wall is None or asked - intent.sent_wall < seconds(ARRIVAL_S):
            return False
        lost = step(order, "expired", booking.now(), reason="never reached the venue")
        await booking.close(intent, "failed", lost)
        return True
    await booking.close(intent, "done", event)
    for told in fills:
        await booking.fill(told)
    return True


async def _cancel(intent: Intent, wish: CancelOrder, door: Door) -> bool:
    booking = door.booking
    known = await booking.ledger.find_order(client_order_id=wish.client_order_id)
    if known is None or OrderState(known.state).final:
        await booking.close(intent, "done")
        return True
    if known.state == OrderState.PENDING and await _taken_back(wish.client_order_id, door):
        gone = step(known.order, "canceled", booking.now(), reason=f"not sent: {wish.reason}")
        await booking.close(intent, "done", gone)
        return True
    if known.venue_order_id is None or not await door.covered():
        return False
    await booking.ledger.mark_sent(intent.sequence)
    return await _delete(intent, known, wish, door)


async def _taken_back(client_order_id: str, door: Door) -> bool:
    """Withdraw an order that was not sent; True too if that was done just before a crash."""
    ledger = door.booking.ledger
    if await ledger.withdraw(client_order_id):
        return True
    waiting = (intent.body for intent in await ledger.open_intents())
    return not any(isinstance(body, Order) and body.client_order_id == client_order_id for body in waiting)


async def _delete(intent: Intent, known: KnownOrder, wish: CancelOrder, door: Door) -> bool:
    order, booking, reason = known.order, door.booking, wish.reason
    try:
        answer = await door.writes.cancel(known.venue_order_id or "", order.ticker)
        ended = canceled_event(known, answer, reason=reason, at=booking.now()) or await _ended(order, door, reason)
    except Rejected:
        ended = await _ended(order, door)
    except (OutcomeUnknown, ParseError):
        return False
    if ended is None:
        return False
    await booking.close(intent, "done", ended)
    return True


async def _ended(order: Order, door: Door, reason: str | None = None) -> OrderEvent | None:
    """Return the end of an order that does not rest any more; None while it does or cannot be read."""
    try:
        found = await door.reads.order_by_client_id(order.client_order_id, order.ticker)
        if found is None or found.status == OrderState.RESTING:
            return None
        return msgspec.structs.replace(state_event(order, found, door.booking.now()), reason=reason)
    except (Retryable, Rejected, ParseError):
        return None
