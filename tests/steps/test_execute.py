import pytest
from hypothesis import given
from hypothesis import strategies as st

from kalshi_desk.domain.intent import CancelOrder, Intent
from kalshi_desk.domain.units import Count, Nanos
from kalshi_desk.errors import OutcomeUnknown, Rejected, Retryable
from kalshi_desk.steps.booking import Booking
from kalshi_desk.steps.confirm import request_of, state_event
from kalshi_desk.steps.execute import ARRIVAL_S, Door, carry_out, startable
from tests.fakes import Crash, FakeLedger, FakeVenue
from tests.orders import ACCOUNT, NOW, TICKER, order


class Desk:
    """A door between a fake venue and a fake ledger, with the messages that it told."""

    def __init__(self) -> None:
        self.venue, self.ledger, self.told = FakeVenue(), FakeLedger(), []
        self.now = self.wall = NOW
        self.lease, self.switch = True, None
        self.booking = Booking(self.ledger, tell=self._tell, now=lambda: self.now)
        self.group: str | Exception | None = "g"
        self.venue.groups["g"] = "open"
        self.ungrouped: list[str] = []
        self.door = self.new_door()

    def new_door(self) -> Door:
        asked = self._covered, lambda order: self.switch, self._group, self._ungrouped
        return Door(self.venue, self.venue, self.booking, lambda: self.wall, *asked)

    async def _group(self, order) -> str | None:
        if isinstance(self.group, Exception):
            raise self.group
        return self.group

    async def _ungrouped(self, order, fault: Rejected) -> None:
        self.ungrouped.append(fault.code)

    async def _tell(self, message) -> None:
        self.told.append(message)

    async def _covered(self) -> bool:
        return self.lease

    async def go(self) -> bool:
        (intent,) = startable(await self.ledger.open_intents(), frozenset())
        return await carry_out(intent, self.door)

    def states(self) -> list[str]:
        return [event.event for event in self.ledger.events]


@pytest.fixture
def desk() -> Desk:
    return Desk()


def _cancel(ticker: str = TICKER) -> CancelOrder:
    return CancelOrder(at=NOW, account=ACCOUNT, ticker=ticker, client_order_id="decision1-1", reason="timeout")


def test_unanswered_freeze_their_market_and_cancels_go_first() -> None:
    intents = [
        Intent(sequence=1, state="pending", body=order(1, ticker="A")),
        Intent(sequence=2, state="pending", body=order(2, ticker="B")),
        Intent(sequence=3, state="pending", body=_cancel(ticker="B")),
        Intent(sequence=4, state="sent", body=order(3, ticker="A")),
        Intent(sequence=5, state="pending", body=order(4, ticker="C")),
    ]  # fmt: skip
    assert [intent.sequence for intent in startable(intents, frozenset({"C"}))] == [3, 4]
    assert startable(intents, frozenset("ABC")) == []


async def test_an_order_is_marked_sent_before_it_is_sent(desk: Desk) -> None:
    await desk.ledger.commit(order())
    assert await desk.go()
    assert desk.states() == ["sent", "filled"]
    assert desk.venue.creates == ["decision1-1"]
    assert desk.ledger.closed == {1: "done"}


async def test_without_cover_of_the_lease_nothing_is_sent(desk: Desk) -> None:
    await desk.ledger.commit(order())
    desk.lease = False
    assert not await desk.go()
    assert (desk.venue.creates, desk.ledger.events) == ([], [])


async def test_a_late_or_barred_order_never_leaves(desk: Desk) -> None:
    await desk.ledger.commit(order())
    desk.now = Nanos(order().expires_at + 1)
    assert await desk.go()
    await desk.ledger.commit(order(2))
    desk.now, desk.switch = NOW, "halt"
    assert await desk.go()
    assert desk.venue.creates == []
    assert [(event.event, event.reason) for event in desk.ledger.events] == [
        ("expired", "not sent: expired"),
        ("canceled", "not sent: halt"),
    ]


async def test_an_order_that_is_barred_while_its_group_is_made_never_leaves(desk: Desk) -> None:
    async def slow(order) -> str:
        desk.switch = "halt"
        return "g"

    desk._group = slow
    desk.door = desk.new_door()
    await desk.ledger.commit(order())
    assert await desk.go()
    assert (desk.venue.creates, desk.states()) == ([], ["sent", "canceled"])
    assert await desk.ledger.open_intents() == []


async def test_an_order_that_expires_while_it_waits_for_tokens_never_leaves(desk: Desk) -> None:
    async def slow() -> None:
        desk.now, desk.wall = Nanos(order().expires_at + 1), Nanos(desk.wall + int(9e9))

    desk.venue.reserve = slow
    await desk.ledger.commit(order())
    assert await desk.go()
    assert (desk.venue.creates, desk.states()) == ([], ["sent", "expired"])


