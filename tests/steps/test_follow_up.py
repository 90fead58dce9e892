import msgspec
import pytest

from kalshi_desk.domain.allocation import Allotment, own_decision
from kalshi_desk.domain.decisions import Refusal
from kalshi_desk.domain.inputs import BookLost
from kalshi_desk.domain.ledger import Order
from kalshi_desk.domain.limits import Share
from kalshi_desk.domain.market import Outcome
from kalshi_desk.domain.units import Cash, Count, Price
from kalshi_desk.steps.cancel_review import cancels
from kalshi_desk.steps.follow_up import follow_ups
from kalshi_desk.steps.gate import decide, observe
from kalshi_desk.steps.gate_state import GateState, Lapsed
from tests.accounts import DESK, SECOND
from tests.steps.desk import (
    CPI,
    T0,
    alive,
    ask,
    book,
    equity,
    estimate,
    fill,
    forecast,
    forecast_ready,
    later,
    order_event,
    params,
    reason,
    rung,
    signal,
    switch,
)

ENDED = 601


def rested(*messages, **changes):
    """A desk whose forecast entry rests at 0.49, with 600 s to do so, and that entry."""
    state = forecast_ready(estimate(), *messages)
    order = ask(state, forecast(style="make", price="0.49", expires_at=later(600), **changes))
    assert isinstance(order, Order), order
    return state, order


def ended(state, order, event="canceled", *, filled=0, at=ENDED, told=()):
    """Let the entry's time run out and its end become known."""
    for message in (alive(later(at)), equity(at=later(at)), *told):
        observe(state, message)
    observe(state, order_event(order, event, filled=filled, at=later(at)))


def after(state, at=ENDED):
    return follow_ups(state, now=later(at), params=params())


def test_what_did_not_fill_in_its_time_is_taken_where_the_edge_pays_for_it():
    state, first = rested(cluster=("KXGDP-26MAY",))
    ended(state, first)
    (second,) = after(state)
    assert isinstance(second, Order)
    assert second.cluster == first.cluster == ("KXGDP-26MAY",)
    assert second.decision_id != first.decision_id
    assert second.client_order_id == f"{second.decision_id}-0"
    assert (second.style, second.price, second.outcome) == ("take", Price.parse("0.50"), Outcome.YES)
    assert second.count <= first.count
    assert state.reserved(CPI, params(), strategy=second.strategy).market == second.risk
    assert after(state) == []


def test_a_no_is_taken_at_the_bid():
    state = forecast_ready(estimate(0.30))
    wish = forecast(outcome=Outcome.NO, style="make", price="0.49", expires_at=later(600))
    first = ask(state, wish)
    ended(state, first)
    (second,) = after(state)
    assert (second.outcome, second.price, second.style) == (Outcome.NO, Price.parse("0.48"), "take")


def of_second(fact):
    return msgspec.structs.replace(fact, account=SECOND)


def test_a_further_account_takes_all_that_its_own_entry_did_not_get():
    """What is left is its own part already; the decision is its own, so that no two accounts share an order id."""
    own = msgspec.structs.replace(params(), account=SECOND)
    state = forecast_ready(estimate(), of_second(equity()))
    wish = of_second(forecast(style="make", price="0.49", expires_at=later(600)))
    first = decide(state, wish, now=T0, params=own)
    ended(state, first, told=[of_second(equity(at=later(ENDED)))])
    desk_state, desks_first = rested()
    ended(desk_state, desks_first)
    allotment = Allotment(DESK, SECOND, {DESK: Share.parse("0.6"), SECOND: Share.parse("0.4")})
    (second,) = follow_ups(state, now=later(ENDED), params=own, allotment=allotment)
    (desks,) = after(desk_state)
    assert isinstance(second, Order)
    assert (second.account, second.decision_id) == (SECOND, own_decision(desks.decision_id, allotment))
    assert second.count == desks.count


def test_while_the_first_may_still_fill_there_is_no_second():
    state, first = rested()
    observe(state, alive(later(ENDED)))
    assert [wish.reason for wish in cancels(state, now=later(ENDED), params=params())] == ["timeout"]
    assert after(state) == []
    ended(state, first, filled=100)
    assert after(state) == []
    observe(state, fill(first, 100, at=later(ENDED)))
    (second,) = after(state)
    assert second.count <= first.count - 100


def test_an_estimate_is_followed_up_once():
    state, first = rested()
    ended(state, first)
    (second,) = after(state)
    ended(state, second)
    assert after(state) == []
    state.lapsed[CPI] = Lapsed(first, first.count)
    (refused,) = after(state)
    assert (refused.reason, refused.value) == ("duplicate_decision", second.client_order_id)
    again = forecast(style="make", price="0.49", at=later(ENDED), expires_at=later(1_200))
    assert reason(state, again, now=later(ENDED)) == "duplicate_decision"


def test_the_edge_must_clear_at_the_ask_of_then():
    state, first = rested()
    ended(state, first, told=[book("0.60", "0.66", ticker=CPI, at=later(ENDED))])
    (answer,) = after(state)
    assert isinstance(answer, Refusal)
    assert answer.reason == "min_edge"


def test_it_passes_the_switches_like_any_entry():
    state, first = rested()
    ended(state, first, told=[switch("pause")])
    (answer,) = after(state)
    assert answer.reason == "pause"


@pytest.mark.parametrize(
    "told",
    [
        [estimate(0.9, at=later(300), name="estimate-2")],
        [BookLost(at=later(ENDED), ticker=CPI, reason="gap")],
        [book("0.48", None, ticker=CPI, at=later(ENDED))],
    ],
    ids=["a newer estimate", "no book", "nothing offered"],
)
def test_it_is_left_where_there_is_nothing_to_take_by(told):
    state, first = rested()
    ended(state, first, told=told)
    assert after(state) == []


def test_it_is_left_when_it_is_too_late():
    state, first = rested()
    ended(state, first, at=721)
    assert after(state, at=721) == []


@pytest.mark.parametrize("event", ["rejected", "expired"])
def test_only_a_known_cancel_after_its_time_is_followed(event):
    state, first = rested()
    ended(state, first, event)
    assert after(state) == []
    state, first = rested()
    ended(state, first, at=300)
    assert after(state, at=300) == []


def test_a_crypto_quote_is_not_followed():
    state = forecast_ready()
    order = decide(state, signal(style="make", price="0.49", expires_at=later(600)), now=T0, params=params())
    ended(state, order, at=21)
    assert state.lapsed == {}


def test_a_restart_remembers_that_the_second_was_sent():
    state, first = rested()
    ended(state, first)
    (second,) = after(state)
    again = GateState()
    for message in (first, order_event(first, "canceled", at=later(ENDED)), second):
        observe(again, message)
    assert again.lapsed == {}
    assert after(again) == []


def test_the_small_rung_scales_the_second_too():
    state, first = rested(rung("small"))
    ended(state, first)
    (second,) = after(state)
    assert Cash(0) < second.risk <= Cash.parse("1")
    assert second.count > Count(0)
