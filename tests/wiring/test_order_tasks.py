import asyncio
import json
from contextlib import closing
from types import SimpleNamespace

import pytest
from structlog.testing import capture_logs

from kalshi_desk.adapters.kalshi.rest import KalshiRest
from kalshi_desk.adapters.postgres.clock_epochs import store_epochs
from kalshi_desk.adapters.postgres.connection import connect
from kalshi_desk.adapters.socket_loop import Connected, Received
from kalshi_desk.domain.control import Switch
from kalshi_desk.domain.message import encode
from kalshi_desk.domain.units import Cash, Count, Nanos
from kalshi_desk.errors import Retryable
from kalshi_desk.steps.gate_state import observe
from kalshi_desk.wiring import order_tasks
from kalshi_desk.wiring.order_door import OrderDoor
from tests.fakes import FakeVenue
from tests.orders import NOW, TICKER, order
from tests.steps import desk
from tests.steps.desk import signal
from tests.wiring.process import FakeProcess

pytestmark = pytest.mark.embedded


@pytest.fixture
def door(database: str, monkeypatch) -> OrderDoor:
    monkeypatch.setattr(order_tasks, "AGAIN_S", 0.02)
    monkeypatch.setattr(order_tasks, "REVIEW_S", 0.02)
    store_epochs(database, account="sim:synthetic:7", mode="paper", bankroll=Cash.parse("50"), segments=[])
    door = OrderDoor(FakeProcess(database, NOW))
    venue = FakeVenue()
    door._connect(KalshiRest(venue, venue))
    assert door.lease.take()
    return door


async def _until(condition) -> None:
    async with asyncio.timeout(60):
        while not condition():
            await asyncio.sleep(0.01)


async def _commit(door: OrderDoor, *orders) -> None:
    for each in orders:
        observe(door.state, desk.defined(each.ticker))
        observe(door.state, each)
        await door.ledger.add_order(each, door.lease.epoch or 0)
    door.wake.set()


async def test_intents_are_drained_and_each_is_sent_once(door: OrderDoor) -> None:
    venue = door.door.writes
    venue.next = ["lose", "answer", "answer", "lose"]
    await _commit(door, *(order(number, ticker=f"T{number % 3}") for number in range(6)))
    draining = asyncio.create_task(order_tasks.drain(door))
    await _until(lambda: len(venue.orders_seen) == 6)
    async with asyncio.timeout(60):
        while await door.ledger.open_intents():
            await asyncio.sleep(0.02)
    draining.cancel()
    await asyncio.gather(draining, return_exceptions=True)
    assert sorted(venue.creates) == sorted({f"decision{number}-1" for number in range(6)})


async def test_a_halt_cancels_what_rests(door: OrderDoor) -> None:
    venue = door.door.writes
    venue.fill_now = False
    resting = order(style="make", expires_at=Nanos(NOW + 60_000_000_000))
    await _commit(door, resting)
    tasks = order_tasks.drain, order_tasks.review_cancels, order_tasks.keep_groups
    running = [asyncio.create_task(task(door)) for task in tasks]
    await _until(lambda: venue.groups_used == ["g0"])
    observe(door.state, Switch(at=NOW, name="halt", scope="both", on=True, by="anna", reason="test"))
    async with asyncio.timeout(60):
        while door.state.orders or venue.groups != {"g0": "stopped"}:
            await asyncio.sleep(0.02)
    for task in running:
        task.cancel()
    await asyncio.gather(*running, return_exceptions=True)
    assert all(body.status == "canceled" for body in venue.orders_seen)


async def test_the_private_socket_books_orders_and_fills(door: OrderDoor) -> None:
    venue = door.door.writes
    await _commit(door, order())
    body = {
        "order_id": "v1", "ticker": TICKER, "status": "executed", "outcome_side": "yes", "book_side": "bid",
        "yes_price_dollars": "0.4000", "fill_count_fp": "5.00", "remaining_count_fp": "0.00",
        "initial_count_fp": "5.00", "taker_fees_dollars": "0.08", "maker_fees_dollars": "0",
        "client_order_id": "decision1-1",
    }  # fmt: skip
    fill = {
        "trade_id": "t1", "order_id": "v1", "market_ticker": TICKER, "is_taker": True, "outcome_side": "yes",
        "book_side": "bid", "yes_price_dollars": "0.4000", "count_fp": "5.00", "fee_cost": "0.084000",
        "post_position_fp": "5.00", "ts_ms": NOW // 10**6, "client_order_id": "decision1-1",
    }  # fmt: skip
    elsewhere = fill | {"trade_id": "t2", "order_id": "v8", "client_order_id": "y", "subaccount": 2}
    said = ("fill", elsewhere), ("user_order", body), ("fill", fill)
    frames = [json.dumps({"type": kind, "sid": 1, "msg": msg}) for kind, msg in said]
    stranger = json.dumps({"type": "user_order", "sid": 1, "msg": body | {"client_order_id": "x", "order_id": "v9"}})
    batch = [Connected(NOW), *(Received(text, NOW) for text in (*frames, *frames, stranger, "{"))]
    with capture_logs() as logs:
        await order_tasks._hear(door, batch)
    told = [(entry["venue_order_id"], entry["log_level"]) for entry in logs if entry["event"] == "order.unknown"]
    assert told == [("v9", "warning")]
    known = await door.ledger.find_order(venue_order_id="v1")
    assert (known.state, known.filled) == ("filled", Count.parse("5"))
    assert door.process.kinds() == ["order_events.v1 OrderEvent", "order_events.v1 Fill", "positions.v1 Position"]
    assert len(door.process.bad) == 1
    assert venue.creates == []


