import msgspec
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from kalshi_desk.domain.decisions import Refusal, Signal
from kalshi_desk.domain.inputs import BookLost
from kalshi_desk.domain.market import Outcome
from kalshi_desk.domain.units import Price
from kalshi_desk.steps.flatten import flatten
from kalshi_desk.steps.market_view import MarketView
from tests.steps.desk import T0, TICKER, book, defined, estimate, fair_value, later, params, position


def seeing(*messages):
    view = MarketView()
    for message in messages:
        view.observe(message)
    return view


def sold(view, count="5", *, ticker=TICKER, now=T0):
    return flatten(position(count, "2", ticker=ticker), view, strategy="s", now=now, params=params())


def test_a_position_is_sold_at_the_bid_whatever_it_is_worth():
    sale = sold(seeing(defined(), book("0.48", "0.50"), fair_value(0.99)))
    assert isinstance(sale, Signal)
    assert (sale.action, sale.style, sale.exit_rule, sale.strategy) == ("exit", "take", "flatten", "s")
    assert (sale.outcome, sale.price, sale.q, sale.seen) == (Outcome.YES, Price.parse("0.48"), 0.48, "77")
    assert (sale.expires_at, sale.desk) == (later(5), "crypto")


def test_no_probability_is_needed():
    assert sold(seeing(defined(), book())).seen == "flatten"


def test_it_is_one_decision_for_ten_seconds():
    view = seeing(defined(), book())
    ids = [sold(view, now=later(at)).decision_id for at in (0, 9.9, 10)]
    assert ids[0] == ids[1] != ids[2]
    assert sold(view, "-5").decision_id != ids[0]


@pytest.mark.parametrize(
    ("quotes", "reason", "value"),
    [
        ((None, "0.50"), "no_bid", "none"),
        (("0.29", "0.50"), "bid_below_collar", "0.2900"),
        (("0.79", None), "bid_below_collar", "0.7900"),
    ],
)
def test_below_the_collar_nothing_is_sold(quotes, reason, value):
    why = sold(seeing(defined(), book(*quotes)))
    assert (why.stage, why.reason, why.value, why.desk) == ("exit", reason, value, "crypto")


@pytest.mark.parametrize("quotes", [("0.30", "0.50"), ("0.80", None), ("0.01", "0.03")])
def test_within_the_collar_it_is(quotes):
    assert isinstance(sold(seeing(defined(), book(*quotes))), Signal)


def test_what_cannot_be_read_sells_nothing():
    lost = BookLost(at=T0, ticker=TICKER, reason="gap")
    for view, reason in (
        (seeing(book()), "market_unknown"),
        (seeing(defined(close_time=T0), book()), "market_not_open"),
        (seeing(defined()), "book_unusable"),
        (seeing(defined(), book(), lost), "book_unusable"),
    ):
        assert sold(view).reason == reason
    assert sold(seeing(defined(), book()), now=later(15.001)).reason == "book_stale"


def test_the_forecast_desk_is_flattened_alike():
    cpi = "KXCPI-26MAY-T3"
    view = seeing(defined(cpi, close_time=later(864_000)), book(ticker=cpi), estimate())
    sale = sold(view, ticker=cpi)
    assert (sale.desk, sale.seen) == ("forecast", "estimate-1")


PRICES = st.one_of(st.none(), st.integers(1, 99).map(lambda cents: cents * 100))


@given(bid=PRICES, ask=PRICES)
def test_a_no_position_is_the_mirror_of_a_yes_position(bid, ask):
    if bid is not None and ask is not None:
        assume(bid != ask)
        bid, ask = min(bid, ask), max(bid, ask)
    texts = [None if price is None else str(Price(price)) for price in (bid, ask)]
    mirrored = [None if price is None else str(Price(price).complement) for price in (ask, bid)]
    yes = sold(seeing(defined(), book(*texts)))
    no = sold(seeing(defined(), book(*mirrored)), "-5")
    assert type(yes) is type(no)
    if isinstance(yes, Refusal):
        assert no == yes
        return
    same = {"decision_id": "", "outcome": Outcome.YES}
    turned = msgspec.structs.replace(no, price=no.price.complement, **same)
    assert turned == msgspec.structs.replace(yes, **same)
