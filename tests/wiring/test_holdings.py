import asyncio
import os
from contextlib import closing
from types import SimpleNamespace

import msgspec
import pytest

from kalshi_desk.adapters.kafka import topics
from kalshi_desk.adapters.postgres.audit import AuditLog
from kalshi_desk.adapters.postgres.clock_epochs import store_epochs
from kalshi_desk.adapters.postgres.connection import connect
from kalshi_desk.adapters.postgres.ledger import Ledger
from kalshi_desk.adapters.postgres.recorder import Kept, RowWriter
from kalshi_desk.domain.control import Switch
from kalshi_desk.domain.decisions import Signal
from kalshi_desk.domain.ledger import Equity, Mark, PaidIn
from kalshi_desk.domain.message import encode
from kalshi_desk.domain.risk import DAY_NS
from kalshi_desk.domain.units import NANOS, Cash, Count, Nanos
from kalshi_desk.errors import ParseError
from kalshi_desk.wiring.holdings import Holdings
from kalshi_desk.wiring.recording import layout
from tests.orders import fill as any_fill
from tests.orders import order as any_order
from tests.steps import desk
from tests.wiring.process import FakeProcess

pytestmark = pytest.mark.embedded


def _record(topic, message) -> SimpleNamespace:
    return SimpleNamespace(topic=topic.name, partition=0, offset=1, value=encode(message))


@pytest.fixture
async def holdings(database: str) -> Holdings:
    store_epochs(database, account=desk.ACCOUNT, mode="paper", bankroll=Cash.parse("50"), segments=[])
    return await _opened(FakeProcess(database, desk.T0))


async def _opened(process: FakeProcess, *, books_read: bool = True) -> Holdings:
    holdings = Holdings(process)

    async def run(since_ms: int) -> None:
        holdings.see(_record(topics.LIFECYCLE, desk.defined()))
        holdings.tail.caught_up.set()
        await asyncio.Event().wait()

    holdings.tail.run = run
    await holdings.open()
    holdings.opened = books_read
    return holdings


async def test_a_position_and_a_book_make_marks_and_equity(holdings: Holdings) -> None:
    holdings.see(_record(topics.POSITIONS, desk.position("5", "2")))
    await asyncio.sleep(0.01)
    holdings.process.kinds()
    await holdings.take(_record(topics.BOOKS, desk.book()))
    holdings.process.at = desk.later(2)
    await holdings.tick()
    told = [message for _, _, message in holdings.process.published]
    assert {"Mark", "Equity"} <= {type(message).__name__ for message in told}
    assert holdings.details() == {"positions": 1}
    equity = told[-1]
    assert (equity.cash, equity.marks) == (Cash.parse("48"), Cash.parse("2.45"))


async def test_a_bid_far_above_our_value_is_an_exit_signal(holdings: Holdings) -> None:
    holdings.see(_record(topics.POSITIONS, desk.position("5", "2")))
    holdings.see(_record(topics.FAIR_VALUES, desk.fair_value(0.30)))
    await holdings.take(_record(topics.BOOKS, desk.book()))
    signals = [(topic, key) for topic, key, _ in holdings.process.published if topic == topics.SIGNALS.name]
    assert signals == [(topics.SIGNALS.name, desk.ACCOUNT)]


async def test_nothing_is_marked_and_no_breaker_trips_before_the_books_are_read(
    database: str, holdings: Holdings
) -> None:
    again = await _opened(FakeProcess(database, desk.later(2)), books_read=False)
    again.see(_record(topics.POSITIONS, desk.position("10", "5", realized="-5")))
    again.see(_record(topics.FAIR_VALUES, desk.fair_value(0.7)))
    await asyncio.sleep(0.01)
    assert again.process.published == []
    again.remember(_record(topics.BOOKS, desk.book("0.98", "0.99")))
    again.opened = True
    await again.tick()
    assert topics.CONTROL.name not in [topic for topic, _, _ in again.process.published]


RESUME = msgspec.structs.replace(desk.switch("pause", on=False), at=desk.later(1))


async def _lose_and_resume(database: str, resume: Switch = RESUME) -> Holdings:
    """Lose $5 at cost, resume a second later, and start the portfolio anew a second after that."""
    bought, ledger = any_order(ticker=desk.TICKER, at=desk.T0), Ledger(database, desk.ACCOUNT)
    await ledger.add_fill(any_fill(bought, at=desk.T0, occurred_at=desk.T0, fee=Cash.parse("5")))
    again = Holdings(FakeProcess(database, desk.later(2)))

    async def run(since_ms: int) -> None:
        again.see(_record(topics.CONTROL, resume))
        again.see(_record(topics.POSITIONS, desk.position("0", "0", realized="-5")))
        again.tail.caught_up.set()
        await asyncio.Event().wait()

    again.tail.run = run
    await again.open()
    again.opened = True
    return again


