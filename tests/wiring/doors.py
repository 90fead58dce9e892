"""A door at a fake venue, and what it is told."""

from types import SimpleNamespace

from kalshi_desk.adapters.kafka import topics
from kalshi_desk.adapters.kalshi.rest import KalshiRest
from kalshi_desk.domain.control import Switch
from kalshi_desk.domain.message import encode
from kalshi_desk.wiring.order_door import OrderDoor
from tests.fakes import FakeVenue
from tests.steps import desk
from tests.wiring.process import FakeProcess

SIGNAL = topics.SIGNALS.name


def record(topic: str, message) -> SimpleNamespace:
    return SimpleNamespace(topic=topic, partition=0, offset=1, value=encode(message))


def halt(on: bool = True) -> Switch:
    return Switch(at=desk.T0, name="halt", scope="both", on=on, by="anna", reason="test")


def a_door(process: FakeProcess, venue: FakeVenue) -> OrderDoor:
    door = OrderDoor(process)
    door._connect(KalshiRest(venue, venue))
    assert door.lease.take()
    for message in (desk.defined(), desk.book(), desk.alive(desk.T0), desk.equity()):
        topic = {"MarketDefined": "kalshi.lifecycle.v1", "Equity": "marks.v1"}.get(type(message).__name__)
        door.see(record(topic or "kalshi.books.v1", message))
    return door


def forecast_door(process: FakeProcess, venue: FakeVenue) -> OrderDoor:
    """A door that knows a forecast market, its book and its estimate."""
    door = a_door(process, venue)
    door.see(record(topics.LIFECYCLE.name, desk.defined(desk.CPI, close_time=desk.later(20 * 86_400))))
    door.see(record(topics.BOOKS.name, desk.book(ticker=desk.CPI)))
    door.see(record(topics.ESTIMATES.name, desk.estimate()))
    return door


def resting_wish():
    return desk.forecast(style="make", price="0.49", expires_at=desk.later(600))