async def test_a_definite_no_ends_the_order(desk: Desk) -> None:
    await desk.ledger.commit(order())
    desk.venue.next = ["reject"]
    assert await desk.go()
    assert desk.states() == ["sent", "rejected"]
    assert desk.ledger.closed == {1: "failed"}


async def test_a_lost_race_is_no_reject_however_the_venue_tells_it(desk: Desk) -> None:
    desk.venue.next, desk.venue.fill_now = ["miss", "answer"], False
    for number in (1, 2):
        await desk.ledger.commit(order(number))
        assert await desk.go()
    assert desk.states() == ["sent", "canceled"] * 2
    assert desk.ledger.closed == {1: "done", 2: "done"}
    assert desk.ledger.events[1].reason == "immediate_or_cancel_insufficient_resting_volume"
    assert desk.ledger.events[1].filled == desk.ledger.events[3].filled == 0


async def test_only_an_order_that_takes_can_miss(desk: Desk) -> None:
    await desk.ledger.commit(order(style="make"))
    desk.venue.next = ["miss"]
    assert await desk.go()
    assert desk.states() == ["sent", "rejected"]


async def test_an_order_waits_until_its_group_takes_orders(desk: Desk) -> None:
    await desk.ledger.commit(order())
    busy = Rejected("create group", 429, "too_many_requests")
    for group in (None, OutcomeUnknown("create group", None, "timeout"), busy):
        desk.group = group
        assert not await desk.go()
    assert (desk.venue.creates, desk.ledger.events) == ([], [])
    desk.group = "g"
    assert await desk.go()
    assert desk.venue.groups_used == ["g"]


async def test_an_order_without_a_group_is_not_sent(desk: Desk) -> None:
    await desk.ledger.commit(order())
    desk.group = Rejected("create group", 403, "forbidden")
    assert await desk.go()
    assert [event.reason for event in desk.ledger.events] == ["not sent: no_order_group forbidden"]
    assert desk.venue.creates == []


@pytest.mark.parametrize(
    ("state", "code", "reason"),
    [("stopped", "order_group_triggered", "order_group_triggered"), (None, "not_found", "order_group_unknown")],
)
async def test_a_group_that_refuses_its_order_is_told_of(desk: Desk, state, code: str, reason: str) -> None:
    await desk.ledger.commit(order())
    desk.venue.groups = {} if state is None else {"g": state}
    assert await desk.go()
    assert (desk.ungrouped, desk.states(), desk.ledger.events[-1].reason) == ([code], ["sent", "rejected"], reason)


async def test_a_lost_answer_is_looked_up_and_never_sent_twice(desk: Desk) -> None:
    await desk.ledger.commit(order())
    desk.venue.next = ["lose"]
    assert not await desk.go()
    assert desk.states() == ["sent", "unknown"]
    assert await desk.go()
    assert desk.venue.creates == ["decision1-1"]
    assert desk.states() == ["sent", "unknown", "filled"]
    assert [fill.count for fill in desk.ledger.booked.values()] == [Count.parse("5")]


async def test_an_order_that_never_arrived_is_given_up_after_a_while(desk: Desk) -> None:
    await desk.ledger.commit(order())
    desk.venue.next = ["drop"]
    assert not await desk.go()
    assert not await desk.go()
    desk.wall = Nanos(NOW + int(ARRIVAL_S * 1e9))
    assert await desk.go()
    assert desk.venue.creates == ["decision1-1"]
    assert desk.states()[-1] == "expired"


async def test_an_order_that_may_have_arrived_while_the_venue_was_asked_is_not_given_up(desk: Desk) -> None:
    """The answer tells of the moment of the question, not of its own arrival."""
    await desk.ledger.commit(order())
    desk.venue.next = ["drop"]
    assert not await desk.go()
    asked = desk.venue.order_by_client_id

    async def slow(client_order_id: str, ticker: str):
        found = await asked(client_order_id, ticker)
        desk.wall = Nanos(NOW + int(ARRIVAL_S * 1e9))
        return found

    desk.venue.order_by_client_id = slow
    desk.wall = Nanos(NOW + int(ARRIVAL_S * 1e9) - 1)
    assert not await desk.go()
    assert await desk.go()
    assert desk.states()[-1] == "expired"


