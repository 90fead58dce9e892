"""The door's parts for one process: gate state, lease, ledger, venue, and how they are brought up to date at start."""

from __future__ import annotations

import asyncio
import os
import secrets
import socket
from collections.abc import Iterable
from contextlib import AsyncExitStack
from typing import Any

import msgspec
import psycopg2
import structlog
from prometheus_client import Counter

from kalshi_desk.adapters.kafka import topics
from kalshi_desk.adapters.kafka.agent import must_arrive
from kalshi_desk.adapters.kafka.tail import Tail
from kalshi_desk.adapters.kalshi.rest import KalshiRest
from kalshi_desk.adapters.postgres.audit import AuditLog
from kalshi_desk.adapters.postgres.correlations import read_correlations
from kalshi_desk.adapters.postgres.holdings import read_resumes
from kalshi_desk.adapters.postgres.lease import Lease
from kalshi_desk.adapters.postgres.ledger import Ledger
from kalshi_desk.adapters.postgres.order_groups import GroupShelf
from kalshi_desk.adapters.postgres.selection import read_selection
from kalshi_desk.clock import wall_now
from kalshi_desk.domain.allocation import own_part
from kalshi_desk.domain.breakers import in_force, strengthens, unreconciled
from kalshi_desk.domain.control import Alert, Rung, Switch
from kalshi_desk.domain.decisions import Refusal, Signal
from kalshi_desk.domain.estimate import Estimate
from kalshi_desk.domain.inputs import Lifecycle
from kalshi_desk.domain.ledger import Equity, Mark, Order, OrderEvent, PaidIn, Position
from kalshi_desk.domain.message import Message
from kalshi_desk.domain.risk import DAY_NS
from kalshi_desk.domain.units import Cash, Nanos
from kalshi_desk.errors import DeskError, LeaseLost, ParseError, Rejected, VenueError
from kalshi_desk.steps.booking import Booking
from kalshi_desk.steps.catch_up import CatchUp
from kalshi_desk.steps.execute import Door
from kalshi_desk.steps.follow_up import follow_ups
from kalshi_desk.steps.gate import decide, disown
from kalshi_desk.steps.gate_state import GateState, observe
from kalshi_desk.steps.order_groups import OrderGroups
from kalshi_desk.steps.quick_exits import QuickExits
from kalshi_desk.steps.reconcile import Difference
from kalshi_desk.steps.remember import remember
from kalshi_desk.steps.why_not import Refusals
from kalshi_desk.wiring.door_groups import DoorGroups
from kalshi_desk.wiring.gate import gate_params, lost_before_resume
from kalshi_desk.wiring.key_watch import KeyWatch
from kalshi_desk.wiring.lookout import Lookout
from kalshi_desk.wiring.streams import StreamProcess
from kalshi_desk.wiring.venue import trader

EXIT_CODE = 70
PAUSED, ACCEPTED = ("pause", "both"), "accepted:cash"
UNSAFE = (
    "Entries are paused until a person resumes: compare with the venue's account page first. Resume takes over the "
    "venue's cash as it is."
)
REQUEST_COVER_S = 4.2
GATHER_MS = 10
HORIZON_S = 600
TAKE_EVERY_S, RENEW_S, ASK_AGAIN_S = 0.25, 1.0, 3.0
WATCHED = (
    topics.BOOKS, topics.LIFECYCLE, topics.FAIR_VALUES, topics.ESTIMATES, topics.MARKS, topics.CONTROL,
)  # fmt: skip
ANSWERS = Counter("desk_gate_answers", "Signals judged, by order or refusal", ["answer"])
BOOKED = Counter("desk_booked", "Facts booked: order events, fills, settlements, positions", ["kind"])
DIFFERENCES = Counter("desk_differences", "Differences between ledger and venue", ["subject"])
log = structlog.get_logger()


