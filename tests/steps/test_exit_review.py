import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from kalshi_desk.domain.decisions import Refusal
from kalshi_desk.domain.inputs import BookLost
from kalshi_desk.domain.market import FeeSchedule, Outcome, PriceRange
from kalshi_desk.domain.units import Price
from kalshi_desk.steps.exit_review import ReviewState, observe, review, review_due
from tests.orders import fill as any_fill
from tests.orders import order as any_order
from tests.steps.desk import (
    ACCOUNT,
    CPI,
    T0,
    TICKER,
    TRADED,
    alive,
    book,
    crypto_limits,
    defined,
    estimate,
    fair_value,
    later,
    params,
    position,
    switch,
)

MINUTE = 60


def seeing(*messages):
    state = ReviewState()
    for message in messages:
        observe(state, message)
    return state


def dear(*messages):
    """A YES position whose bid of 0.60 brings more than the 0.50 it is worth."""
    return seeing(defined(), book("0.60", "0.64"), position("1", "0.4"), fair_value(0.50), *messages)


def wishes(state, *, now=T0, exits=frozenset({"sell_dear"})):
    return review(state, TICKER, now=now, params=params(limits=crypto_limits(exits=frozenset(exits))))


def test_a_dear_position_is_sold_at_the_bid():
    [signal] = wishes(dear())
    assert (signal.action, signal.style, signal.exit_rule) == ("exit", "take", "sell_dear")
    assert (signal.price, signal.outcome, signal.account) == (Price.parse("0.60"), Outcome.YES, ACCOUNT)
    assert (signal.q, signal.seen, signal.desk) == (0.50, "77", "crypto")
    assert signal.edge == pytest.approx(0.60 - 0.0168 - 0.50, abs=1e-4)
    assert signal.expires_at == later(5)


def test_a_no_position_is_sold_in_yes_terms():
    state = seeing(defined(), book("0.36", "0.40"), position("-1", "0.4"), fair_value(0.50))
    [signal] = wishes(state)
    assert (signal.outcome, signal.price) == (Outcome.NO, Price.parse("0.40"))


def test_the_exit_carries_the_strategy_that_entered():
    entered = any_fill(any_order(ticker=TICKER, strategy="crypto_fair_value"))
    assert wishes(dear(entered))[0].strategy == "crypto_fair_value"
    assert wishes(dear())[0].strategy == "crypto"


def test_a_wish_is_told_once_per_decision_and_price():
    state = dear()
    [first] = wishes(state)
    assert wishes(state) == []
    observe(state, book("0.61", "0.64"))
    [dearer] = wishes(state)
    assert dearer.decision_id == first.decision_id
    observe(state, fair_value(0.50, at=later(10)))
    [later_on] = wishes(state, now=later(10))
    assert later_on.decision_id != first.decision_id


def test_a_rule_that_is_off_is_silent():
    assert wishes(dear(), exits=()) == []


def test_nothing_is_said_without_position_market_book_fee_or_probability():
    assert wishes(seeing(defined(), book(), fair_value())) == []
    assert wishes(dear(position("1", "0.4", owner="manual"), position("0", "0"))) == []
    assert wishes(seeing(book("0.6", "0.64"), position(), fair_value(0.1))) == []
    assert wishes(dear(BookLost(at=T0, ticker=TICKER, reason="gap"))) == []
    assert wishes(dear(defined(fee=None))) == []
    assert wishes(dear(defined(fee=FeeSchedule("flat", 10_000)))) == []
    assert wishes(dear(defined(close_time=T0))) == []
    assert wishes(seeing(defined(), book("0.6", "0.64"), position())) == []


def test_an_old_fair_value_sells_nothing():
    state = dear(alive(later(5)))
    assert wishes(state, now=later(5.001)) == []
    assert len(wishes(state, now=later(5))) == 1


def test_a_person_s_position_is_never_reviewed():
    state = seeing(defined(), book("0.60", "0.64"), position(owner="manual"), fair_value(0.50))
    assert wishes(state) == []