async def test_after_a_crash_a_sent_intent_is_looked_up_first(desk: Desk) -> None:
    """The process died between the venue's acceptance and our note of it."""
    intent = await desk.ledger.commit(order())
    await desk.ledger.mark_sent(intent.sequence)
    await desk.venue.create(request_of(order()))
    assert await desk.go()
    assert len(desk.venue.orders_seen) == 1
    assert desk.venue.creates == ["decision1-1"]
    assert desk.ledger.closed == {1: "done"}


async def test_an_id_that_the_venue_knows_is_looked_up(desk: Desk) -> None:
    await desk.ledger.commit(order())
    assert await desk.go()
    again = await desk.ledger.commit(order())
    assert await carry_out(again, desk.door)
    assert len(desk.venue.orders_seen) == 1


async def _resting(desk: Desk) -> None:
    desk.venue.fill_now = False
    await desk.ledger.commit(order(style="make"))
    assert await desk.go()
    assert desk.states() == ["sent", "resting"]


async def test_a_resting_order_is_cancelled(desk: Desk) -> None:
    await _resting(desk)
    await desk.ledger.commit(_cancel())
    assert await desk.go()
    assert desk.ledger.events[-1].reason == "timeout"
    assert desk.venue.orders_seen[0].status == "canceled"
    await desk.ledger.commit(_cancel())
    assert await desk.go()
    assert desk.venue.cancels == ["v1"]


async def test_a_cancel_that_comes_too_late_books_what_happened(desk: Desk) -> None:
    await _resting(desk)
    desk.venue.change("v1", status="executed", fill_count_fp=Count.parse("5"), remaining_count_fp=Count(0))
    await desk.ledger.commit(_cancel())
    assert await desk.go()
    assert desk.states()[-1] == "filled"


async def test_a_refused_cancel_of_a_resting_order_is_tried_again(desk: Desk) -> None:
    await _resting(desk)
    await desk.ledger.commit(_cancel())
    desk.venue.next = ["reject", "drop", "lose"]
    assert [await desk.go() for _ in range(4)] == [False, False, False, True]
    assert desk.states()[-1] == "canceled"


def _still_missing(desk: Desk) -> tuple[str, Count, Count]:
    progress = desk.ledger.progress["decision1-1"]
    return progress.state, progress.filled, progress.missing


async def test_what_a_person_took_off_the_book_was_not_filled(desk: Desk) -> None:
    await _resting(desk)
    desk.venue.change("v1", remaining_count_fp=Count.parse("2"))
    await desk.ledger.commit(_cancel())
    assert await desk.go()
    assert _still_missing(desk) == ("canceled", 0, 0)
    assert desk.ledger.events[-1].reason == "timeout"


async def test_a_changed_size_is_asked_for_until_the_venue_says_what_filled(desk: Desk) -> None:
    await _resting(desk)
    body = desk.venue.change("v1", fill_count_fp=Count.parse("1"), remaining_count_fp=Count.parse("2"))
    fill = desk.venue.trade(body, Count.parse("1"))
    await desk.ledger.commit(_cancel())
    asked, desk.venue.order_by_client_id = desk.venue.order_by_client_id, _silent
    assert not await desk.go()
    desk.venue.order_by_client_id = asked
    assert await desk.go()
    assert _still_missing(desk) == ("canceled", 100, 100)
    await desk.booking.fill(fill)
    assert _still_missing(desk) == ("canceled", 100, 0)


async def _silent(client_order_id: str, ticker: str) -> None:
    raise Retryable("order", 503, "service_unavailable")


async def test_a_fill_on_its_way_when_the_order_is_cancelled_is_waited_for(desk: Desk) -> None:
    await _resting(desk)
    body = desk.venue.change("v1", fill_count_fp=Count.parse("2"), remaining_count_fp=Count.parse("3"))
    fill = desk.venue.trade(body, Count.parse("2"))
    await desk.ledger.commit(_cancel())
    assert await desk.go()
    assert _still_missing(desk) == ("canceled", 200, 200)
    await desk.booking.fill(fill)
    assert _still_missing(desk) == ("canceled", 200, 0)


async def test_a_cancel_that_the_socket_told_first_is_told_once(desk: Desk) -> None:
    """A restart reads what the ledger took: a count filled that never was would freeze the market again."""
    await _resting(desk)
    desk.venue.change("v1", remaining_count_fp=Count.parse("2"))
    cancel = desk.venue.cancel

    async def overtaken(order_id: str, ticker: str):
        answer = await cancel(order_id, ticker)
        await desk.booking.event(state_event(order(style="make"), desk.venue.orders_seen[0], NOW))
        return answer

    desk.venue.cancel = overtaken
    await desk.ledger.commit(_cancel())
    assert await desk.go()
    assert desk.states() == ["sent", "resting", "canceled"]
    assert _still_missing(desk) == ("canceled", 0, 0)


