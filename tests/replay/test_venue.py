import pytest

from kalshi_desk.domain.ledger import Fill, Order, OrderEvent
from kalshi_desk.domain.market import BookSide, Outcome
from kalshi_desk.domain.units import Cash, Count, Nanos, Price
from kalshi_desk.replay.venue import ReplayVenue
from kalshi_desk.steps.cancel_review import Cancel
from tests.crypto import CLOSE, TICKER, at, book, up_down

LATENCY_S = 0.1


def order(name="a", price="0.52", count="10", *, style="take", seconds=10.0, expires=14.0, **fields):
    chosen = {
        "at": at(seconds),
        "account": "sim:test:1",
        "ticker": TICKER,
        "desk": "crypto",
        "strategy": "crypto_fair_value",
        "decision_id": name,
        "client_order_id": f"{name}-0",
        "outcome": Outcome.YES,
        "book_side": BookSide.BID,
        "action": "enter",
        "style": style,
        "price": Price.parse(price),
        "count": Count.parse(count),
        "reduce_only": False,
        "expires_at": at(expires),
        "risk": Cash(0),
        "seen": "1",
    }
    return Order(**(chosen | fields))


@pytest.fixture
def venue():
    one = ReplayVenue(account="sim:test:1", opening=Cash.parse("50"), latency_ns=round(LATENCY_S * 1e9))
    one.define(up_down())
    one.external(book(9, "0.50", "0.52", size="25"))
    return one


def told(venue, seconds):
    return list(venue.until(at(seconds)))


def test_an_order_arrives_after_the_latency_and_takes_what_is_there(venue):
    venue.send(order(), at(10))
    assert told(venue, 10.1) == []
    event, fill = told(venue, 10.2)
    assert isinstance(event, OrderEvent)
    assert (event.event, event.filled, event.at) == ("filled", Count.parse("10"), at(10.1))
    assert isinstance(fill, Fill)
    assert (fill.price, fill.count, fill.fee, fill.is_taker) == (
        Price.parse("0.52"),
        Count.parse("10"),
        Cash.parse("0.1748"),  # 0.07 x 10 x 0.52 x 0.48 = 0.17472, booked on the grid of $0.0001
        True,
    )


def test_a_change_at_the_instant_of_arrival_comes_first(venue):
    venue.send(order(), at(10))
    assert told(venue, 10.1) == []
    venue.external(book(10.1, "0.50", "0.60", version=2))
    [event] = told(venue, 10.2)
    assert (event.event, event.filled, event.reason) == ("canceled", Count(0), None)


def test_a_resting_order_fills_when_it_is_crossed(venue):
    venue.send(order(price="0.51", style="make", expires=30.0), at(10))
    [resting] = told(venue, 11)
    assert (resting.event, resting.remaining) == ("resting", Count.parse("10"))
    assert venue.external(book(12, "0.50", "0.52", version=2)) == []
    fill, event = venue.external(book(13, "0.49", "0.51", version=3, size="4"))
    assert (fill.price, fill.count, fill.fee, fill.is_taker) == (
        Price.parse("0.51"),
        Count.parse("4"),
        Cash(0),
        False,
    )
    assert (event.event, event.filled) == ("resting", Count.parse("4"))


def test_a_cancel_takes_as_long_as_an_order(venue):
    venue.send(order(price="0.51", style="make", expires=30.0), at(10))
    told(venue, 11)
    venue.send(Cancel("a-0", TICKER, "estimate_moved"), at(12))
    assert told(venue, 12.1) == []
    [event] = told(venue, 12.2)
    assert (event.event, event.reason, event.remaining) == ("canceled", "estimate_moved", Count(0))
    venue.send(Cancel("a-0", TICKER, "estimate_moved"), at(13))
    assert told(venue, 14) == []


def test_what_the_venue_does_not_take_is_rejected(venue):
    venue.send(order(price="0.52", style="make"), at(10))
    [event] = told(venue, 11)
    assert (event.event, event.reason) == ("rejected", "invalid_order post only cross")


def test_the_close_ends_what_rests(venue):
    venue.send(order(price="0.51", style="make", expires=2_000.0), at(10))
    told(venue, 11)
    [event] = list(venue.until(Nanos(CLOSE + 1)))
    assert (event.event, event.reason) == ("canceled", "market_closed")


def test_settlement_pays_and_ends_the_market(venue):
    venue.send(order(), at(10))
    told(venue, 11)
    assert venue.settle(TICKER, result="yes", value=Price.parse("1"), now=at(903)) == []
    venue.send(order("b"), at(904))
    [event] = told(venue, 905)
    assert event.event == "rejected"
