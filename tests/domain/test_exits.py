import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from kalshi_desk.domain import exits
from kalshi_desk.domain.exits import ExitWish, Held
from kalshi_desk.domain.market import FeeSchedule
from kalshi_desk.domain.units import Cash, Count, Price, cash_of

ALL = frozenset(exits.RULES)
NONE = frozenset()
QUADRATIC = FeeSchedule("quadratic", 10_000)


def held(bid="0.60", ask="0.64", *, q=0.62, entry="0.50", fee="0", left=86_400.0 * 3, maker_fee=0.0):
    """100 contracts of the side, without a fee unless one per contract is named."""
    count = Count.parse("100")
    return Held(
        count=count,
        cost=cash_of(Price.parse(entry), count),
        bid=None if bid is None else Price.parse(bid),
        ask=None if ask is None else Price.parse(ask),
        sale_fee=cash_of(Price.parse(fee), count),
        maker_fee=maker_fee,
        q=q,
        seconds_left=left,
    )


@pytest.mark.parametrize(("q", "fires"), [(0.5899, True), (0.59, True), (0.5901, False)])
def test_sell_dear_at_just_below_and_above(q, fires):
    wish = exits.sell_dear(held(q=q))
    assert wish == (ExitWish("sell_dear", "take", Price.parse("0.60")) if fires else None)


def test_sell_dear_counts_the_fee_and_needs_a_bid():
    assert exits.sell_dear(held(q=0.59, fee="0.01")) is None
    assert exits.sell_dear(held(bid=None, q=0.01)) is None


@pytest.mark.parametrize(
    ("bid", "entry", "q", "fires"),
    [
        ("0.90", "0.80", 0.91, True),
        ("0.8999", "0.80", 0.90, False),
        ("0.90", "0.8001", 0.91, False),
        ("0.90", "0.80", 0.9101, False),
        ("0.95", "0.10", 0.90, True),
    ],
)
def test_take_profit_at_its_bounds(bid, entry, q, fires):
    wish = exits.take_profit(held(bid=bid, ask="0.97", entry=entry, q=q))
    assert (wish is not None) == fires
    assert wish is None or (wish.style, wish.price) == ("take", Price.parse(bid))


@pytest.mark.parametrize(
    ("entry", "q", "fires"),
    [("0.50", 0.45, True), ("0.50", 0.4501, False), ("0.20", 0.17, True), ("0.20", 0.1701, False)],
)
def test_stop_falls_a_tenth_or_three_cents(entry, q, fires):
    assert (exits.stop(held(bid="0.01", ask="0.99", entry=entry, q=q)) is not None) == fires


def test_stop_takes_a_fair_bid_and_rests_below_it():
    assert exits.stop(held(bid="0.40", q=0.42)) == ExitWish("stop", "take", Price.parse("0.40"))
    assert exits.stop(held(bid="0.40", q=0.4201)) == ExitWish("stop", "rest", Price.parse("0.4201"))
    assert exits.stop(held(bid=None, q=0.42)) == ExitWish("stop", "rest", Price.parse("0.42"))


@pytest.mark.parametrize(
    ("left", "q", "fires"),
    [(86_400.0, 0.6499, True), (86_400.0, 0.65, False), (86_401.0, 0.6499, False), (60.0, 0.30, True)],
)
def test_time_decay_rests_in_the_last_day(left, q, fires):
    wish = exits.time_decay(held(q=q, left=left, maker_fee=0.0025))
    assert (wish is not None) == fires
    assert wish is None or (wish.style, wish.price) == ("rest", Price(round(q * 10_000) + 25))


def test_time_decay_needs_a_bid():
    assert exits.time_decay(held(bid=None, q=0.01, left=60.0)) is None