async def test_an_order_not_sent_yet_is_taken_back(desk: Desk) -> None:
    await desk.ledger.commit(order(style="make"))
    await desk.ledger.commit(_cancel())
    assert await desk.go()
    assert desk.venue.creates == []
    assert desk.ledger.closed == {1: "failed", 2: "done"}
    assert desk.ledger.events[-1].reason == "not sent: timeout"


async def test_an_order_taken_back_just_before_a_crash_ends(desk: Desk) -> None:
    """The process died after the order was withdrawn and before its end was noted."""
    await desk.ledger.commit(order(style="make"))
    await desk.ledger.commit(_cancel())
    await desk.ledger.withdraw("decision1-1")
    assert await desk.go()
    assert desk.states() == ["canceled"]
    assert await desk.ledger.open_intents() == []


async def test_a_lease_that_runs_out_while_the_order_is_noted_keeps_it_back(desk: Desk) -> None:
    """The database was slow: what is noted as sent, and was not, is looked up by whoever holds the lease next."""
    await desk.ledger.commit(order())
    add_event = desk.ledger.add_event

    async def slow(event) -> bool:
        desk.lease = False
        return await add_event(event)

    desk.ledger.add_event = slow
    assert not await desk.go()
    assert desk.venue.creates == []
    desk.lease, desk.ledger.add_event = True, add_event
    desk.wall = Nanos(NOW + int(ARRIVAL_S * 1e9))
    assert await desk.go()
    assert desk.states() == ["sent", "expired"]


async def test_a_state_that_the_venue_never_told_us_of_is_asked_for_again(desk: Desk) -> None:
    await _resting(desk)
    desk.venue.change("v1", status="dormant")
    await desk.ledger.commit(_cancel())
    assert not await desk.go()
    desk.venue.change("v1", status="canceled")
    assert await desk.go()
    lost = await desk.ledger.commit(order(2))
    desk.venue.next = ["lose"]
    assert not await carry_out(lost, desk.door)
    desk.venue.change("v2", status="dormant")
    assert not await desk.go()


async def test_a_cancel_waits_for_the_orders_answer(desk: Desk) -> None:
    intent = await desk.ledger.commit(order(style="make"))
    desk.venue.next = ["drop"]
    assert not await carry_out(intent, desk.door)
    cancel = await desk.ledger.commit(_cancel())
    assert not await carry_out(cancel, desk.door)
    assert desk.venue.cancels == []


FATES = st.lists(st.sampled_from(["answer", "reject", "lose", "drop", "die", "die_first"]), max_size=12)


@given(fates=FATES, rests=st.booleans())
async def test_whatever_happens_no_decision_is_sent_twice_and_none_is_stranded(fates: list[str], rests: bool) -> None:
    desk = Desk()
    desk.venue.next, desk.venue.fill_now = list(fates), not rests
    style = "make" if rests else "take"
    for number in range(6):
        await desk.ledger.commit(order(number, ticker=f"T{number % 2}", style=style))
    for _ in range(60):
        if not (waiting := startable(await desk.ledger.open_intents(), frozenset())):
            break
        desk.wall = Nanos(desk.wall + 1_000_000_000)
        try:
            for intent in waiting:
                await carry_out(intent, desk.door)
        except Crash:
            desk.booking = Booking(desk.ledger, tell=desk._tell, now=lambda: NOW)
            desk.door = desk.new_door()
    assert await desk.ledger.open_intents() == []
    assert len(desk.venue.creates) == len(set(desk.venue.creates))
    known = {body.client_order_id: body.status for body in desk.venue.orders_seen}
    states = {name: progress.state for name, progress in desk.ledger.progress.items()}
    names = {"executed": "filled", "resting": "resting"}
    assert {name: states[name] for name in known} == {name: names[status] for name, status in known.items()}
    assert all(states[name] in ("rejected", "expired") for name in set(states) - set(known))


async def test_an_order_noted_as_sent_for_too_long_does_not_leave_any_more(desk: Desk) -> None:
    """It would arrive after it was given up for lost: what is told so late is looked up instead."""
    await desk.ledger.commit(order())
    add_event = desk.ledger.add_event

    async def slow(event) -> bool:
        desk.wall = Nanos(desk.wall + int(3e9))
        return await add_event(event)

    desk.ledger.add_event = slow
    assert not await desk.go()
    assert desk.venue.creates == []
    desk.wall = Nanos(NOW + int(ARRIVAL_S * 1e9))
    assert await desk.go()
    assert desk.states() == ["sent", "expired"]
