import asyncio
import os
from types import SimpleNamespace

import pytest

from kalshi_desk.adapters.kafka import topics
from kalshi_desk.domain.control import Alert
from kalshi_desk.domain.inputs import Lifecycle
from kalshi_desk.domain.intent import CancelOrder
from kalshi_desk.domain.risk import DAY_NS
from kalshi_desk.domain.units import NANOS, Cash, Count, Nanos
from kalshi_desk.errors import LeaseLost
from kalshi_desk.steps.confirm import state_event
from kalshi_desk.steps.execute import carry_out
from kalshi_desk.steps.reconcile import Difference
from kalshi_desk.wiring import order_door
from kalshi_desk.wiring.order_door import OrderDoor
from tests.fakes import FakeVenue
from tests.orders import event as order_event
from tests.orders import fill as any_fill
from tests.orders import order as any_order
from tests.orders import settlement as any_settlement
from tests.steps import desk
from tests.wiring.doors import SIGNAL, a_door, forecast_door, record, resting_wish
from tests.wiring.process import FakeProcess

pytestmark = pytest.mark.embedded


async def test_a_signal_becomes_one_committed_order(process: FakeProcess, venue: FakeVenue) -> None:
    door = a_door(process, venue)
    await door.decide(record(SIGNAL, desk.signal()))
    await door.decide(record(SIGNAL, desk.signal()))
    assert process.kinds() == ["orders.v1 Order", "refusals.v1 Refusal"]
    (intent,) = await door.ledger.open_intents()
    assert await carry_out(intent, door.door)
    assert process.kinds() == ["order_events.v1 OrderEvent"] * 2
    assert await door.catch_up.fills() == 1
    assert process.kinds() == ["order_events.v1 Fill", "positions.v1 Position"]
    assert door.state.orders == {}


async def test_a_restart_remembers_decisions_and_positions(process: FakeProcess, venue: FakeVenue) -> None:
    first = a_door(process, venue)
    await first.decide(record(SIGNAL, desk.signal()))
    (intent,) = await first.ledger.open_intents()
    venue.next = ["lose"]
    assert not await carry_out(intent, first.door)
    first.lease.give_up()
    second = a_door(process, venue)
    await second._remember()
    process.kinds()
    await second.decide(record(SIGNAL, desk.signal()))
    (_, _, refusal) = process.published[-1]
    assert refusal.reason == "duplicate_decision"
    (intent,) = await second.ledger.open_intents()
    assert intent.state == "sent"
    assert await carry_out(intent, second.door)
    assert len(venue.creates) == len(venue.orders_seen) == 1
    third = OrderDoor(process)
    await third._remember()
    assert third.state.held(desk.TICKER, desk.Outcome.YES) == venue.held[desk.TICKER]
    assert third.state.orders == {}


@pytest.mark.parametrize("told", ["by its fills", "by the socket"])
async def test_an_order_that_a_person_made_larger_is_told_and_the_door_opens(
    process: FakeProcess, venue: FakeVenue, told: str
) -> None:
    first = a_door(process, venue)
    venue.fill_now = False
    await first.decide(record(SIGNAL, desk.signal(style="make", price="0.49", expires_at=desk.later(60))))
    (intent,) = await first.ledger.open_intents()
    assert await carry_out(intent, first.door)
    more = Count(intent.body.count + 200)
    body = venue.change("v1", fill_count_fp=more, remaining_count_fp=Count(800))
    if told == "by the socket":
        await first.booking.event(state_event(intent.body, body, process.now()))
    await first.booking.fill(venue.trade(body, Count(more - 300)))
    await first.booking.fill(venue.trade(body, Count(300)))
    first.lease.give_up()
    process.kinds()
    second = a_door(process, venue)
    await second._remember()
    (alert,) = (message for _, _, message in process.published if isinstance(message, Alert))
    assert (alert.severity, alert.subject) == ("critical", "the ledger contradicts itself")
    assert second.state.held(desk.TICKER, desk.Outcome.YES) == more
    second.lease.give_up()


async def test_what_differs_at_the_start_is_looked_at_again_before_anything_is_sent(
    process: FakeProcess, venue: FakeVenue, monkeypatch
) -> None:
    monkeypatch.setattr(order_door, "ASK_AGAIN_S", 0.01)
    door = a_door(process, venue)
    venue.cash = Cash.parse("45")
    await door._agree()
    assert door.state.switch("pause", "crypto", desk.T0).by == "breaker:unreconciled"


