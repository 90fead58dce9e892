"""An estimate in the tables becomes an order that the gate approves, the door sends and the portfolio would sell."""

import asyncio
from types import SimpleNamespace

import pytest

from kalshi_desk.adapters.kafka import topics
from kalshi_desk.adapters.kalshi.rest import KalshiRest
from kalshi_desk.batch import signals
from kalshi_desk.domain.ledger import Order
from kalshi_desk.domain.market import Outcome
from kalshi_desk.domain.message import encode
from kalshi_desk.domain.units import Price
from kalshi_desk.steps.execute import carry_out
from kalshi_desk.steps.exit_review import ReviewState, observe, review
from kalshi_desk.wiring.order_door import OrderDoor
from tests.batch.estimated import NOW, RUN_AFTER, WINDOW, estimate, listed, open_account, watch
from tests.fakes import FakeVenue
from tests.orders import ACCOUNT
from tests.steps import desk
from tests.wiring.process import FakeProcess

pytestmark = pytest.mark.embedded
MARKET = listed("KXCPI-26DEC-T3")
TICKER = MARKET.ticker


def record(topic, message):
    return SimpleNamespace(topic=topic.name, partition=0, offset=1, value=encode(message))


def known():
    """What the topics say of the market: its definition, its book, the equity and the estimate."""
    return [
        (topics.LIFECYCLE, desk.MarketDefined(at=NOW, market=MARKET)),
        (topics.BOOKS, desk.book("0.48", "0.52", ticker=TICKER, at=NOW)),
        (topics.MARKS, desk.equity(at=NOW)),
        (topics.ESTIMATES, desk.estimate(0.70, at=NOW, ticker=TICKER, name="e1")),
    ]


@pytest.fixture
def told(paper_desk, monkeypatch):
    """The signals of a run over one market estimated at 0.70 and quoted at 0.48 to 0.52."""
    open_account(paper_desk)
    watch(paper_desk, MARKET)
    estimate(paper_desk, TICKER, 0.70, estimate_id="e1")
    found = []

    async def publish(_settings, answers):
        found.extend(answers)

    monkeypatch.setattr(signals, "_publish", publish)
    signals.tell_signals(RUN_AFTER, WINDOW)
    return found


@pytest.fixture
def door(paper_desk, told):
    venue, process = FakeVenue(), FakeProcess(paper_desk, NOW)
    door = OrderDoor(process)
    door._connect(KalshiRest(venue, venue))
    assert door.lease.take()
    for topic, message in known():
        door.see(record(topic, message))
    return door


def test_a_forecast_goes_from_the_tables_through_the_gate_to_the_venue(door, told):
    asyncio.run(_entered(door, told))
    assert door.state.held(TICKER, Outcome.YES) > 0
    assert door.door.writes.creates == [f"{told[0].decision_id}-0"]


async def _entered(door, told):
    (signal,) = told
    for _ in range(2):
        await door.decide(record(topics.SIGNALS, signal))
    orders = [message for _, _, message in door.process.published if isinstance(message, Order)]
    refusals = [message.reason for topic, _, message in door.process.published if topic == topics.REFUSALS.name]
    assert [(order.price, order.style, order.seen) for order in orders] == [(Price.parse("0.49"), "make", "e1")]
    assert refusals == ["duplicate_decision"]
    (intent,) = await door.ledger.open_intents()
    assert await carry_out(intent, door.door)
    assert await door.catch_up.fills() == 1


def test_what_was_entered_is_sold_when_a_new_estimate_says_so(door, told):
    asyncio.run(_entered(door, told))
    state = ReviewState()
    position = door.state.positions[TICKER, "desk"]
    for _, message in known():
        observe(state, message)
    observe(state, position)
    assert review(state, TICKER, now=NOW, params=door.params) == []
    observe(state, desk.estimate(0.30, at=NOW, ticker=TICKER, name="e2"))
    (sale,) = review(state, TICKER, now=NOW, params=door.params)
    assert (sale.exit_rule, sale.price, sale.seen) == ("sell_dear", Price.parse("0.48"), "e2")
    assert sale.account == ACCOUNT