class OrderDoor:
    """One account's gate and door. ``open`` brings it up to date; its methods run on one event loop."""

    def __init__(self, process: StreamProcess) -> None:
        self.process, self.params, self.state = process, gate_params(process.settings), GateState()
        self.ledger = Ledger(process.database_url, process.account)
        self.audit = AuditLog(process.database_url, process.account)
        holder = f"{socket.gethostname()}:{os.getpid()}:{secrets.token_hex(4)}"
        self.lease = Lease(process.database_url, process.account, holder)
        self.booking = Booking(self.ledger, tell=self.tell, now=process.now)
        counts = {topic: topics.partition_count(topic, process.underlyings) for topic in WATCHED}
        self.tail = Tail(process.broker, counts, gather_ms=GATHER_MS, apply=self.see)
        self.quick_exits, self.refusals = QuickExits(), Refusals()
        self.opened, self.wake = asyncio.Event(), asyncio.Event()
        self.lookout = Lookout(process, self.state, throw=self.throw, alert=self.alert)
        self.key = KeyWatch(now=process.now, throw=self.throw, alert=self.alert)
        self.due: set[str] = set()
        self.keeping: asyncio.Task[None] | None = None
        self._decoders = {topic.name: topic.decoder() for topic in (*WATCHED, topics.SIGNALS)}
        self._switches: asyncio.Queue[Switch] = asyncio.Queue()
        self._resources = AsyncExitStack()

    async def open(self) -> None:
        """Take the lease, rebuild the gate's state from the ledger and the topics, and reconcile with the venue."""
        while not await asyncio.to_thread(self.lease.take):
            await asyncio.sleep(TAKE_EVERY_S)
        self.ledger.epoch = self.lease.epoch
        self.keeping = asyncio.create_task(self._keep_lease())
        rest = await self._resources.enter_async_context(trader(self.process.settings))
        self._connect(rest)
        resumes = await self._read_resumes()
        await self._remember()
        await self.refresh()
        self.tailing = asyncio.create_task(self.tail.run((wall_now() - HORIZON_S * 10**9) // 10**6))
        caught_up = asyncio.create_task(self.tail.caught_up.wait())
        await asyncio.wait((self.tailing, caught_up), return_when="FIRST_COMPLETED")
        if self.tailing.done():
            await self.tailing
        for switch in self.state.switches.values():
            self._switches.put_nowait(switch)
        await self.lookout.look_at_halt_file()
        await self.groups.groups.load()
        await self.groups.obey()
        await self._count_losses(resumes)
        await self._read_accepted()
        await self._agree()
        await self._read_budgets()
        self.opened.set()

    async def _read_budgets(self) -> None:
        """Obey the account's own token buckets; where the venue does not tell them, the lowest tier's stay in force."""
        try:
            await self.reads.account_limits()
        except (VenueError, ParseError) as fault:
            log.warning("budgets.unread", fault=str(fault)[:200])

    async def _agree(self) -> None:
        """Compare until the venue takes the key, and once more where it differs: what stands then is no delay."""
        for _ in range(2):
            while not await self._compare():
                await asyncio.sleep(ASK_AGAIN_S)
            if not self.catch_up.in_doubt:
                return
            await asyncio.sleep(ASK_AGAIN_S)

    async def _compare(self) -> bool:
        """Reconcile with the venue and read free cash; False while it does not take the account's key."""
        try:
            await self.catch_up.reconcile()
            await self.read_cash()
        except Rejected as fault:
            if not await self.key.refused(fault):
                raise
            return False
        self.key.taken()
        return True

    async def refresh(self) -> None:
        """Read anew how markets go together, for the stakes of entries, and what resting entries have given up."""
        url, account, now = self.process.database_url, self.process.account, self.process.now()
        self.state.correlations = await asyncio.to_thread(read_correlations, url, now)
        self.state.selection = await asyncio.to_thread(read_selection, url, account, now)

    async def read_cash(self) -> None:
        """Ask the venue what is free on each shard; raises Retryable, Rejected or ParseError."""
        seen = self.state.answered()
        balance = await self.reads.balance()
        by_shard = {shard.exchange_index: shard.balance for shard in balance.balance_breakdown}
        self.state.cash.told(balance.balance_dollars, by_shard, seen=seen)

    async def _count_losses(self, resumes: set[tuple[Nanos, str]]) -> None:
        now, switches, url = self.process.now(), dict(self.state.switches), self.process.database_url
        lost = await asyncio.to_thread(lost_before_resume, url, switches, resumes, now=now, params=self.params)
        self.state.losses.count_from(lost, at=now)

    async def _read_accepted(self) -> None:
        found = await self.audit.newest(ACCEPTED)
        if found is not None:
            self.catch_up.accepted = Cash.parse(found["cash"])
            await self._tell_paid_in()

    async def _tell_paid_in(self) -> None:
        account = self.process.account
        paid = PaidIn(at=self.process.now(), account=account, total=self.catch_up.accepted)
        must_arrive(await self.process.publisher.send(topics.POSITIONS, f"{account}:", paid))

    def _connect(self, rest: KalshiRest) -> None:
        speed = self.process.settings.speed
        self.reads = rest.reads
        self.catch_up = CatchUp(rest.reads, self.ledger, self.booking, report=self.report, speed=speed)
        shelf, contracts = GroupShelf(self.process.database_url, self.process.account), self.process.settings
        groups = OrderGroups(rest.writes, shelf, contracts=contracts.order_group_contracts)
        self.groups = DoorGroups(groups, self.state, now=self.process.now, throw=self.throw)
        asked = self.covered, self.barred, self.groups.of, self.groups.refused
        self.door = Door(rest.reads, rest.writes, self.booking, wall_now, *asked)

    async def _read_resumes(self) -> set[tuple[Nanos, str]]:
        """Return today's resumes; rejects from before the last count no more, even if a feed's pause replaced it."""
        url, account, now = self.process.database_url, self.process.account, self.process.now()
        resumes = await asyncio.to_thread(read_resumes, url, account, Nanos(now // DAY_NS * DAY_NS))
        self.state.resumed_at = max((at for at, _ in resumes), default=Nanos(0))
        return resumes

    async def _remember(self) -> None:
        today = Nanos(self.process.now() // DAY_NS * DAY_NS)
        faults: list[str] = []
        await remember(self.ledger, self.booking, since=today, see=lambda message: self._relive(message, faults))
        for fault in dict.fromkeys(faults):
            await self._contradicted(fault)
        for position in self.booking.positions.all(self.process.now()):
            await self.tell(position)

    def _relive(self, message: Message, faults: list[str]) -> None:
        self.quick_exits.observe(message)
        try:
            observe(self.state, message)
        except DeskError as fault:  # one order in disorder keeps no other from being sold
            faults.append(str(fault))

    async def _contradicted(self, fault: str) -> None:
        await self.alert("critical", "the ledger contradicts itself", f"{fault}. Compare it with the venue.")

    async def close(self) -> None:
        """Give the lease up, where it is held, and disconnect."""
        if self.keeping is not None:
            await self.tell_counts(last=True)
            self.keeping.cancel()
            await asyncio.to_thread(self.lease.give_up)
        await self._resources.aclose()

    async def decide(self, record: Any) -> None:
        """Judge one signal; an approved order is committed under the lease before this returns."""
        signal: Signal | None = self._decoders[topics.SIGNALS.name](record.value)
        if signal is not None and self.process.allotment is not None:
            signal = own_part(signal, self.process.allotment)
        if signal is not None:
            await self._answer(decide(self.state, signal, now=self.process.now(), params=self.params))

    async def follow_up(self) -> None:
        """Take, where it still pays, what forecast entries did not get by resting; commits as ``decide`` does."""
        now, allotment = self.process.now(), self.process.allotment
        for answer in follow_ups(self.state, now=now, params=self.params, allotment=allotment):
            await self._answer(answer)

    async def _answer(self, answer: Order | Refusal) -> None:
        ANSWERS.labels(type(answer).__name__.lower()).inc()
        if isinstance(answer, Order) and not await self._commit(answer):
            answer = disown(self.state, answer)
        if isinstance(answer, Refusal):
            await self._publish(self.refusals.refuse(answer))
            return
        self.refusals.clear(answer)
        await self.process.publisher.publish(topics.ORDERS, answer.account, answer)
        self.wake.set()

    async def tell_counts(self, *, last: bool = False) -> None:
        """Publish how often was refused what was told already: of the minute that is over, or that is broken off."""
        await self._publish(self.refusals.counted(self.process.now(), last=last))

    async def _publish(self, refusals: Iterable[Refusal]) -> None:
        for refusal in refusals:
            await self.process.publisher.publish(topics.REFUSALS, refusal.ticker, self._named(refusal))

    def _named(self, refusal: Refusal) -> Refusal:
        return msgspec.structs.replace(refusal, account=self.process.told)

    async def _commit(self, order: Order) -> bool:
        try:
            return await self.ledger.add_order(order, self.lease.epoch or 0)
        except LeaseLost:
            leave("lease.lost")
            raise
        except (psycopg2.OperationalError, psycopg2.InterfaceError):
            leave("database.away")  # no fault of the signal: it comes again after the restart
            raise

    def see(self, record: Any) -> None:
        """Take note of a record that the door watches; what cannot be read or applied is passed over and logged."""
        try:
            message = self._decoders[record.topic](record.value)
            if self._concerns(message):
                observe(self.state, message)
        except DeskError as fault:
            log.warning("input.passed_over", topic=record.topic, offset=record.offset, fault=str(fault)[:200])
            return
        if isinstance(message, Lifecycle) and message.event in ("determined", "settled"):
            self.due.add(message.ticker)
        if isinstance(message, Switch) and message.meant_for(self.process.account):
            self.lookout.heard(message)
            if self.tail.caught_up.is_set():
                self._switches.put_nowait(message)

    async def throw(self, switch: Switch) -> None:
        """Obey a switch at once and publish it; the audit log hears of it from the topic like everybody else."""
        switch = msgspec.structs.replace(switch, account=self.process.told)
        observe(self.state, switch)
        await self.process.publisher.publish(topics.CONTROL, switch.key, switch)

    def _concerns(self, message: Message) -> bool:
        match message:
            case Estimate() | Rung():
                return message.account == self.process.desk_account
            case Switch():
                return message.meant_for(self.process.account)
            case Equity():
                return message.account == self.process.account
        return not isinstance(message, Mark)

    async def tell(self, message: Message) -> None:
        """Hand a booked fact to the gate's state and to its topic; what does not arrive there ends the process."""
        try:
            observe(self.state, message)
        except DeskError as fault:
            await self._contradicted(str(fault))
        BOOKED.labels(type(message).__name__.lower()).inc()
        publisher, account = self.process.publisher, self.process.account
        if isinstance(message, Position):
            own = "" if message.owner == "desk" else f":{message.owner}"
            must_arrive(await publisher.send(topics.POSITIONS, f"{account}:{message.ticker}{own}", message))
            return
        must_arrive(await publisher.send(topics.ORDER_EVENTS, account, message))
        if isinstance(message, OrderEvent) and (refusal := await self._refused(message)) is not None:
            must_arrive(await publisher.send(topics.REFUSALS, refusal.ticker, self._named(refusal)))
        if (left := self.quick_exits.observe(message)) is not None:
            text = (
                f"{left} was left within 5 minutes of entry three times: its entries and exits contradict each other."
            )
            await self.alert("warning", "a market is entered and left again and again", text)

    async def _refused(self, event: OrderEvent) -> Refusal | None:
        """Return the refusal that an order's end at the door amounts to: not sent, or turned down by the venue."""
        unsent = event.reason is not None and event.reason.startswith("not sent: ")
        if event.event != "rejected" and not unsent:
            return None
        known = await self.ledger.find_order(client_order_id=event.client_order_id)
        reason = (event.reason or "rejected").removeprefix("not sent: ")
        return Refusal(
            at=event.at,
            ticker=event.ticker,
            desk=self.params.owner_of(event.ticker) if known is None else known.order.desk,
            stage="door",
            reason=reason.split(" ", 1)[0],
            value=reason,
            decision_id=None if known is None else known.order.decision_id,
            seen=None if known is None else known.order.seen,
        )

    async def next_switch(self) -> Switch:
        """Wait for the next switch that somebody threw."""
        return await self._switches.get()

    async def report(self, difference: Difference, unsafe: bool) -> None:
        """Record a difference between ledger and venue, and tell a person; an unsafe one pauses both desks."""
        DIFFERENCES.labels(difference.subject).inc()
        details = {"ours": difference.ours, "venue": difference.venues, "name": difference.name}
        await self.audit.add(
            actor="order_execution", action=f"differs:{difference.subject}", details=details, at=self.process.now()
        )
        subject = f"{difference.subject} differs from the venue"
        if not unsafe:
            await self.alert("warning", subject, str(difference))
            return
        await self.alert("critical", subject, f"{difference}. {UNSAFE}")
        pause, current = unreconciled(str(difference), now=self.process.now()), self.state.switches.get(PAUSED)
        if strengthens(pause, current, now=pause.at):
            await self.throw(pause)

    async def accept(self, resume: Switch) -> None:
        """Take over the venue's cash because a person resumed: a deposit, a withdrawal, or what nobody will explain."""
        before = self.catch_up.accepted
        try:
            accepted = await self.catch_up.accept()
        except (VenueError, ParseError) as fault:
            text = f"{fault}. If it differs still, entries are paused again: resume once more then."
            await self.alert("warning", "the venue's cash could not be read for a resume", text)
            return
        if accepted != before:
            details = {"cash": str(accepted), "reason": resume.reason}
            await self.audit.add(actor=resume.by, action=ACCEPTED, details=details, at=resume.at)
            await self._tell_paid_in()
            text = f"${Cash(accepted - before)} against our books, ${accepted} in all: a payment? {resume.reason}"
            await self.alert("warning", f"{resume.by} took the venue's cash over", text)

    async def alert(self, severity: str, subject: str, text: str) -> None:
        """Publish an alert."""
        alert = Alert(at=self.process.now(), app=self.process.name, severity=severity, subject=subject, text=text)
        await self.process.publisher.send(topics.ALERTS, self.process.name, alert)

    async def covered(self) -> bool:
        """Tell whether the lease outlives a request, renewing it where that is needed."""
        if self.lease.seconds_left < REQUEST_COVER_S:
            await self.renew()
        return self.lease.seconds_left >= REQUEST_COVER_S

    async def renew(self) -> None:
        """Renew the lease; a lost one ends the process."""
        try:
            await asyncio.to_thread(self.lease.renew)
        except LeaseLost:
            leave("lease.lost")

    async def _keep_lease(self) -> None:
        """Renew each second; a database that is away for as long as the lease lives ends the process."""
        while True:
            try:
                await self.renew()
            except psycopg2.Error as fault:
                log.warning("lease.database_away", fault=str(fault).strip())
                if self.lease.seconds_left == 0:
                    leave("lease.ran_out")
            await asyncio.sleep(RENEW_S)

    def barred(self, order: Order) -> str | None:
        """Return why an order may not go out now: the switch that forbids it, or a flatten that has ended."""
        now = self.process.now()
        switch = self.state.forbids(order, now)
        if switch is not None:
            return switch.name
        return "resumed" if self.state.resumed(order, now) else None

    def details(self) -> dict[str, Any]:
        """Return what the heartbeat tells: the lease's epoch and the switches obeyed; a daily pause ends by itself."""
        now = self.process.now
        switches = {
            f"{name}:{scope}": {"on": in_force(s, now()), "by": s.by, "reason": s.reason, "at": str(s.at)}
            for (name, scope), s in self.state.switches.items()
        }
        return {"epoch": self.lease.epoch, "switches": switches, "live_orders": len(self.state.orders)}


def leave(event: str) -> None:
    """End the process at once, with nothing acknowledged that is not done."""
    log.error(event)
    os._exit(EXIT_CODE)
