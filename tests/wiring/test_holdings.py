import asyncio
from types import SimpleNamespace

import msgspec
import pytest

from kalshi_desk.adapters.kafka import topics
from kalshi_desk.adapters.postgres.clock_epochs import store_epochs
from kalshi_desk.adapters.postgres.ledger import Ledger
from kalshi_desk.domain.decisions import Signal
from kalshi_desk.domain.ledger import Mark
from kalshi_desk.domain.message import encode
from kalshi_desk.domain.units import Cash
from kalshi_desk.errors import ParseError
from kalshi_desk.wiring.holdings import Holdings
from tests.orders import fill as any_fill
from tests.orders import order as any_order
from tests.steps import desk
from tests.wiring.process import FakeProcess

pytestmark = pytest.mark.embedded


def _record(topic, message) -> SimpleNamespace:
    return SimpleNamespace(topic=topic.name, partition=0, offset=1, value=encode(message))


@pytest.fixture
async def holdings(database: str, monkeypatch) -> Holdings:
    store_epochs(database, account=desk.ACCOUNT, mode="paper", bankroll=Cash.parse("50"), segments=[])
    holdings = Holdings(FakeProcess(database, desk.T0))

    async def run(since_ms: int) -> None:
        holdings.see(_record(topics.LIFECYCLE, desk.defined()))
        holdings.tail.caught_up.set()
        await asyncio.Event().wait()

    monkeypatch.setattr(holdings.tail, "run", run)
    await holdings.open()
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


async def _lose_and_resume(database: str) -> Holdings:
    """Lose $5 at cost, resume a second later, and start the portfolio anew a second after that."""
    bought, ledger = any_order(ticker=desk.TICKER, at=desk.T0), Ledger(database, desk.ACCOUNT)
    await ledger.add_fill(any_fill(bought, at=desk.T0, occurred_at=desk.T0, fee=Cash.parse("5")))
    again = Holdings(FakeProcess(database, desk.later(2)))
    resume = msgspec.structs.replace(desk.switch("pause", on=False), at=desk.later(1))

    async def run(since_ms: int) -> None:
        again.see(_record(topics.CONTROL, resume))
        again.see(_record(topics.POSITIONS, desk.position("0", "0", realized="-5")))
        again.tail.caught_up.set()
        await asyncio.Event().wait()

    again.tail.run = run
    await again.open()
    return again


async def test_what_a_person_resumed_from_stays_resumed_after_a_restart(database: str, holdings: Holdings) -> None:
    again = await _lose_and_resume(database)
    await again.tick()
    assert [topic for topic, _, _ in again.process.published if topic == topics.CONTROL.name] == []
    again.see(_record(topics.POSITIONS, desk.position("0", "0", realized="-10")))
    await asyncio.sleep(0.01)
    assert topics.CONTROL.name in [topic for topic, _, _ in again.process.published]


async def test_a_great_loss_throws_the_pause_switch(holdings: Holdings) -> None:
    holdings.see(_record(topics.POSITIONS, desk.position("0", "0", realized="-30")))
    await asyncio.sleep(0.01)
    thrown = [key for topic, key, _ in holdings.process.published if topic == topics.CONTROL.name]
    assert "pause:both" in thrown


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