async def test_token_budgets_that_the_venue_does_not_tell_stay_the_lowest(
    process: FakeProcess, venue: FakeVenue
) -> None:
    door = a_door(process, venue)
    venue.silent = True
    await door._read_budgets()
    assert venue.budgets_told == 0


async def test_rejects_that_a_person_resumed_from_count_no_more_after_a_restart(
    process: FakeProcess, venue: FakeVenue
) -> None:
    door = a_door(process, venue)
    for number in range(5):
        venue.next = ["reject"]
        await door.decide(record(SIGNAL, desk.signal(decision_id=f"d{number}")))
        (intent,) = await door.ledger.open_intents()
        await carry_out(intent, door.door)
    assert door.state.rejects == 5
    told = {"details": {"scope": "both", "on": False, "reason": "mended"}, "at": desk.later(1)}
    await door.audit.add(actor="anna", action="switch:pause", **told)
    door.lease.give_up()
    again = a_door(process, venue)
    await again._read_resumes()
    await again._remember()
    assert again.state.rejects == 0


async def test_an_old_decision_that_comes_again_blocks_nothing(process: FakeProcess, venue: FakeVenue) -> None:
    """The ledger knows it; the gate, which remembers one day, approved it again."""
    first = a_door(process, venue)
    await first.decide(record(SIGNAL, desk.signal()))
    (intent,) = await first.ledger.open_intents()
    assert await carry_out(intent, first.door)
    first.lease.give_up()
    second = a_door(process, venue)
    await second.decide(record(SIGNAL, desk.signal()))
    assert await second.ledger.open_intents() == []
    assert second.state.orders == {}
    assert process.kinds()[-1] == "refusals.v1 Refusal"
    second.lease.give_up()


async def test_without_the_lease_the_process_ends(process: FakeProcess, venue: FakeVenue, monkeypatch) -> None:
    left: list[str] = []
    monkeypatch.setattr(order_door, "leave", left.append)
    door = a_door(process, venue)
    door.lease.give_up()
    with pytest.raises(LeaseLost):
        await door.decide(record(SIGNAL, desk.signal()))
    assert not await door.covered()
    assert left == ["lease.lost", "lease.lost"]


async def test_the_end_of_a_market_is_due_to_be_settled(process: FakeProcess, venue: FakeVenue) -> None:
    door = a_door(process, venue)
    door.see(record(topics.LIFECYCLE.name, Lifecycle(at=desk.T0, ticker=desk.TICKER, event="settled")))
    door.see(SimpleNamespace(topic=topics.BOOKS.name, partition=0, offset=2, value=b"{"))
    assert door.due == {desk.TICKER}


async def test_contradictions_and_differences_are_alerts(process: FakeProcess, venue: FakeVenue) -> None:
    door = a_door(process, venue)
    await door.decide(record(SIGNAL, desk.signal()))
    (intent,) = await door.ledger.open_intents()
    await door.tell(order_event(intent.body, "resting", filled="999", remaining=Count(0)))
    await door.report(Difference("position", "T", "1", "2"), False)
    kinds = process.kinds()
    assert kinds.count("alerts.v1 Alert") == 2
    assert "desk.control.v1 Switch" not in kinds
    assert door.audit.broken_at() is None


@pytest.mark.parametrize("lost", [topics.ORDER_EVENTS.name, topics.POSITIONS.name])
async def test_a_booked_fact_that_the_broker_does_not_take_ends_the_process(
    process: FakeProcess, venue: FakeVenue, monkeypatch, lost: str
) -> None:
    left: list[int] = []
    monkeypatch.setattr(os, "_exit", left.append)
    door, process.lost = a_door(process, venue), {lost}
    await door.tell(any_fill(any_order()))
    await door.tell(desk.position("5", "2"))
    await asyncio.sleep(0)
    assert left == [70]


