import asyncio
import os
from contextlib import asynccontextmanager
from types import SimpleNamespace

import pytest
from msgspec import UNSET, structs

from kalshi_desk.adapters.kafka import topics
from kalshi_desk.adapters.kalshi.rest import KalshiRest
from kalshi_desk.adapters.postgres.clock_epochs import store_epochs
from kalshi_desk.domain.allocation import Allotment, own_decision
from kalshi_desk.domain.control import Alert, Switch
from kalshi_desk.domain.inputs import Lifecycle
from kalshi_desk.domain.intent import CancelOrder
from kalshi_desk.domain.ledger import PaidIn
from kalshi_desk.domain.limits import Share
from kalshi_desk.domain.message import encode
from kalshi_desk.domain.risk import DAY_NS
from kalshi_desk.domain.units import NANOS, Cash, Count, Nanos
from kalshi_desk.errors import LeaseLost, Rejected
from kalshi_desk.steps.confirm import state_event
from kalshi_desk.steps.execute import carry_out
from kalshi_desk.steps.reconcile import Difference
from kalshi_desk.wiring import order_door
from kalshi_desk.wiring.order_door import OrderDoor
from tests.accounts import DESK, SECOND, TWO
from tests.fakes import FakeVenue
from tests.orders import event as order_event
from tests.orders import fill as any_fill
from tests.orders import order as any_order
from tests.orders import settlement as any_settlement
from tests.steps import desk
from tests.wiring.process import FakeProcess

pytestmark = pytest.mark.embedded
SIGNAL = topics.SIGNALS.name


def _record(topic: str, message) -> SimpleNamespace:
    return SimpleNamespace(topic=topic, partition=0, offset=1, value=encode(message))


def _halt(on: bool = True) -> Switch:
    return Switch(at=desk.T0, name="halt", scope="both", on=on, by="anna", reason="test")


@pytest.fixture
def process(database: str) -> FakeProcess:
    store_epochs(database, account=desk.ACCOUNT, mode="paper", bankroll=Cash.parse("50"), segments=[])
    return FakeProcess(database, desk.T0)


@pytest.fixture
def venue() -> FakeVenue:
    return FakeVenue()


def _door(process: FakeProcess, venue: FakeVenue) -> OrderDoor:
    door = OrderDoor(process)
    door._connect(KalshiRest(venue, venue))
    assert door.lease.take()
    for message in (desk.defined(), desk.book(), desk.alive(desk.T0), desk.equity()):
        topic = {"MarketDefined": "kalshi.lifecycle.v1", "Equity": "marks.v1"}.get(type(message).__name__)
        door.see(_record(topic or "kalshi.books.v1", message))
    return door


async def test_a_signal_becomes_one_committed_order(process: FakeProcess, venue: FakeVenue) -> None:
    door = _door(process, venue)
    await door.decide(_record(SIGNAL, desk.signal()))
    await door.decide(_record(SIGNAL, desk.signal()))
    assert process.kinds() == ["orders.v1 Order", "refusals.v1 Refusal"]
    (intent,) = await door.ledger.open_intents()
    assert await carry_out(intent, door.door)
    assert process.kinds() == ["order_events.v1 OrderEvent"] * 2
    assert await door.catch_up.fills() == 1
    assert process.kinds() == ["order_events.v1 Fill", "positions.v1 Position"]
    assert door.state.orders == {}


async def test_a_restart_remembers_decisions_and_positions(process: FakeProcess, venue: FakeVenue) -> None:
    first = _door(process, venue)
    await first.decide(_record(SIGNAL, desk.signal()))
    (intent,) = await first.ledger.open_intents()
    venue.next = ["lose"]
    assert not await carry_out(intent, first.door)
    first.lease.give_up()
    second = _door(process, venue)
    await second._remember()
    process.kinds()
    await second.decide(_record(SIGNAL, desk.signal()))
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
    first = _door(process, venue)
    venue.fill_now = False
    await first.decide(_record(SIGNAL, desk.signal(style="make", price="0.49", expires_at=desk.later(60))))
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
    second = _door(process, venue)
    await second._remember()
    (alert,) = (message for _, _, message in process.published if isinstance(message, Alert))
    assert (alert.severity, alert.subject) == ("critical", "the ledger contradicts itself")
    assert second.state.held(desk.TICKER, desk.Outcome.YES) == more
    second.lease.give_up()


