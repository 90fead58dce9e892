import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from kalshi_desk.domain.ledger import Fill, OrderEvent
from kalshi_desk.domain.market import BookSide, Outcome, PriceRange
from kalshi_desk.domain.order import (
    OrderProgress,
    OrderState,
    book_side,
    on_event,
    on_fill,
    on_grid,
    price_above,
    price_below,
    price_ceil,
    price_floor,
)
from kalshi_desk.domain.units import Cash, Count, Nanos, Price
from kalshi_desk.errors import LedgerError, ParseError

TAPERED = (
    PriceRange(Price(0), Price(1_000), Price(10)),
    PriceRange(Price(1_000), Price(9_000), Price(100)),
    PriceRange(Price(9_000), Price(10_000), Price(10)),
)
CENTS = (PriceRange(Price(0), Price(10_000), Price(100)),)


def event(name, filled="0", remaining="0"):
    return OrderEvent(
        at=Nanos(1),
        account="a",
        ticker="T",
        client_order_id="c-1",
        venue_order_id="v-1",
        event=name,
        filled=Count.parse(filled),
        remaining=Count.parse(remaining),
    )


def fill(fill_id, count):
    return Fill(
        at=Nanos(1),
        occurred_at=Nanos(1),
        account="a",
        ticker="T",
        fill_id=fill_id,
        venue_order_id="v-1",
        client_order_id="c-1",
        owner="desk",
        strategy=None,
        outcome=Outcome.YES,
        action="enter",
        price=Price(5_000),
        count=Count.parse(count),
        is_taker=True,
        fee=Cash(0),
    )


def progress(*steps, count="10"):
    known = OrderProgress(count=Count.parse(count))
    for step in steps:
        known = on_event(known, step) if isinstance(step, OrderEvent) else on_fill(known, step)
    return known


@pytest.mark.parametrize("end", ["canceled", "expired", "rejected"])
def test_an_order_lives_and_ends(end):
    known = progress(event("sent"))
    assert (known.state, known.remaining) == (OrderState.SENT, Count.parse("10"))
    ended = on_event(known, event(end))
    assert (ended.state, ended.remaining, ended.venue_order_id) == (OrderState(end), 0, "v-1")


def test_fills_alone_complete_an_order():
    known = progress(event("sent"), fill("f1", "4"), fill("f2", "6"))
    assert (known.state, known.filled, known.missing) == (OrderState.FILLED, Count.parse("10"), 0)


def test_a_reported_fill_is_missing_until_it_is_seen():
    known = progress(event("canceled", filled="4"))
    assert known.missing == Count.parse("4")
    assert on_fill(known, fill("f1", "4")).missing == 0


def test_an_unknown_outcome_is_resolved_by_what_is_found():
    assert progress(event("sent"), event("unknown")).state is OrderState.UNKNOWN
    assert progress(event("sent"), event("unknown"), event("rejected")).state is OrderState.REJECTED
    assert progress(event("unknown"), event("resting"), event("unknown")).state is OrderState.RESTING


def test_late_and_repeated_news_changes_nothing():
    ended = progress(event("sent"), event("resting"), fill("f1", "4"), event("canceled", filled="4"))
    again = ended
    for step in (event("sent"), event("resting"), event("unknown"), event("expired")):
        again = on_event(again, step)
    assert on_fill(again, fill("f1", "4")) == ended


def test_a_fill_that_overtakes_its_cancel_counts():
    known = progress(event("canceled", filled="4"), fill("f1", "4"), fill("f2", "1"))
    assert (known.state, known.filled) == (OrderState.CANCELED, Count.parse("5"))


@pytest.mark.parametrize(
    "steps", [[fill("f1", "11")], [event("resting", filled="11")], [event("rejected"), fill("f1", "1")]]
)
def test_contradictions_are_errors(steps):
    with pytest.raises(LedgerError, match="order c-1"):
        progress(*steps)


