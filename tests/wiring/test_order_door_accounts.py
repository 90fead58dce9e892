import pytest
from msgspec import UNSET, structs

from kalshi_desk.adapters.kafka import topics
from kalshi_desk.adapters.postgres.clock_epochs import store_epochs
from kalshi_desk.domain.allocation import Allotment, own_decision
from kalshi_desk.domain.intent import CancelOrder
from kalshi_desk.domain.limits import Share
from kalshi_desk.domain.units import Cash
from kalshi_desk.steps.execute import carry_out
from tests.accounts import DESK, SECOND, TWO
from tests.fakes import FakeVenue
from tests.steps import desk
from tests.wiring.doors import SIGNAL, a_door, forecast_door, halt, record, resting_wish
from tests.wiring.process import FakeProcess

pytestmark = pytest.mark.embedded


async def test_estimates_and_rungs_of_another_account_are_not_heard(process: FakeProcess, venue: FakeVenue) -> None:
    door = forecast_door(process, venue)
    door.see(record(topics.ESTIMATES.name, desk.estimate(0.2, account="kalshi:live:1")))
    door.see(record(topics.CONTROL.name, desk.rung("full", account="kalshi:live:1")))
    door.see(record(topics.CONTROL.name, desk.rung("small", category="Sports")))
    assert door.state.view.p_of(desk.CPI, desk.Outcome.YES) == 0.7
    assert door.state.rung("forecast_edge", "Economics") == "paper"
    assert door.state.rung("forecast_edge", "Sports") == "small"


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
    door = a_door(second, venue)
    door.see(record("marks.v1", structs.replace(desk.equity(), account=SECOND)))
    await door.decide(record(SIGNAL, desk.signal()))
    ((_, key, order),) = second.published
    assert (key, order.account) == (SECOND, SECOND)
    assert order.decision_id == own_decision("d1", second.allotment)


async def test_a_further_account_takes_what_its_own_entry_did_not_get(second: FakeProcess, venue: FakeVenue) -> None:
    venue.fill_now = False
    door = forecast_door(second, venue)
    door.see(record("marks.v1", structs.replace(desk.equity(), account=SECOND)))
    await door.decide(record(SIGNAL, resting_wish()))
    (first,) = await door.ledger.open_intents()
    assert await carry_out(first, door.door)
    second.at = desk.later(601)
    door.see(record("kalshi.books.v1", desk.alive(second.at)))
    door.see(record("marks.v1", structs.replace(desk.equity(at=second.at), account=SECOND)))
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
    door = a_door(second, venue)
    await door.decide(record(SIGNAL, desk.signal(action="exit")))
    assert second.published == []
    for account, bars in ((DESK, False), (SECOND, True), (UNSET, True)):
        door.see(record(topics.CONTROL.name, halt(False)))
        door.see(record(topics.CONTROL.name, structs.replace(halt(), account=account)))
        assert (door.state.switch("halt", "crypto", desk.T0) is not None) is bars
    assert door.state.equity is None


async def test_what_it_throws_and_refuses_names_it(second: FakeProcess, venue: FakeVenue) -> None:
    door = a_door(second, venue)
    await door.throw(halt())
    await door.decide(record(SIGNAL, desk.signal()))
    (_, key, thrown), (_, _, refusal) = second.published
    assert (key, thrown.account, refusal.account) == (f"halt:both:{SECOND}", SECOND, SECOND)
