import asyncio
from contextlib import asynccontextmanager

import pytest

from kalshi_desk.adapters.kafka import topics
from kalshi_desk.adapters.kalshi.rest import KalshiRest
from kalshi_desk.domain.control import Alert, Switch
from kalshi_desk.domain.ledger import PaidIn
from kalshi_desk.domain.units import Cash
from kalshi_desk.errors import Rejected
from kalshi_desk.steps.execute import carry_out
from kalshi_desk.steps.reconcile import Difference
from kalshi_desk.wiring import order_door
from kalshi_desk.wiring.order_door import OrderDoor
from tests.fakes import FakeVenue
from tests.steps import desk
from tests.wiring.doors import SIGNAL, a_door, halt, record
from tests.wiring.process import FakeProcess

pytestmark = pytest.mark.embedded


async def test_switches_bar_orders_and_are_told(process: FakeProcess, venue: FakeVenue) -> None:
    door = a_door(process, venue)
    door.tail.caught_up.set()
    await door.decide(record(SIGNAL, desk.signal()))
    (intent,) = await door.ledger.open_intents()
    assert door.barred(intent.body) is None
    door.see(record(topics.CONTROL.name, halt()))
    assert door.barred(intent.body) == "halt"
    assert (await door.next_switch()).reason == "test"
    door.see(record(topics.CONTROL.name, desk.switch("pause", until=desk.later(60))))
    assert {key: switch["on"] for key, switch in door.details()["switches"].items()} == {
        "halt:both": True, "pause:both": True,
    }  # fmt: skip
    process.at = desk.later(60)
    assert door.details()["switches"]["pause:both"]["on"] is False
    process.at = desk.T0
    assert await carry_out(intent, door.door)
    assert venue.creates == []
    (_, _, refusal) = process.published[-1]
    assert (refusal.stage, refusal.reason, refusal.decision_id) == ("door", "halt", "d1")


async def test_a_file_halts_until_it_is_gone_and_a_person_resumes(
    process: FakeProcess, venue: FakeVenue, tmp_path
) -> None:
    door = a_door(process, venue)
    door.lookout.halt_file = tmp_path / "halt"
    await door.lookout.look_at_halt_file()
    assert process.kinds() == []
    door.lookout.halt_file.write_text("odd fills")
    await door.lookout.look_at_halt_file()
    await door.lookout.look_at_halt_file()
    assert [(key, switch.reason) for _, key, switch in process.published] == [("halt:both", "odd fills")]
    await door.decide(record(SIGNAL, desk.signal()))
    assert (process.published[-1][2].reason, process.published[-1][2].value) == ("halt", "file:halt")
    for _ in range(2):
        door.see(record(topics.CONTROL.name, desk.switch("halt", on=False)))
        assert door.state.switch("halt", "crypto", desk.T0) is not None
    process.kinds()
    await door.lookout.look_at_halt_file()
    assert process.kinds() == ["desk.control.v1 Switch"]
    door.lookout.halt_file.unlink()
    await door.lookout.look_at_halt_file()
    assert door.state.switch("halt", "crypto", desk.T0) is not None
    door.see(record(topics.CONTROL.name, desk.switch("halt", on=False)))
    assert door.state.switch("halt", "crypto", desk.T0) is None


async def test_a_flatten_s_sale_leaves_while_halted_until_a_person_resumes(
    process: FakeProcess, venue: FakeVenue
) -> None:
    door = a_door(process, venue)
    await door.decide(record(SIGNAL, desk.signal()))
    (bought,) = await door.ledger.open_intents()
    assert await carry_out(bought, door.door)
    await door.catch_up.fills()
    for switch in (desk.switch("halt"), desk.switch("flatten")):
        door.see(record(topics.CONTROL.name, switch))
    await door.decide(record(SIGNAL, desk.exit_signal(exit_rule="flatten")))
    (sale,) = await door.ledger.open_intents()
    assert door.barred(sale.body) is None
    assert door.barred(bought.body) == "halt"
    door.see(record(topics.CONTROL.name, desk.switch("flatten", on=False)))
    assert door.barred(sale.body) == "resumed"


async def test_what_is_unsafe_pauses_both_desks_until_a_person_resumes(process: FakeProcess, venue: FakeVenue) -> None:
    door = a_door(process, venue)
    for _ in range(2):
        await door.report(Difference("cash", "balance", "45", "50"), True)
    told = [message for _, _, message in process.published]
    assert [(alert.severity, "resume" in alert.text) for alert in told if isinstance(alert, Alert)] == [
        ("critical", True), ("critical", True),
    ]  # fmt: skip
    (pause,) = [message for message in told if isinstance(message, Switch)]
    assert (pause.name, pause.scope, pause.by, pause.until) == ("pause", "both", "breaker:unreconciled", None)
    await door.decide(record(SIGNAL, desk.signal()))
    assert (process.published[-1][2].reason, process.published[-1][2].value) == ("pause", "breaker:unreconciled")


async def test_a_resume_takes_over_the_venue_s_cash_and_it_is_remembered(
    process: FakeProcess, venue: FakeVenue
) -> None:
    door, resume = a_door(process, venue), desk.switch("pause", on=False)
    venue.cash = Cash.parse("55")
    await door.accept(resume)
    for _ in range(2):
        await door.catch_up.reconcile()
    assert [str(each) for each in await door.catch_up.reconcile()] != []
    await door.accept(resume)
    paid = ("positions.v1", f"{desk.ACCOUNT}:", PaidIn(at=desk.T0, account=desk.ACCOUNT, total=Cash.parse("5")))
    assert paid in process.published
    assert process.published[-1][2].subject == "anna took the venue's cash over"
    assert await door.catch_up.reconcile() == []
    door.lease.give_up()
    process.published.clear()
    again = a_door(process, venue)
    await again._read_accepted()
    assert process.published == [paid]
    for _ in range(2):
        assert await again.catch_up.reconcile() == []
    assert await again.audit.newest("accepted:cash") == {"cash": "5.000000", "reason": "r"}
    assert again.audit.broken_at() is None


async def test_a_switch_thrown_while_the_door_was_away_is_obeyed_and_to_be_audited(
    process: FakeProcess, venue: FakeVenue, monkeypatch
) -> None:
    @asynccontextmanager
    async def trader(_):
        yield KalshiRest(venue, venue)

    monkeypatch.setattr(order_door, "trader", trader)
    door = OrderDoor(process)

    async def run(since_ms: int) -> None:
        door.see(record(topics.CONTROL.name, halt()))
        door.tail.caught_up.set()
        await asyncio.Event().wait()

    monkeypatch.setattr(door.tail, "run", run)
    await door.open()
    assert venue.budgets_told == 1
    assert await door.next_switch() == halt()
    await door.decide(record(SIGNAL, desk.signal()))
    assert process.published[-1][2].reason == "halt"
    door.tailing.cancel()
    await door.close()


async def test_a_venue_that_refuses_the_key_halts_the_account_until_it_takes_it_again(
    process: FakeProcess, venue: FakeVenue, monkeypatch
) -> None:
    door = a_door(process, venue)

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