async def test_what_a_person_resumed_from_stays_resumed_after_a_restart(database: str, holdings: Holdings) -> None:
    again = await _lose_and_resume(database)
    await again.tick()
    assert [topic for topic, _, _ in again.process.published if topic == topics.CONTROL.name] == []
    again.see(_record(topics.POSITIONS, desk.position("0", "0", realized="-10")))
    await asyncio.sleep(0.01)
    assert topics.CONTROL.name in [topic for topic, _, _ in again.process.published]


async def test_a_payment_moves_equity_and_peak_once_also_after_a_restart(database: str, holdings: Holdings) -> None:
    paid = PaidIn(at=desk.T0, account=desk.ACCOUNT, total=Cash.parse("-20"))
    holdings.see(_record(topics.POSITIONS, paid))
    await asyncio.sleep(0.01)
    told = next(message for _, _, message in holdings.process.published if isinstance(message, Equity))
    with closing(connect(database, "tester")) as db:
        RowWriter("recorder", layout(holdings.process.settings)).write(db, [Kept("marks.v1", 0, 1, b"", told)])
    again = await _opened(FakeProcess(database, desk.later(2)))
    again.see(_record(topics.POSITIONS, paid))
    await asyncio.sleep(0.01)
    for process in (holdings.process, again.process):
        equity = next(message for _, _, message in process.published if isinstance(message, Equity))
        assert (equity.equity, equity.peak) == (Cash.parse("30"), Cash.parse("30"))


async def test_a_feeds_pause_that_is_over_hides_no_persons_resume(database: str, holdings: Holdings) -> None:
    await _lose_and_resume(database)
    told = {"details": {"scope": "both", "on": False, "reason": "r"}, "at": desk.later(1)}
    log = AuditLog(database, desk.ACCOUNT)
    await log.add(actor="anna", action="switch:pause", **told)
    mended = msgspec.structs.replace(desk.switch("pause", on=False), by="breaker:heartbeat", at=desk.later(2))
    again = await _lose_and_resume(database, mended)
    await again.tick()
    assert [topic for topic, _, _ in again.process.published if topic == topics.CONTROL.name] == []


async def test_after_a_restart_a_sale_still_names_who_entered(database: str, holdings: Holdings) -> None:
    bought = any_order(ticker=desk.TICKER, at=desk.T0)
    await Ledger(database, desk.ACCOUNT).add_fill(any_fill(bought, at=desk.T0, occurred_at=desk.T0))
    assert (await _opened(FakeProcess(database, desk.later(2)))).reviews.strategies == {desk.TICKER: bought.strategy}
    sold_out_before = await _lose_and_resume(database)
    assert sold_out_before.reviews.strategies == {desk.TICKER: bought.strategy}


async def test_a_resume_while_nobody_was_here_lets_the_peak_fall(database: str, holdings: Holdings) -> None:
    told = desk.equity(peak="90")
    with closing(connect(database, "tester")) as db:
        RowWriter("recorder", layout(holdings.process.settings)).write(db, [Kept("marks.v1", 0, 1, b"", told)])
    assert (await _opened(FakeProcess(database, desk.later(2)))).state.losses.peak == Cash.parse("90")
    resume = {"details": {"scope": "both", "on": False, "reason": "r"}, "at": desk.later(1)}
    await AuditLog(database, desk.ACCOUNT).add(actor="anna", action="switch:pause", **resume)
    for opened_at in (desk.later(2), Nanos(MIDNIGHT + 1)):
        again = await _opened(FakeProcess(database, opened_at))
        await again.tick()
        assert (again.process.published[-1][2].peak, again.state.losses.peak) == (Cash.parse("50"), Cash.parse("50"))


