"""What the door does by itself: send, cancel, listen, poll, settle, reconcile. Wall time triggers."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from typing import Any

import psycopg2
import structlog

from kalshi_desk.adapters.socket_loop import Connected, Received, SocketEvent
from kalshi_desk.domain.breakers import by_person
from kalshi_desk.domain.intent import CancelOrder, Intent
from kalshi_desk.errors import DeskError, ParseError, Rejected, VenueError
from kalshi_desk.steps.automatic_pauses import MOST_UNCOMPARED
from kalshi_desk.steps.cancel_review import cancels
from kalshi_desk.steps.confirm import state_event
from kalshi_desk.steps.execute import carry_out, startable
from kalshi_desk.steps.gate_state import observe
from kalshi_desk.wire.kalshi_commands import FILLS, ORDERS, encode_command, subscribe
from kalshi_desk.wire.kalshi_ws import OwnFill, OwnOrder, parse_frame
from kalshi_desk.wiring import addresses
from kalshi_desk.wiring.order_door import OrderDoor, leave
from kalshi_desk.wiring.venue import venue_socket

LOOK_S, AGAIN_S, REVIEW_S, FILE_S, SIGNS_S, POLL_S, STATUS_S = 0.5, 1.0, 0.25, 1.0, 2.0, 3.0, 5.0
RECONCILE_S, REFRESH_S = 60.0, 600.0
log = structlog.get_logger()


async def drain(door: OrderDoor) -> None:
    """Carry out intents as they are committed: several markets at once, one at a time in each."""
    busy: set[str] = set()
    async with asyncio.TaskGroup() as group:
        while True:
            waiting = [] if door.key.out else await door.ledger.open_intents()
            for intent in startable(waiting, frozenset(busy)):
                busy.add(intent.ticker)
                group.create_task(_one(door, intent, busy))
            door.wake.clear()
            await _first(door.wake, LOOK_S)


async def _one(door: OrderDoor, intent: Intent, busy: set[str]) -> None:
    if not await carry_out(intent, door.door):
        await asyncio.sleep(AGAIN_S)
    busy.discard(intent.ticker)
    door.wake.set()


async def _first(event: asyncio.Event, limit_s: float) -> None:
    try:
        async with asyncio.timeout(limit_s):
            await event.wait()
    except TimeoutError:
        return


async def review_cancels(door: OrderDoor) -> None:
    """Commit a cancel for every resting order that must go."""
    asked: set[str] = set()
    while True:
        now, account = door.process.now(), door.process.account
        for wish in cancels(door.state, now=now, params=door.params):
            if wish.client_order_id in asked:
                continue
            asked.add(wish.client_order_id)
            cancel = CancelOrder(
                at=now, account=account, ticker=wish.ticker, client_order_id=wish.client_order_id, reason=wish.reason
            )
            await door.ledger.add_cancel(cancel, door.lease.epoch or 0)
            door.wake.set()
        await asyncio.sleep(REVIEW_S)


async def watch_halt_file(door: OrderDoor) -> None:
    """Look each second whether a person halts by the file; needs no broker to obey."""
    while True:
        await asyncio.sleep(FILE_S)
        await door.lookout.look_at_halt_file()


async def watch_desk(door: OrderDoor) -> None:
    """Look each two seconds whether the feeds live and the data is sound."""
    while True:
        await door.lookout.look_at_desk()
        await asyncio.sleep(SIGNS_S)


async def keep_groups(door: OrderDoor) -> None:
    """Stop the order groups at the venue as soon as a desk is halted, and let them go on when a person resumes."""
    while True:
        if not door.key.out:
            await door.groups.obey()
        await asyncio.sleep(REVIEW_S)


async def follow_up(door: OrderDoor) -> None:
    """Take what resting forecast entries did not get, once their end is known."""
    while True:
        await door.follow_up()
        await asyncio.sleep(REVIEW_S)


async def listen(door: OrderDoor) -> None:
    """Book what the private channels say; each new connection begins with the fills that it may have missed."""
    settings = door.process.settings
    socket = venue_socket(settings, addresses.trading_key(settings), greeting=_greeting, now=door.process.now)
    async for batch in socket.batches():
        await _hear(door, batch)


def _greeting() -> Sequence[str]:
    return [encode_command(1, subscribe([FILLS, ORDERS]))]


async def _hear(door: OrderDoor, batch: Sequence[SocketEvent]) -> None:
    for event in batch:
        if isinstance(event, Connected):
            await attempt(door, "fills")
        elif isinstance(event, Received):
            try:
                await _book(door, event.text)
            except ParseError as fault:
                await door.process.guard.bad_frame(fault, "kalshi private", event.text)


async def _book(door: OrderDoor, text: str) -> None:
    body = parse_frame(text).body
    own = addresses.subaccount(door.process.settings)
    if isinstance(body, (OwnFill, OwnOrder)) and body.subaccount != own:
        return
    if isinstance(body, OwnFill):
        await door.booking.fill(body)
    elif isinstance(body, OwnOrder):
        known = await door.ledger.find_order(client_order_id=body.client_order_id, venue_order_id=body.order_id)
        if known is None:  # a person's: its fills are booked as manual
            log.warning("order.unknown", ticker=body.ticker, venue_order_id=body.order_id, status=body.status)
        else:
            await door.booking.event(state_event(known.order, body, door.process.now()))


async def poll(door: OrderDoor) -> None:
    """Fetch fills each few seconds as a net below the socket, and free cash; settle what has ended."""
    while True:
        await asyncio.sleep(POLL_S)
        await attempt(door, "fills")
        await attempt(door, "cash")
        if door.due:
            await attempt(door, "settle")


async def reconcile(door: OrderDoor) -> None:
    """Compare the whole ledger with the venue each minute; five failures running pause entries and tell a person."""
    lookout = door.lookout
    while True:
        await asyncio.sleep(RECONCILE_S)
        lookout.uncompared = 0 if await attempt(door, "reconcile") else lookout.uncompared + 1
        if lookout.uncompared == MOST_UNCOMPARED:
            text = "Nothing is compared until the venue can be read: see venue.unread in the log."
            await door.alert("critical", f"ledger and venue not compared {MOST_UNCOMPARED} times running", text)


async def refresh(door: OrderDoor) -> None:
    """Take up what is known anew of how markets go together and of what resting entries give up."""
    while True:
        await asyncio.sleep(REFRESH_S)
        await door.refresh()


async def attempt(door: OrderDoor, what: str) -> bool:
    """Ask the venue for fills, cash, settle or reconcile; False, and a line in the log, where it does not answer."""
    try:
        if what == "fills":
            await door.catch_up.fills()
        elif what == "cash":
            await door.read_cash()
        elif what == "settle":
            held = {position.ticker for position in door.booking.positions.all(door.process.now())}
            door.due &= held - door.booking.settled
            door.due -= await door.catch_up.settle(set(door.due))
        else:
            await door.catch_up.reconcile()
        door.key.taken()
    except (VenueError, ParseError) as fault:
        log.warning("venue.unread", what=what, fault=str(fault)[:200])
        if isinstance(fault, Rejected):
            await door.key.refused(fault)
        return False
    return True


async def watch_trading(door: OrderDoor) -> None:
    """Tell the gate whether the venue takes orders, every few seconds."""
    while True:
        status = await door.catch_up.trading()
        if status is not None:
            observe(door.state, status)
        await asyncio.sleep(STATUS_S)


async def count_refusals(door: OrderDoor) -> None:
    """Publish the counts of refusals once their minute is over, also where no signal comes any more."""
    while True:
        await asyncio.sleep(POLL_S)
        await door.tell_counts()


async def audit_switches(door: OrderDoor) -> None:
    """Record every switch that is thrown, or was while nobody listened: who, what and why."""
    while True:
        switch = await door.next_switch()
        details = {"scope": switch.scope, "on": switch.on, "reason": switch.reason}
        entry: dict[str, Any] = {"actor": switch.by, "action": f"switch:{switch.name}", "details": details}
        if not await door.audit.has(**entry, at=switch.at):
            await door.audit.add(**entry, at=switch.at)
            if by_person(switch) and (switch.name, switch.scope, switch.on) == ("pause", "both", False):
                await door.accept(switch)
        door.wake.set()


async def watch(door: OrderDoor) -> None:
    """End with an error as soon as the reading of the watched topics does."""
    await door.tailing


TASKS = (
    drain,
    review_cancels,
    keep_groups,
    watch_halt_file,
    watch_desk,
    follow_up,
    listen,
    poll,
    reconcile,
    refresh,
    watch_trading,
    count_refusals,
    audit_switches,
    watch,
)


async def run(door: OrderDoor) -> None:
    """Run all of them once the door is open; the first that fails ends all and, with them, the worker."""
    await door.opened.wait()
    log.info("door.open", epoch=door.lease.epoch, account=door.process.account)
    try:
        async with asyncio.TaskGroup() as group:
            for task in TASKS:
                group.create_task(task(door))
    except* (psycopg2.Error, DeskError, OSError) as faults:
        log.exception("door.failed", faults=[str(fault)[:200] for fault in faults.exceptions])
        leave("door.failed")
