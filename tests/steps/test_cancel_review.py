import pytest

from kalshi_desk.domain.inputs import BookLost
from kalshi_desk.domain.ledger import Order
from kalshi_desk.domain.market import Outcome, PriceRange
from kalshi_desk.domain.units import Price
from kalshi_desk.steps.cancel_review import cancels
from kalshi_desk.steps.gate import decide, observe
from tests.steps.desk import (
    CPI,
    T0,
    TICKER,
    alive,
    book,
    defined,
    estimate,
    fair_value,
    fill,
    later,
    order_event,
    params,
    position,
    ready,
    signal,
    switch,
)


def resting_bid(state, **changes):
    return decide(state, signal(style="make", price="0.49", **changes), now=T0, params=params())


def resting_exit(state):
    wish = signal(action="exit", style="rest", price="0.50", q=0.5)
    return decide(state, wish, now=T0, params=params())


def reasons(state, now=T0):
    return [cancel.reason for cancel in cancels(state, now=now, params=params())]


def test_a_resting_order_with_nothing_against_it_stays():
    state = ready()
    resting_bid(state)
    assert reasons(state) == []


def test_orders_go_in_the_order_they_came_and_name_their_market():
    state = ready(defined(CPI, close_time=later(864_000)), book(ticker=CPI))
    first = resting_bid(state)
    second = resting_bid(state, ticker=CPI, desk="forecast", decision_id="d2")
    observe(state, switch("halt"))
    found = cancels(state, now=T0, params=params())
    assert [cancel.client_order_id for cancel in found] == [first.client_order_id, second.client_order_id]
    assert [cancel.ticker for cancel in found] == [TICKER, CPI]


@pytest.mark.parametrize(("name", "reason"), [("halt", "halt"), ("pause", "pause"), ("flatten", "flatten")])
def test_switches_take_entries_back(name, reason):
    state = ready()
    resting_bid(state)
    observe(state, switch(name))
    assert reasons(state) == [reason]


def test_an_exit_rests_on_through_a_pause_but_not_a_halt():
    state = ready(position())
    resting_exit(state)
    observe(state, switch("pause"))
    assert reasons(state) == []
    observe(state, switch("flatten", "forecast"))
    assert reasons(state) == []
    observe(state, switch("flatten"))
    assert reasons(state) == ["flatten"]
    observe(state, switch("halt"))
    assert reasons(state) == ["halt"]


@pytest.mark.parametrize(
    ("outcome", "price", "p_yes", "cheap"),
    [
        (Outcome.YES, "0.50", 0.50, False),
        (Outcome.YES, "0.50", 0.501, True),
        (Outcome.NO, "0.49", 0.49, False),
        (Outcome.NO, "0.49", 0.489, True),
        (Outcome.NO, "0.49", 0.70, False),
    ],
)
def test_a_sale_below_what_we_now_think_it_is_worth_goes(outcome, price, p_yes, cheap):
    state = ready(position("1" if outcome is Outcome.YES else "-1"))
    wish = signal(outcome, action="exit", style="rest", price=price, q=0.5)
    assert isinstance(decide(state, wish, now=T0, params=params()), Order)
    observe(state, fair_value(p_yes))
    assert reasons(state) == (["estimate_moved"] if cheap else [])


def test_taking_orders_end_by_themselves():
    state = ready()
    decide(state, signal(), now=T0, params=params())
    observe(state, switch("halt"))
    assert reasons(state) == []


def test_a_resting_order_times_out():
    state = ready(alive(later(15)), fair_value(at=later(15)))
    resting_bid(state)
    assert reasons(state, later(19.9)) == []
    assert reasons(state, later(20)) == ["timeout"]


def test_an_ended_order_is_not_cancelled():
    state = ready()
    order = resting_bid(state)
    observe(state, order_event(order, "filled", filled=order.count))
    assert reasons(state, later(20)) == []


def test_a_bid_goes_when_our_probability_falls_a_cent():
    state = ready()
    resting_bid(state)
    observe(state, fair_value(0.5901))
    assert reasons(state) == []
    observe(state, fair_value(0.59))
    assert reasons(state) == ["estimate_moved"]


def test_a_tick_is_the_markets_own():
    state = ready(defined(price_ranges=(PriceRange(Price(10), Price(9_990), Price(10)),)))
    resting_bid(state)
    observe(state, fair_value(0.5991))
    assert reasons(state) == []
    observe(state, fair_value(0.599))
    assert reasons(state) == ["estimate_moved"]


def test_a_bid_goes_when_no_fair_value_comes_any_more():
    state = ready(fair_value(at=later(1)))
    resting_bid(state)
    assert reasons(state, later(6)) == []
    assert reasons(state, later(6.001)) == ["input_stale"]


def test_a_bid_goes_when_the_book_is_lost_or_the_close_is_near():
    state = ready()
    resting_bid(state)
    observe(state, BookLost(at=T0, ticker=TICKER, reason="gap"))
    assert reasons(state) == ["input_stale"]
    observe(state, book())
    observe(state, defined(close_time=later(75)))
    assert reasons(state) == ["near_close"]


def test_a_forecast_bid_waits_for_its_timeout():
    state = ready(defined(CPI, close_time=later(864_000)), book(ticker=CPI))
    resting_bid(state, ticker=CPI, desk="forecast")
    assert reasons(state, later(599)) == []
    assert reasons(state, later(600)) == ["timeout"]


def test_a_superseded_exit_goes():
    state = ready(position())
    resting_exit(state)
    take = signal(action="exit", price="0.48", decision_id="x2", q=0.4)
    decide(state, take, now=T0, params=params())
    assert reasons(state) == ["superseded"]


def test_an_exit_never_rests_for_more_than_is_held():
    state = ready(position("2", "1"))
    order = resting_exit(state)
    observe(state, fill(order, 50))
    observe(state, position("1.5", "0.75"))
    assert reasons(state) == []
    observe(state, position("1.49", "0.74"))
    assert reasons(state) == ["larger_than_position"]


def test_an_exit_goes_when_a_person_sells_what_it_would():
    state = ready(position("2", "1"), position("1", "0.5", owner="manual"))
    resting_exit(state)
    observe(state, position("0", "0", owner="manual"))
    assert reasons(state) == []
    observe(state, position("-0.01", "0.01", owner="manual"))
    assert reasons(state) == ["larger_than_position"]


def test_an_order_read_back_has_no_probability_to_compare():
    state = ready()
    before = ready()
    order = resting_bid(before)
    assert before.orders[order.client_order_id].q == 0.6
    observe(state, order)
    observe(state, fair_value(0.1))
    assert order.price == Price.parse("0.49")
    assert reasons(state) == []


def test_a_new_estimate_takes_the_old_ones_bid_back_first():
    state = ready(defined(CPI, close_time=later(864_000)), book(ticker=CPI), estimate())
    resting_bid(state, ticker=CPI, desk="forecast", seen="estimate-1")
    assert reasons(state) == []
    observe(state, estimate(0.9, at=later(-1), name="estimate-2"))
    assert reasons(state) == ["new_estimate"]


def test_an_estimate_that_comes_after_its_own_signal_is_no_news():
    state = ready(defined(CPI, close_time=later(864_000)), book(ticker=CPI), estimate(0.6, name="estimate-0"))
    order = resting_bid(state, ticker=CPI, desk="forecast", seen="estimate-1")
    assert reasons(state) == []
    observe(state, estimate())
    assert reasons(state) == []
    again = ready(defined(CPI, close_time=later(864_000)), estimate(name="estimate-2"), order)
    assert reasons(again) == ["new_estimate"]