def test_every_position_is_reviewed_at_least_once_a_minute():
    state = dear()
    wishes(state)
    for message in (alive(later(MINUTE)), fair_value(0.50, at=later(MINUTE))):
        observe(state, message)
    own = params(limits=crypto_limits(exits=frozenset({"sell_dear"})))
    assert review_due(state, now=later(MINUTE - 0.001), params=own) == []
    assert len(review_due(state, now=later(MINUTE), params=own)) == 1
    assert review_due(state, now=later(MINUTE), params=own) == []


def test_the_second_review_in_a_row_fires_the_stop():
    state = seeing(defined(), book("0.40", "0.44"), position("1", "0.5"), fair_value(0.41))
    assert wishes(state, exits=("stop",)) == []
    [signal] = wishes(state, exits=("stop",))
    assert (signal.exit_rule, signal.style, signal.price) == ("stop", "rest", Price.parse("0.41"))


def test_a_position_closed_and_opened_anew_starts_its_reviews_anew():
    state = seeing(defined(), book("0.40", "0.44"), position("1", "0.5"), fair_value(0.41))
    wishes(state, exits=("stop",))
    observe(state, position("0", "0"))
    observe(state, position("1", "0.5"))
    assert wishes(state, exits=("stop",)) == []


def test_a_resting_exit_stands_on_the_grid_above_q_and_above_the_bid():
    tight = (defined(), book("0.60", "0.64"), position("1", "0.5"), fair_value(0.6151))
    [signal] = twice(seeing(*tight), "edge_gone")
    assert (signal.style, signal.price, signal.shown) == ("rest", Price.parse("0.62"), None)
    low = (defined(), book("0.64", "0.66"), position("1", "0.5"), fair_value(0.6351))
    assert twice(seeing(*low), "edge_gone")[0].price == Price.parse("0.65")
    no = (defined(), book("0.36", "0.40"), position("-1", "0.5"), fair_value(0.3849))
    assert twice(seeing(*no), "edge_gone")[0].price == Price.parse("0.38")


def test_where_no_price_is_legal_nothing_rests():
    short = defined(price_ranges=(PriceRange(Price(100), Price(6_000), Price(100)),))
    state = seeing(short, book("0.60", "0.64"), position("1", "0.5"), fair_value(0.6151))
    assert twice(state, "edge_gone") == []


def twice(state, rule):
    wishes(state, exits=(rule,))
    return wishes(state, exits=(rule,))


@st.composite
def scenes(draw):
    bid = draw(st.integers(1, 98))
    ask = draw(st.integers(bid + 1, 99))
    left = draw(st.sampled_from([60.0, 86_400.0, 86_401.0, 200_000.0]))
    return bid, ask, draw(st.integers(1, 999)), draw(st.integers(1, 99)), draw(st.integers(1, 500)), left


def dollars(cents):
    return f"{cents / 100:.2f}"


def decided(rule, *, bid, ask, p_yes, count, cost_cents, left):
    state = seeing(
        defined(close_time=later(left)),
        book(dollars(bid), dollars(ask)),
        position(f"{count / 100:.2f}", f"{abs(count) * cost_cents / 10_000:.6f}"),
        fair_value(p_yes),
    )
    return twice(state, rule) if rule in ("stop", "edge_gone") else wishes(state, exits=(rule,))


@pytest.mark.parametrize("rule", TRADED)
@given(scenes())
def test_every_rule_decides_alike_for_a_position_and_its_mirror_image(rule, scene):
    """A YES position in a book, and a NO position of the same size and cost in the book seen from the other side."""
    bid, ask, thousandths, entry, count, left = scene
    held = {"count": count, "cost_cents": entry, "left": left}
    yes = decided(rule, bid=bid, ask=ask, p_yes=thousandths / 1_000, **held)
    no = decided(rule, bid=100 - ask, ask=100 - bid, p_yes=1 - thousandths / 1_000, **(held | {"count": -count}))
    assert [(s.style, s.price, s.exit_rule) for s in yes] == [(s.style, s.price.complement, s.exit_rule) for s in no]