def test_an_unknown_event_is_an_error():
    with pytest.raises(ParseError, match="unknown event"):
        progress(event("lost"))


class TrueOrder(RuleBasedStateMachine):
    """Whatever the order and the repetition of true news, the desk ends up with the truth."""

    def __init__(self):
        super().__init__()
        self.known = OrderProgress(count=Count(500))
        self.told, self.fills = [event("sent")], []

    @rule(count=st.integers(1, 100), ended=st.booleans())
    def happen(self, count, ended):
        filled = sum(int(done.count) for done in self.fills)
        if self.told[-1].event in ("filled", "canceled") or filled + count > 500:
            return
        self.fills.append(fill(f"f{len(self.fills)}", str(Count(count))))
        name = "filled" if filled + count == 500 else "canceled" if ended else "resting"
        self.told.append(event(name, filled=str(Count(filled + count))))

    @rule(which=st.randoms(use_true_random=False))
    def tell_something(self, which):
        self.take(which.choice(self.told + self.fills))

    def take(self, news):
        self.known = on_event(self.known, news) if isinstance(news, OrderEvent) else on_fill(self.known, news)

    @invariant()
    def never_more_than_true(self):
        assert self.known.filled <= sum(done.count for done in self.fills)

    def teardown(self):
        for news in self.told + self.fills:
            self.take(news)
        assert self.known.state.value == self.told[-1].event
        assert self.known.counted == sum(done.count for done in self.fills)
        assert self.known.missing == 0


TrueOrder.TestCase.settings = settings(max_examples=40, stateful_step_count=20, deadline=None)
TestTrueOrder = TrueOrder.TestCase


@pytest.mark.parametrize(
    ("outcome", "action", "side"),
    [
        (Outcome.YES, "enter", BookSide.BID),
        (Outcome.NO, "enter", BookSide.ASK),
        (Outcome.YES, "exit", BookSide.ASK),
        (Outcome.NO, "exit", BookSide.BID),
    ],
)
def test_both_outcomes_trade_on_one_book(outcome, action, side):
    assert book_side(outcome, action) is side


def test_an_unknown_action_has_no_side():
    with pytest.raises(ParseError):
        book_side(Outcome.YES, "buy")


@pytest.mark.parametrize("price", ["0.001", "0.099", "0.10", "0.11", "0.9", "0.901", "0.999"])
def test_legal_prices(price):
    assert on_grid(TAPERED, Price.parse(price))


@pytest.mark.parametrize("price", ["0", "1", "0.0005", "0.105", "0.8990", "0.9005", "-0.1", "1.01"])
def test_illegal_prices(price):
    assert not on_grid(TAPERED, Price.parse(price))


def test_no_grid_has_no_legal_price():
    assert not on_grid((), Price(5_000))
    assert price_floor((), Price(5_000)) is price_ceil((), Price(5_000)) is None


def test_rounding_to_the_grid_at_its_ends():
    assert price_floor(CENTS, Price(99)) is None
    assert price_ceil(CENTS, Price(9_901)) is None
    assert price_floor(CENTS, Price(10_000)) == Price(9_900)
    assert price_ceil(CENTS, Price(0)) == Price(100)


@given(st.sampled_from([TAPERED, CENTS]), st.integers(0, 10_000).map(Price))
def test_rounding_finds_the_nearest_legal_price_each_way(ranges, price):
    legal = [step for step in map(Price, range(1, 10_000)) if on_grid(ranges, step)]
    assert price_floor(ranges, price) == max((step for step in legal if step <= price), default=None)
    assert price_ceil(ranges, price) == min((step for step in legal if step >= price), default=None)


@given(st.floats(0, 1))
def test_prices_from_model_space_enclose_it(dollars):
    assert price_below(dollars) <= dollars * 10_000 <= price_above(dollars)
    assert price_above(dollars) - price_below(dollars) <= 1
