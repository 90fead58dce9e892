import json
from contextlib import closing

import pytest

from kalshi_desk.adapters.kafka.topics import CONTROL
from kalshi_desk.adapters.postgres.clock_epochs import store_epochs
from kalshi_desk.adapters.postgres.connection import connect
from kalshi_desk.adapters.postgres.heartbeats import beat
from kalshi_desk.adapters.postgres.ledger import Ledger
from kalshi_desk.clock import ClockSegment, wall_now
from kalshi_desk.domain.control import Switch
from kalshi_desk.domain.market import Outcome
from kalshi_desk.domain.units import Cash, Count, Nanos
from kalshi_desk.errors import DeskError
from kalshi_desk.settings import Settings, load_settings
from kalshi_desk.wiring import switches
from tests.accounts import SECOND, TWO
from tests.orders import fill, order

pytestmark = pytest.mark.embedded
EVENT = Nanos.parse("2026-05-13T12:00:00Z")


@pytest.fixture
def settings(database: str) -> Settings:
    return load_settings(_env_file=None, database_url=database, seed=7)


def _known(database: str, switch: Switch, process: str = "order_execution") -> None:
    told = {"on": switch.on, "by": switch.by, "reason": switch.reason, "at": str(switch.at)}
    with closing(connect(database, "test")) as db:
        beat(db, process, "ready", {"switches": {f"{switch.name}:{switch.scope}": told}})


def test_a_switch_carries_the_accounts_event_time(settings: Settings, database: str, monkeypatch) -> None:
    sent: list[tuple] = []
    monkeypatch.setattr(switches, "announce", lambda broker, topic, key, message: sent.append((topic, key, message)))
    with pytest.raises(DeskError, match="never run"):
        switches.throw(settings, "halt", scope="both", on=True, reason="test")
    segment = ClockSegment(wall_now(), EVENT, 10.0)
    account = "sim:synthetic:7"
    store_epochs(database, account=account, mode="paper", bankroll=Cash.parse("50"), segments=[segment])
    switch = switches.throw(settings, "halt", scope="both", on=True, reason="test")
    assert sent == [(CONTROL, "halt:both", switch)]
    assert EVENT <= switch.at < EVENT + 600 * 10**9
    assert switch.by.startswith("cli:")


def test_a_switch_is_obeyed_when_the_door_says_so(settings: Settings, database: str, monkeypatch) -> None:
    monkeypatch.setattr(switches, "OBEYED_S", 0.5)
    switch = Switch(at=EVENT, name="halt", scope="both", on=True, by="anna", reason="test")
    assert not switches.obeyed(settings, switch)
    _known(database, switch)
    assert switches.obeyed(settings, switch)
    later = Switch(at=Nanos(EVENT + 1), name="halt", scope="both", on=False, by="anna", reason="test")
    assert not switches.obeyed(settings, later)
    _known(database, Switch(at=later.at, name="halt", scope="both", on=True, by="file:halt", reason="test"))
    assert not switches.obeyed(settings, later)
    assert json.dumps(switches.known_switches(settings))


def test_without_a_database_a_switch_is_refused_or_left_unconfirmed(monkeypatch) -> None:
    monkeypatch.setattr(switches, "OBEYED_S", 0.1)
    away = load_settings(_env_file=None, database_url="postgresql://desk@127.0.0.1:1/desk", seed=7)
    with pytest.raises(DeskError, match="no database"):
        switches.throw(away, "halt", scope="both", on=True, reason="test")
    assert not switches.obeyed(away, Switch(at=EVENT, name="halt", scope="both", on=True, by="anna", reason="test"))


async def test_what_the_desk_still_holds_is_told_by_scope(settings: Settings, database: str, monkeypatch) -> None:
    monkeypatch.setattr(switches, "SOLD_S", 0.1)
    store_epochs(database, account="sim:synthetic:7", mode="paper", bankroll=Cash.parse("50"), segments=[])
    assert switches.left_after(settings, "both") == {}
    crypto, forecast = (order(number, ticker=ticker) for number, ticker in ((1, "KXBTC15M-A"), (2, "KXCPI-B")))
    ledger = Ledger(database, "sim:synthetic:7")
    for each in (fill(crypto), fill(forecast, "f2"), fill(None, "f3", ticker="KXBTC15M-C")):
        await ledger.add_fill(each)
    assert switches.left_after(settings, "both") == {"KXBTC15M-A": "5.00", "KXCPI-B": "5.00"}
    assert switches.left_after(settings, "forecast") == {"KXCPI-B": "5.00"}


async def test_what_a_person_sold_by_hand_is_not_left_to_sell(settings: Settings, database: str, monkeypatch) -> None:
    monkeypatch.setattr(switches, "SOLD_S", 0.1)
    store_epochs(database, account="sim:synthetic:7", mode="paper", bankroll=Cash.parse("50"), segments=[])
    yes, no = order(1, ticker="KXBTC15M-A"), order(2, ticker="KXCPI-B", outcome=Outcome.NO)
    ledger, two = Ledger(database, "sim:synthetic:7"), Count.parse("2")
    for each in (fill(yes), fill(no, "f2"), fill(None, "f3", ticker="KXBTC15M-A", outcome=Outcome.NO, count=two)):
        await ledger.add_fill(each)
    assert switches.left_after(settings, "both") == {"KXBTC15M-A": "3.00", "KXCPI-B": "-5.00"}
    await ledger.add_fill(fill(None, "f4", ticker="KXBTC15M-A", outcome=Outcome.NO))
    await ledger.add_fill(fill(None, "f5", ticker="KXCPI-B", count=two))
    assert switches.left_after(settings, "both") == {"KXCPI-B": "-3.00"}


def test_a_switch_for_all_waits_for_every_door_and_one_for_an_account_for_its_own(
    settings: Settings, database: str, monkeypatch
) -> None:
    monkeypatch.setattr(switches, "OBEYED_S", 0.5)
    all_of_it = settings.model_copy(update={"accounts": TWO})
    second = all_of_it.model_copy(update={"account": "second"})
    halt = Switch(at=EVENT, name="halt", scope="both", on=True, by="anna", reason="test")
    _known(database, halt)
    assert not switches.obeyed(all_of_it, halt)
    assert not switches.obeyed(second, halt)
    _known(database, halt, "order_execution_second")
    assert switches.obeyed(all_of_it, halt)
    assert switches.obeyed(second, halt)
    assert set(switches.known_switches(all_of_it)) == {"halt:both"}


def test_a_switch_names_the_account_that_was_chosen(settings: Settings, database: str, monkeypatch) -> None:
    monkeypatch.setattr(switches, "announce", lambda *_: None)
    store_epochs(
        database, account=SECOND, mode="paper", bankroll=Cash(1), segments=[ClockSegment(wall_now(), EVENT, 1)]
    )
    second = settings.model_copy(update={"accounts": TWO, "account": "second"})
    thrown = switches.throw(second, "pause", scope="both", on=True, reason="test")
    assert (thrown.account, thrown.key) == (SECOND, f"pause:both:{SECOND}")