async def test_what_was_settled_before_midnight_is_told_again_after_it(process: FakeProcess, venue: FakeVenue) -> None:
    bought, midnight = any_order(ticker=desk.TICKER), Nanos((desk.T0 // DAY_NS + 1) * DAY_NS)
    door, before = a_door(process, venue), Nanos(midnight - NANOS)
    await door.booking.take(any_fill(bought, at=before))
    await door.booking.settle(any_settlement(at=before, ticker=desk.TICKER))
    process.kinds()
    again, process.at = OrderDoor(process), Nanos(midnight + NANOS)
    await again._remember()
    assert [(told.ticker, told.count) for _, _, told in process.published] == [(desk.TICKER, Count(0))]
    assert again.booking.settled == {desk.TICKER}


async def test_a_door_that_shuts_gives_its_lease_up(process: FakeProcess, venue: FakeVenue) -> None:
    door = a_door(process, venue)
    door.keeping = asyncio.create_task(door._keep_lease())
    await asyncio.sleep(0.05)
    await door.close()
    assert OrderDoor(process).lease.take()
    await OrderDoor(process).close()


async def test_an_entry_whose_time_ran_out_is_taken_after_its_known_cancel(
    process: FakeProcess, venue: FakeVenue
) -> None:
    venue.fill_now = False
    door = forecast_door(process, venue)
    await door.decide(record(SIGNAL, resting_wish()))
    (first,) = await door.ledger.open_intents()
    assert await carry_out(first, door.door)
    process.at = desk.later(601)
    for message in (desk.alive(process.at), desk.equity(at=process.at)):
        door.see(record("kalshi.books.v1" if not hasattr(message, "cash") else "marks.v1", message))
    await door.follow_up()
    assert await door.ledger.open_intents() == []
    cancel = CancelOrder(at=process.at, account=desk.ACCOUNT, ticker=desk.CPI, client_order_id="d1-0", reason="timeout")
    assert await door.ledger.add_cancel(cancel, door.lease.epoch)
    (wish,) = await door.ledger.open_intents()
    assert await carry_out(wish, door.door)
    venue.fill_now = True
    process.kinds()
    await door.follow_up()
    await door.follow_up()
    assert process.kinds() == ["orders.v1 Order"]
    (second,) = await door.ledger.open_intents()
    assert await carry_out(second, door.door)
    assert venue.creates == ["d1-0", second.body.client_order_id]
    await door.decide(record(SIGNAL, resting_wish()))
    assert process.published[-1][2].reason == "duplicate_decision"
    door.lease.give_up()
    again = OrderDoor(process)
    await again._remember()
    assert again.state.lapsed == {}
    assert again.state.decisions == {"d1": "d1-0", second.body.decision_id: second.body.client_order_id}


async def test_a_market_left_quickly_three_times_is_an_alert(process: FakeProcess, venue: FakeVenue) -> None:
    door = a_door(process, venue)
    for number in range(3):
        bought = any_order(2 * number, ticker=desk.TICKER)
        sold = any_order(2 * number + 1, ticker=desk.TICKER, action="exit")
        for each in (bought, sold):
            await door.tell(any_fill(each, f"f{each.decision_id}"))
        assert process.kinds().count("alerts.v1 Alert") == (number == 2)


async def test_an_entry_needs_money_on_its_market_s_shard(process: FakeProcess, venue: FakeVenue) -> None:
    door = a_door(process, venue)
    venue.shards = {2: Cash.parse("50")}
    await door.read_cash()
    await door.decide(record(SIGNAL, desk.signal()))
    refusal = process.published[-1][2]
    assert (refusal.reason, refusal.value) == ("insufficient_shard_cash", "0.000000")
    venue.shards = {0: Cash.parse("50")}
    await door.read_cash()
    await door.decide(record(SIGNAL, desk.signal()))
    assert process.kinds()[-1] == "orders.v1 Order"


async def test_equal_refusals_are_told_once_and_counted_even_at_the_end(process: FakeProcess, venue: FakeVenue) -> None:
    door = a_door(process, venue)
    for number in range(5):
        await door.decide(record(SIGNAL, desk.signal(q=0.53, decision_id=f"d{number}")))
    assert process.kinds() == ["refusals.v1 Refusal"]
    await door.tell_counts(last=True)
    ((_, ticker, counted),) = process.published
    assert (ticker, counted.stage, counted.reason, counted.count) == (desk.TICKER, "gate", "min_edge", 4)


async def test_after_an_order_the_next_refusal_is_told(process: FakeProcess, venue: FakeVenue) -> None:
    door = a_door(process, venue)
    await door.decide(record(SIGNAL, desk.signal(q=0.53)))
    await door.decide(record(SIGNAL, desk.signal()))
    await door.decide(record(SIGNAL, desk.signal(q=0.53, decision_id="d2")))
    assert process.kinds() == ["refusals.v1 Refusal", "orders.v1 Order", "refusals.v1 Refusal"]