def test_the_rules_fire_in_a_mirrored_scene_that_is_known():
    """Guards the mirror test against agreeing in silence: each rule has a scene in which both sides fire."""
    scenes_that_fire = {
        "sell_dear": (60, 64, 0.50, 40, 60.0),
        "take_profit": (92, 95, 0.90, 50, 200_000.0),
        "stop": (40, 44, 0.41, 50, 200_000.0),
        "time_decay": (60, 64, 0.62, 50, 60.0),
        "edge_gone": (60, 64, 0.62, 50, 200_000.0),
    }
    for rule, (bid, ask, p_yes, entry, left) in scenes_that_fire.items():
        held = {"cost_cents": entry, "left": left}
        assert decided(rule, bid=bid, ask=ask, p_yes=p_yes, count=100, **held), rule
        assert decided(rule, bid=100 - ask, ask=100 - bid, p_yes=1 - p_yes, count=-100, **held), rule


def test_the_same_messages_give_the_same_signals():
    assert msgspec.json.encode([s.decision_id for s in wishes(dear())]) == msgspec.json.encode(
        [s.decision_id for s in wishes(dear())]
    )


def forecast_exits(*messages, now=T0):
    state = seeing(
        defined(CPI, close_time=later(20 * 86_400)),
        book("0.60", "0.64", ticker=CPI),
        position("1", "0.4", ticker=CPI),
        *messages,
    )
    observe(state, alive(now))
    return review(state, CPI, now=now, params=params())


def test_a_forecast_position_is_reviewed_by_its_estimate():
    [signal] = forecast_exits(estimate(0.50))
    assert (signal.exit_rule, signal.desk, signal.seen, signal.q) == ("sell_dear", "forecast", "estimate-1", 0.50)
    assert forecast_exits(estimate(0.70)) == []


def test_an_estimate_is_good_for_a_day():
    assert forecast_exits(estimate(0.50), now=later(86_400)) != []
    assert forecast_exits(estimate(0.50), now=later(86_401)) == []
    assert forecast_exits() == []


def test_a_flattened_desk_asks_no_rule_and_sells_what_it_holds():
    state = dear(switch("flatten", "crypto"))
    [sale] = wishes(state, exits=())
    assert (sale.exit_rule, sale.price, sale.strategy) == ("flatten", Price.parse("0.60"), "crypto")
    assert wishes(state) == []
    [again] = wishes(state, now=later(10))
    assert again.decision_id != sale.decision_id
    observe(state, switch("flatten", on=False))
    observe(state, fair_value(0.50, at=later(10)))
    assert [wish.exit_rule for wish in wishes(state, now=later(10))] == ["sell_dear"]


def test_flatten_reviews_at_once_and_then_every_ten_seconds():
    state = dear()
    wishes(state, exits=())
    assert review_due(state, now=later(1), params=params()) == []
    observe(state, switch("flatten"))
    observe(state, alive(later(20)))
    found = [review_due(state, now=later(at), params=params()) for at in (1, 2, 10.9, 11, 21)]
    assert [len(signals) for signals in found] == [1, 0, 0, 1, 1]


def test_why_flatten_cannot_sell_is_told_once_a_reason():
    state = dear(switch("flatten"), book(None, "0.64"))
    [why] = wishes(state)
    assert isinstance(why, Refusal)
    assert (why.reason, why.ticker) == ("no_bid", TICKER)
    assert wishes(state) == []
    observe(state, book("0.30", "0.64"))
    assert [told.reason for told in wishes(state)] == ["bid_below_collar"]
    observe(state, book("0.60", "0.64"))
    [sale] = wishes(state)
    assert sale.exit_rule == "flatten"
    observe(state, book(None, "0.64"))
    assert [told.reason for told in wishes(state)] == ["no_bid"]


def test_flatten_leaves_the_other_desk_and_a_person_alone():
    assert wishes(dear(switch("flatten", "forecast")), exits=()) == []
    mine = seeing(defined(), book(), position(owner="manual"), switch("flatten"))
    assert wishes(mine, exits=()) == review_due(mine, now=T0, params=params()) == []