async def test_an_old_decision_that_comes_again_blocks_nothing(process: FakeProcess, venue: FakeVenue) -> None:
    """The ledger knows it; the gate, which remembers one day, approved it again."""
    first = _door(process, venue)
    await first.decide(_record(SIGNAL, desk.signal()))
    (intent,) = await first.ledger.open_intents()
    assert await carry_out(intent, first.door)
    first.lease.give_up()
    second = _door(process, venue)
    await second.decide(_record(SIGNAL, desk.signal()))
    assert await second.ledger.open_intents() == []
    assert second.state.orders == {}
    assert process.kinds()[-1] == "refusals.v1 Refusal"
    second.lease.give_up()


async def test_without_the_lease_the_process_ends(process: FakeProcess, venue: FakeVenue, monkeypatch) -> None:
    left: list[str] = []
    monkeypatch.setattr(order_door, "leave", left.append)
    door = _door(process, venue)
    door.lease.give_up()
    with pytest.raises(LeaseLost):
        await door.decide(_record(SIGNAL, desk.signal()))
    assert not await door.covered()
    assert left == ["lease.lost", "lease.lost"]


async def test_switches_bar_orders_and_are_told(process: FakeProcess, venue: FakeVenue) -> None:
    door = _door(process, venue)
    door.tail.caught_up.set()
    await door.decide(_record(SIGNAL, desk.signal()))
    (intent,) = await door.ledger.open_intents()
    assert door.barred(intent.body) is None
    door.see(_record(topics.CONTROL.name, _halt()))
    assert door.barred(intent.body) == "halt"
    assert (await door.next_switch()).reason == "test"
    assert door.details()["switches"]["halt:both"]["on"] is True
    assert await carry_out(intent, door.door)
    assert venue.creates == []
    (_, _, refusal) = process.published[-1]
    assert (refusal.stage, refusal.reason, refusal.decision_id) == ("door", "halt", "d1")


async def test_a_file_halts_until_it_is_gone_and_a_person_resumes(
    process: FakeProcess, venue: FakeVenue, tmp_path
) -> None:
    door = _door(process, venue)
    door.lookout.halt_file = tmp_path / "halt"
    await door.lookout.look_at_halt_file()
    assert process.kinds() == []
    door.lookout.halt_file.write_text("odd fills")
    await door.lookout.look_at_halt_file()
    await door.lookout.look_at_halt_file()
    assert [(key, switch.reason) for _, key, switch in process.published] == [("halt:both", "odd fills")]
    await door.decide(_record(SIGNAL, desk.signal()))
    assert (process.published[-1][2].reason, process.published[-1][2].value) == ("halt", "file:halt")
    for _ in range(2):
        door.see(_record(topics.CONTROL.name, desk.switch("halt", on=False)))
        assert door.state.switch("halt", "crypto", desk.T0) is not None
    process.kinds()
    await door.lookout.look_at_halt_file()
    assert process.kinds() == ["desk.control.v1 Switch"]
    door.lookout.halt_file.unlink()
    await door.lookout.look_at_halt_file()
    assert door.state.switch("halt", "crypto", desk.T0) is not None
    door.see(_record(topics.CONTROL.name, desk.switch("halt", on=False)))
    assert door.state.switch("halt", "crypto", desk.T0) is None


async def test_a_flatten_s_sale_leaves_while_halted_until_a_person_resumes(
    process: FakeProcess, venue: FakeVenue
) -> None:
    door = _door(process, venue)
    await door.decide(_record(SIGNAL, desk.signal()))
    (bought,) = await door.ledger.open_intents()
    assert await carry_out(bought, door.door)
    await door.catch_up.fills()
    for switch in (desk.switch("halt"), desk.switch("flatten")):
        door.see(_record(topics.CONTROL.name, switch))
    await door.decide(_record(SIGNAL, desk.exit_signal(exit_rule="flatten")))
    (sale,) = await door.ledger.open_intents()
    assert door.barred(sale.body) is None
    assert door.barred(bought.body) == "halt"
    door.see(_record(topics.CONTROL.name, desk.switch("flatten", on=False)))
    assert door.barred(sale.body) == "resumed"