MIDNIGHT = Nanos((desk.T0 // DAY_NS + 1) * DAY_NS)


async def _worth(holdings: Holdings, bid: str, ask: str, *, at: Nanos) -> list[Mark | Equity | Switch]:
    """Let ten contracts of a forecast market be worth the mid, and return what a tick says of it."""
    holdings.process.at = at
    holdings.see(_record(topics.POSITIONS, desk.position("10", "4", ticker=desk.CPI)))
    await holdings.take(_record(topics.BOOKS, desk.book(bid, ask, ticker=desk.CPI, at=at)))
    await holdings.take(_record(topics.BOOKS, desk.alive(at)))
    holdings.process.published.clear()
    await holdings.tick()
    return [message for _, _, message in holdings.process.published]


async def test_a_restart_leaves_the_day_where_it_began(database: str, holdings: Holdings) -> None:
    """$3 won at midnight and $5 less since: the portfolio that ran through it and one started at noon agree."""
    bought = any_order(ticker=desk.CPI, desk="forecast")
    ten = any_fill(bought, at=desk.T0, occurred_at=desk.T0, count=Count.parse("10"), fee=Cash(0))
    await Ledger(database, desk.ACCOUNT).add_fill(ten)
    before = await _worth(holdings, "0.69", "0.71", at=Nanos(MIDNIGHT - NANOS))
    marks = [message for message in before if isinstance(message, Mark)]
    with closing(connect(database, "tester")) as db:
        writer = RowWriter("recorder", layout(holdings.process.settings))
        writer.write(db, [Kept(topics.MARKS.name, 0, offset, b"", mark) for offset, mark in enumerate(marks)])
    again = await _opened(FakeProcess(database, Nanos(MIDNIGHT + DAY_NS // 2)))
    told = [await _worth(holdings, "0.19", "0.21", at=Nanos(MIDNIGHT + NANOS))]
    told.append(await _worth(again, "0.19", "0.21", at=again.process.at))
    today = [next(message.today for message in each if isinstance(message, Equity)) for each in told]
    assert today == [Cash.parse("-5")] * 2


async def test_a_great_loss_throws_the_pause_switch(holdings: Holdings) -> None:
    holdings.see(_record(topics.POSITIONS, desk.position("0", "0", realized="-30")))
    await asyncio.sleep(0.01)
    thrown = [key for topic, key, _ in holdings.process.published if topic == topics.CONTROL.name]
    assert "pause:both" in thrown


@pytest.mark.parametrize("lost", [topics.CONTROL.name, topics.MARKS.name])
async def test_what_follows_from_a_watched_record_and_is_lost_ends_the_process(
    holdings: Holdings, monkeypatch, lost: str
) -> None:
    left: list[int] = []
    monkeypatch.setattr(os, "_exit", left.append)
    holdings.process.lost = {lost}
    holdings.see(_record(topics.POSITIONS, desk.position("0", "0", realized="-30")))
    await asyncio.sleep(0.01)
    assert set(left) == {70}


async def test_what_a_tick_finds_and_the_broker_does_not_take_ends_the_process(holdings: Holdings, monkeypatch) -> None:
    left: list[int] = []
    monkeypatch.setattr(os, "_exit", left.append)
    holdings.process.lost = {topics.MARKS.name}
    holdings.process.at = desk.later(2)
    await holdings.tick()
    await asyncio.sleep(0)
    assert left == [70]


async def test_what_cannot_be_read_is_passed_over_except_by_the_agent(holdings: Holdings) -> None:
    bad = SimpleNamespace(topic=topics.POSITIONS.name, partition=0, offset=1, value=b"{")
    holdings.see(bad)
    holdings.remember(SimpleNamespace(topic=topics.BOOKS.name, partition=0, offset=1, value=b"{"))
    with pytest.raises(ParseError):
        await holdings.take(SimpleNamespace(topic=topics.BOOKS.name, partition=0, offset=1, value=b"{"))


async def test_a_forecast_position_is_marked_and_sold_by_this_accounts_estimate(holdings: Holdings) -> None:
    holdings.see(_record(topics.LIFECYCLE, desk.defined(desk.CPI, close_time=desk.later(20 * 86_400))))
    holdings.see(_record(topics.POSITIONS, desk.position("5", "2", ticker=desk.CPI)))
    holdings.see(_record(topics.ESTIMATES, desk.estimate(0.50)))
    holdings.see(_record(topics.ESTIMATES, desk.estimate(0.90, account="sim:synthetic:8")))
    await holdings.take(_record(topics.BOOKS, desk.book("0.60", "0.64", ticker=desk.CPI)))
    holdings.process.at = desk.later(2)
    await holdings.tick()
    told = [message for _, _, message in holdings.process.published]
    assert [signal.exit_rule for signal in told if isinstance(signal, Signal)] == ["sell_dear"]
    assert {mark.p_yes for mark in told[-3:] if isinstance(mark, Mark)} == {0.5}


async def test_flatten_sells_and_tells_what_it_cannot_sell(holdings: Holdings) -> None:
    holdings.see(_record(topics.POSITIONS, desk.position("5", "2")))
    holdings.see(_record(topics.CONTROL, desk.switch("flatten")))
    await holdings.take(_record(topics.BOOKS, desk.book(None, "0.50")))
    holdings.process.at = desk.later(10)
    await holdings.take(_record(topics.BOOKS, desk.book(at=desk.later(10))))
    told = [(topic, message) for topic, _, message in holdings.process.published]
    assert [message.reason for topic, message in told if topic == topics.REFUSALS.name] == ["no_bid"]
    assert ["no_bid" in message.text for topic, message in told if topic == topics.ALERTS.name] == [True]
    assert [message.exit_rule for topic, message in told if topic == topics.SIGNALS.name] == ["flatten"]


async def test_positions_and_switches_of_another_account_are_passed_over(holdings: Holdings) -> None:
    other = "sim:synthetic:7/second"
    pause = Switch(at=desk.T0, name="flatten", scope="both", on=True, by="anna", reason="test", account=other)
    holdings.see(_record(topics.CONTROL, pause))
    holdings.see(_record(topics.POSITIONS, msgspec.structs.replace(desk.position("5", "2"), account=other)))
    assert holdings.details() == {"positions": 0}
    assert holdings.state.switches == {}