async def test_a_venue_that_does_not_answer_is_asked_again(door: OrderDoor, monkeypatch) -> None:
    async def away(*_):
        raise Retryable("fills", 503, "service_unavailable")

    monkeypatch.setattr(door.reads, "fills", away)
    monkeypatch.setattr(door.reads, "balance", away)
    for what in ("fills", "cash", "settle", "reconcile"):
        await order_tasks.attempt(door, what)


async def test_switches_are_audited(door: OrderDoor) -> None:
    door._switches.put_nowait(Switch(at=NOW, name="pause", scope="crypto", on=True, by="anna", reason="test"))
    auditing = asyncio.create_task(order_tasks.audit_switches(door))
    await _until(door.wake.is_set)
    auditing.cancel()
    await asyncio.gather(auditing, return_exceptions=True)
    assert door.audit.broken_at() is None


async def test_a_persons_resume_takes_over_the_venue_s_cash(door: OrderDoor) -> None:
    door.door.reads.cash = Cash.parse("55")
    for _ in range(2):
        await door.catch_up.reconcile()
    for by in ("breaker:heartbeat", "anna"):
        door._switches.put_nowait(Switch(at=NOW, name="pause", scope="both", on=False, by=by, reason="a deposit"))
    auditing = asyncio.create_task(order_tasks.audit_switches(door))
    await _until(lambda: door.catch_up.accepted == Cash.parse("5"))
    auditing.cancel()
    await asyncio.gather(auditing, return_exceptions=True)
    assert await door.catch_up.reconcile() == []


async def test_a_person_is_told_once_where_the_books_are_not_compared(door: OrderDoor, monkeypatch) -> None:
    monkeypatch.setattr(order_tasks, "RECONCILE_S", 0.01)
    told, asked = [], []

    async def unanswered() -> None:
        asked.append(1)
        raise Retryable("GET /portfolio/orders", 503, "service_unavailable")

    async def alert(severity, subject, text) -> None:
        told.append((severity, subject))

    monkeypatch.setattr(door.catch_up, "reconcile", unanswered)
    monkeypatch.setattr(door, "alert", alert)
    running = asyncio.create_task(order_tasks.reconcile(door))
    await _until(lambda: len(asked) > 2 * order_tasks.MOST_UNCOMPARED)
    running.cancel()
    await asyncio.gather(running, return_exceptions=True)
    assert told == [("critical", "ledger and venue not compared 5 times running")]
    assert door.lookout.uncompared > 5


async def test_a_switch_that_comes_again_after_a_restart_is_audited_once(door: OrderDoor, database: str) -> None:
    for scope in ("crypto", "forecast", "crypto"):
        switch = Switch(at=NOW, name="pause", scope=scope, on=True, by="page", reason="test")
        door._switches.put_nowait(switch)
    auditing = asyncio.create_task(order_tasks.audit_switches(door))
    await _until(door._switches.empty)
    await asyncio.sleep(0.3)
    auditing.cancel()
    await asyncio.gather(auditing, return_exceptions=True)
    with closing(connect(database, "test")) as db, db.cursor() as cursor:
        cursor.execute("select details ->> 'scope' from desk.audit_log order by entry")
        assert cursor.fetchall() == [("crypto",), ("forecast",)]


async def test_new_correlations_are_taken_up(door: OrderDoor, monkeypatch) -> None:
    monkeypatch.setattr(order_tasks, "REFRESH_S", 0.02)
    with closing(connect(door.process.database_url, "test")) as db, db, db.cursor() as cursor:
        cursor.execute("insert into desk.correlations values ('A', 'B', 0.4, %s)", (NOW.datetime(),))
    running = asyncio.create_task(order_tasks.refresh(door))
    await _until(lambda: door.state.correlations == {("A", "B"): 0.4})
    running.cancel()
    await asyncio.gather(running, return_exceptions=True)


async def test_the_halt_file_is_looked_at_again_and_again(door: OrderDoor, monkeypatch, tmp_path) -> None:
    monkeypatch.setattr(order_tasks, "FILE_S", 0.01)
    door.lookout.halt_file = tmp_path / "halt"
    watching = asyncio.create_task(order_tasks.watch_halt_file(door))
    await asyncio.sleep(0.05)
    assert door.state.switch("halt", "crypto", NOW) is None
    door.lookout.halt_file.touch()
    await _until(lambda: door.state.switch("halt", "crypto", NOW) is not None)
    watching.cancel()
    await asyncio.gather(watching, return_exceptions=True)


async def test_the_gate_learns_when_the_venue_takes_no_orders(door: OrderDoor, monkeypatch) -> None:
    monkeypatch.setattr(order_tasks, "STATUS_S", 0.01)
    door.door.reads.trades = False
    watching = asyncio.create_task(order_tasks.watch_trading(door))
    await _until(lambda: door.state.trading is not None and not door.state.trading.trading)
    door.door.reads.trades = True
    await _until(lambda: door.state.trading.trading)
    watching.cancel()
    await asyncio.gather(watching, return_exceptions=True)


async def test_counts_are_told_where_no_signal_comes_any_more(door: OrderDoor, monkeypatch) -> None:
    monkeypatch.setattr(order_tasks, "POLL_S", 0.01)
    for _ in range(3):
        await door.decide(SimpleNamespace(value=encode(signal(desk="forecast")), topic="signals.v1", offset=1))
    assert door.process.kinds() == ["refusals.v1 Refusal"]
    counting = asyncio.create_task(order_tasks.count_refusals(door))
    door.process.at = Nanos(NOW + 60_000_000_000)
    await _until(lambda: door.process.published)
    counting.cancel()
    await asyncio.gather(counting, return_exceptions=True)
    ((_, _, counted),) = door.process.published
    assert (counted.reason, counted.count) == ("not_owner", 2)