async def test_the_end_of_a_market_is_due_to_be_settled(process: FakeProcess, venue: FakeVenue) -> None:
    door = _door(process, venue)
    door.see(_record(topics.LIFECYCLE.name, Lifecycle(at=desk.T0, ticker=desk.TICKER, event="settled")))
    door.see(SimpleNamespace(topic=topics.BOOKS.name, partition=0, offset=2, value=b"{"))
    assert door.due == {desk.TICKER}


async def test_contradictions_and_differences_are_alerts(process: FakeProcess, venue: FakeVenue) -> None:
    door = _door(process, venue)
    await door.decide(_record(SIGNAL, desk.signal()))
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
    door, process.lost = _door(process, venue), {lost}
    await door.tell(any_fill(any_order()))
    await door.tell(desk.position("5", "2"))
    await asyncio.sleep(0)
    assert left == [70]


async def test_what_was_settled_before_midnight_is_told_again_after_it(process: FakeProcess, venue: FakeVenue) -> None:
    bought, midnight = any_order(ticker=desk.TICKER), Nanos((desk.T0 // DAY_NS + 1) * DAY_NS)
    door, before = _door(process, venue), Nanos(midnight - NANOS)
    await door.booking.take(any_fill(bought, at=before))
    await door.booking.settle(any_settlement(at=before, ticker=desk.TICKER))
    process.kinds()
    again, process.at = OrderDoor(process), Nanos(midnight + NANOS)
    await again._remember()
    assert [(told.ticker, told.count) for _, _, told in process.published] == [(desk.TICKER, Count(0))]
    assert again.booking.settled == {desk.TICKER}


async def test_what_is_unsafe_pauses_both_desks_until_a_person_resumes(process: FakeProcess, venue: FakeVenue) -> None:
    door = _door(process, venue)
    for _ in range(2):
        await door.report(Difference("cash", "balance", "45", "50"), True)
    told = [message for _, _, message in process.published]
    assert [(alert.severity, "resume" in alert.text) for alert in told if isinstance(alert, Alert)] == [
        ("critical", True), ("critical", True),
    ]  # fmt: skip
    (pause,) = [message for message in told if isinstance(message, Switch)]
    assert (pause.name, pause.scope, pause.by, pause.until) == ("pause", "both", "breaker:unreconciled", None)
    await door.decide(_record(SIGNAL, desk.signal()))
    assert (process.published[-1][2].reason, process.published[-1][2].value) == ("pause", "breaker:unreconciled")


async def test_a_resume_takes_over_the_venue_s_cash_and_it_is_remembered(
    process: FakeProcess, venue: FakeVenue
) -> None:
    door, resume = _door(process, venue), desk.switch("pause", on=False)
    venue.cash = Cash.parse("55")
    await door.accept(resume)
    for _ in range(2):
        await door.catch_up.reconcile()
    assert [str(each) for each in await door.catch_up.reconcile()] != []
    await door.accept(resume)
    paid = ("positions.v1", f"{desk.ACCOUNT}:", PaidIn(at=desk.T0, account=desk.ACCOUNT, total=Cash.parse("5")))
    assert paid in process.published
    assert await door.catch_up.reconcile() == []
    door.lease.give_up()
    process.published.clear()
    again = _door(process, venue)
    await again._read_accepted()
    assert process.published == [paid]
    for _ in range(2):
        assert await again.catch_up.reconcile() == []
    assert await again.audit.newest("accepted:cash") == {"cash": "5.000000", "reason": "r"}
    assert again.audit.broken_at() is None


async def test_a_door_that_shuts_gives_its_lease_up(process: FakeProcess, venue: FakeVenue) -> None:
    door = _door(process, venue)
    door.keeping = asyncio.create_task(door._keep_lease())
    await asyncio.sleep(0.05)
    await door.close()
    assert OrderDoor(process).lease.take()
    await OrderDoor(process).close()


async def test_a_switch_thrown_while_the_door_was_away_is_obeyed_and_to_be_audited(
    process: FakeProcess, venue: FakeVenue, monkeypatch
) -> None:
    @asynccontextmanager
    async def trader(_):
        yield KalshiRest(venue, venue)

    monkeypatch.setattr(order_door, "trader", trader)
    door = OrderDoor(process)

    async def run(since_ms: int) -> None:
        door.see(_record(topics.CONTROL.name, _halt()))
        door.tail.caught_up.set()
        await asyncio.Event().wait()

    monkeypatch.setattr(door.tail, "run", run)
    await door.open()
    assert await door.next_switch() == _halt()
    await door.decide(_record(SIGNAL, desk.signal()))
    assert process.published[-1][2].reason == "halt"
    door.tailing.cancel()
    await door.close()


def _forecast_door(process: FakeProcess, venue: FakeVenue) -> OrderDoor:
    """A door that knows a forecast market, its book and its estimate."""
    door = _door(process, venue)
    door.see(_record(topics.LIFECYCLE.name, desk.defined(desk.CPI, close_time=desk.later(20 * 86_400))))
    door.see(_record(topics.BOOKS.name, desk.book(ticker=desk.CPI)))
    door.see(_record(topics.ESTIMATES.name, desk.estimate()))
    return door


def _resting_wish():
    return desk.forecast(style="make", price="0.49", expires_at=desk.later(600))


async def test_an_entry_whose_time_ran_out_is_taken_after_its_known_cancel(
    process: FakeProcess, venue: FakeVenue
) -> None:
    venue.fill_now = False
    door = _forecast_door(process, venue)
    await door.decide(_record(SIGNAL, _resting_wish()))
    (first,) = await door.ledger.open_intents()
    assert await carry_out(first, door.door)
    process.at = desk.later(601)
    for message in (desk.alive(process.at), desk.equity(at=process.at)):
        door.see(_record("kalshi.books.v1" if not hasattr(message, "cash") else "marks.v1", message))
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
    await door.decide(_record(SIGNAL, _resting_wish()))
    assert process.published[-1][2].reason == "duplicate_decision"
    door.lease.give_up()
    again = OrderDoor(process)
    await again._remember()
    assert again.state.lapsed == {}
    assert again.state.decisions == {"d1": "d1-0", second.body.decision_id: second.body.client_order_id}


async def test_estimates_and_rungs_of_another_account_are_not_heard(process: FakeProcess, venue: FakeVenue) -> None:
    door = _forecast_door(process, venue)
    door.see(_record(topics.ESTIMATES.name, desk.estimate(0.2, account="kalshi:live:1")))
    door.see(_record(topics.CONTROL.name, desk.rung("full", account="kalshi:live:1")))
    door.see(_record(topics.CONTROL.name, desk.rung("small", category="Sports")))
    assert door.state.view.p_of(desk.CPI, desk.Outcome.YES) == 0.7
    assert door.state.rung("forecast_edge", "Economics") == "paper"
    assert door.state.rung("forecast_edge", "Sports") == "small"


async def test_a_market_left_quickly_three_times_is_an_alert(process: FakeProcess, venue: FakeVenue) -> None:
    door = _door(process, venue)
    for number in range(3):
        bought = any_order(2 * number, ticker=desk.TICKER)
        sold = any_order(2 * number + 1, ticker=desk.TICKER, action="exit")
        for each in (bought, sold):
            await door.tell(any_fill(each, f"f{each.decision_id}"))
        assert process.kinds().count("alerts.v1 Alert") == (number == 2)


async def test_an_entry_needs_money_on_its_market_s_shard(process: FakeProcess, venue: FakeVenue) -> None:
    door = _door(process, venue)
    venue.shards = {2: Cash.parse("50")}
    await door.read_cash()
    await door.decide(_record(SIGNAL, desk.signal()))
    refusal = process.published[-1][2]
    assert (refusal.reason, refusal.value) == ("insufficient_shard_cash", "0.000000")
    venue.shards = {0: Cash.parse("50")}
    await door.read_cash()
    await door.decide(_record(SIGNAL, desk.signal()))
    assert process.kinds()[-1] == "orders.v1 Order"


async def test_equal_refusals_are_told_once_and_counted_even_at_the_end(process: FakeProcess, venue: FakeVenue) -> None:
    door = _door(process, venue)
    for number in range(5):
        await door.decide(_record(SIGNAL, desk.signal(q=0.53, decision_id=f"d{number}")))
    assert process.kinds() == ["refusals.v1 Refusal"]
    await door.tell_counts(last=True)
    ((_, ticker, counted),) = process.published
    assert (ticker, counted.stage, counted.reason, counted.count) == (desk.TICKER, "gate", "min_edge", 4)


async def test_after_an_order_the_next_refusal_is_told(process: FakeProcess, venue: FakeVenue) -> None:
    door = _door(process, venue)
    await door.decide(_record(SIGNAL, desk.signal(q=0.53)))
    await door.decide(_record(SIGNAL, desk.signal()))
    await door.decide(_record(SIGNAL, desk.signal(q=0.53, decision_id="d2")))
    assert process.kinds() == ["refusals.v1 Refusal", "orders.v1 Order", "refusals.v1 Refusal"]


@pytest.fixture
def second(database: str) -> FakeProcess:
    """The process of a further account, with four tenths of each signal."""
    store_epochs(database, account=SECOND, mode="paper", bankroll=Cash.parse("50"), segments=[])
    process = FakeProcess(database, desk.T0)
    process.account = process.told = SECOND
    process.settings = process.settings.model_copy(update={"accounts": TWO, "account": "second"})
    process.allotment = Allotment(DESK, SECOND, {DESK: Share.parse("0.6"), SECOND: Share.parse("0.4")})
    return process


async def test_a_further_account_takes_its_part_of_a_signal_as_its_own(second: FakeProcess, venue: FakeVenue) -> None:
    door = _door(second, venue)
    door.see(_record("marks.v1", structs.replace(desk.equity(), account=SECOND)))
    await door.decide(_record(SIGNAL, desk.signal()))
    ((_, key, order),) = second.published
    assert (key, order.account) == (SECOND, SECOND)
    assert order.decision_id == own_decision("d1", second.allotment)


async def test_a_further_account_takes_what_its_own_entry_did_not_get(second: FakeProcess, venue: FakeVenue) -> None:
    venue.fill_now = False
    door = _forecast_door(second, venue)
    door.see(_record("marks.v1", structs.replace(desk.equity(), account=SECOND)))
    await door.decide(_record(SIGNAL, _resting_wish()))
    (first,) = await door.ledger.open_intents()
    assert await carry_out(first, door.door)
    second.at = desk.later(601)
    door.see(_record("kalshi.books.v1", desk.alive(second.at)))
    door.see(_record("marks.v1", structs.replace(desk.equity(at=second.at), account=SECOND)))
    name = first.body.client_order_id
    gone = CancelOrder(at=second.at, account=SECOND, ticker=desk.CPI, client_order_id=name, reason="timeout")
    assert await door.ledger.add_cancel(gone, door.lease.epoch)
    (wish,) = await door.ledger.open_intents()
    assert await carry_out(wish, door.door)
    await door.follow_up()
    (taken,) = await door.ledger.open_intents()
    assert (taken.body.account, taken.body.style) == (SECOND, "take")
    door.lease.give_up()


async def test_what_another_account_sells_or_switches_is_none_of_its_business(
    second: FakeProcess, venue: FakeVenue
) -> None:
    door = _door(second, venue)
    await door.decide(_record(SIGNAL, desk.signal(action="exit")))
    assert second.published == []
    for account, bars in ((DESK, False), (SECOND, True), (UNSET, True)):
        door.see(_record(topics.CONTROL.name, _halt(False)))
        door.see(_record(topics.CONTROL.name, structs.replace(_halt(), account=account)))
        assert (door.state.switch("halt", "crypto", desk.T0) is not None) is bars
    assert door.state.equity is None


async def test_what_it_throws_and_refuses_names_it(second: FakeProcess, venue: FakeVenue) -> None:
    door = _door(second, venue)
    await door.throw(_halt())
    await door.decide(_record(SIGNAL, desk.signal()))
    (_, key, thrown), (_, _, refusal) = second.published
    assert (key, thrown.account, refusal.account) == (f"halt:both:{SECOND}", SECOND, SECOND)


async def test_a_venue_that_refuses_the_key_halts_the_account_until_it_takes_it_again(
    process: FakeProcess, venue: FakeVenue, monkeypatch
) -> None:
    door = _door(process, venue)

    async def refuse(*_):
        raise Rejected("GET", 401, "authentication_error", "NOT_FOUND")

    monkeypatch.setattr(door.reads, "balance", refuse)
    for _ in range(3):
        assert not await door._compare()
    assert door.key.out
    assert door.state.switch("halt", "crypto", desk.T0).by == "breaker:key"
    assert process.kinds()[-2:] == ["desk.control.v1 Switch", "alerts.v1 Alert"]
    monkeypatch.undo()
    assert await door._compare()
    assert not door.key.out