@pytest.mark.parametrize(
    ("bid", "ask", "q", "fires"),
    [
        ("0.60", "0.66", 0.65, True),
        ("0.60", "0.6601", 0.65, False),
        ("0.60", "0.66", 0.6501, False),
        ("0.60", "0.66", 0.61, True),
        ("0.60", "0.66", 0.6099, False),
        ("0.60", None, 0.60, False),
        (None, "0.66", 0.66, False),
    ],
)
def test_edge_gone_when_a_tight_mid_agrees(bid, ask, q, fires):
    wish = exits.edge_gone(held(bid=bid, ask=ask, q=q))
    assert (wish is not None) == fires
    assert wish is None or wish.style == "rest"


def test_no_sale_rests_at_a_certain_payout():
    assert exits.stop(held(bid=None, ask=None, entry="0.99", q=0.89)) is not None
    assert exits.edge_gone(held(bid="0.98", ask="0.99", q=0.9999, maker_fee=0.001)) is None


def test_stop_and_edge_gone_wait_for_a_second_review():
    falling = held(bid="0.40", ask="0.60", q=0.42)
    wish, before = exits.review(falling, ALL, NONE)
    assert wish is None
    assert before == {"stop"}
    wish, before = exits.review(falling, ALL, before)
    assert wish == ExitWish("stop", "take", Price.parse("0.40"))
    recovered, before = exits.review(held(bid="0.40", ask="0.60", q=0.6), ALL, before)
    assert recovered is None
    assert before == NONE


def test_the_first_rule_in_order_wins():
    dear = held(bid="0.92", ask="0.95", q=0.90, entry="0.50", left=60.0)
    assert exits.review(dear, ALL, ALL)[0].rule == "sell_dear"
    assert exits.review(dear, ALL - {"sell_dear"}, ALL)[0].rule == "take_profit"
    assert exits.review(dear, ALL - {"sell_dear", "take_profit"}, ALL)[0].rule == "time_decay"
    stopped = msgspec.structs.replace(dear, q=0.40)
    assert exits.review(stopped, ALL, ALL)[0].rule == "stop"


def test_a_rule_that_is_off_never_fires():
    assert exits.review(held(bid="0.92", ask="0.95", q=0.5), NONE, ALL) == (None, NONE)


prices = st.integers(100, 9_900)


@st.composite
def yes_books(draw):
    """A book of one side with q, entry and time to close; prices in whole cents."""
    bid = draw(st.integers(1, 98)) * 100
    ask = draw(st.integers(bid // 100 + 1, 99)) * 100
    return bid, ask, draw(st.integers(1, 999)) / 1_000, draw(st.integers(1, 99)) * 100, draw(st.floats(0, 200_000))


def seen_from(bid, ask, *, q, entry, left):
    count = Count(237)
    fee = exits.sale_fee(QUADRATIC, price=Price(bid), count=count, align=Cash(100))
    return Held(
        count=count,
        cost=Cash(entry * count),
        bid=Price(bid),
        ask=Price(ask),
        sale_fee=fee,
        maker_fee=exits.resting_fee(QUADRATIC, q),
        q=q,
        seconds_left=left,
    )


@pytest.mark.parametrize("rule", sorted(exits.RULES))
@given(yes_books())
def test_no_rule_turns_on_the_rounding_of_a_complement(rule, book):
    bid, ask, q, entry, left = book
    plain = seen_from(bid, ask, q=q, entry=entry, left=left)
    turned = seen_from(bid, ask, q=1 - (1 - q), entry=entry, left=left)
    assert exits.RULES[rule](turned) == exits.RULES[rule](plain)


@given(prices, st.integers(1, 10_000))
def test_selling_costs_the_same_fee_on_either_side_to_a_step(price, count):
    sold = exits.sale_fee(QUADRATIC, price=Price(price), count=Count(count), align=Cash(100))
    other = exits.sale_fee(QUADRATIC, price=Price(price).complement, count=Count(count), align=Cash(100))
    assert sold >= 0
    assert abs(sold - other) <= 100


def test_resting_is_free_where_makers_pay_nothing():
    assert exits.resting_fee(QUADRATIC, 0.5) == 0.0
    assert exits.resting_fee(FeeSchedule("quadratic_with_maker_fees", 10_000), 0.5) == 0.004375
