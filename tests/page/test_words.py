from decimal import Decimal

import msgspec
import pytest

from kalshi_desk.domain.units import Cash, Count, IndexPrice, Price
from kalshi_desk.page import words
from tests.page import sample


def test_unknown_is_a_dash_everywhere():
    for say in (words.dollars, words.signed, words.cents, words.contracts, words.percent, words.whole, words.clock):
        assert say(None) == "–"
    assert words.paid(None, "no") is None


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (Cash.parse("1234.5"), "$1,234.50"),
        (Cash.parse("-0.4"), "−$0.40"),
        (Cash.parse("-0.001"), "$0.00"),
        (Decimal("0.1"), "$0.10"),
        (0, "$0.00"),
    ],
)
def test_dollars(value, text):
    assert words.dollars(value) == text


def test_signed():
    assert words.signed(Cash.parse("1.2")) == "+$1.20"
    assert words.signed(Cash.parse("-1.2")) == "−$1.20"
    assert words.signed(Cash(0)) == "$0.00"


def test_prices_counts_and_shares():
    assert words.cents(Price.parse("0.42")) == "42¢"
    assert words.cents(Price.parse("0.421")) == "42.1¢"
    assert words.cents(0.0512) == "5.12¢"
    assert words.cents(0.0512, 1) == "5.1¢"
    assert words.contracts(Count.parse("2.50")) == "2.5"
    assert words.contracts(Count.parse("-100")) == "−100"
    assert words.percent(0.632) == "63.2%"
    assert words.whole(12345) == "12,345"
    assert words.reason("min_edge") == "min edge"


def test_paid_is_the_price_of_the_side():
    assert words.paid(Price.parse("0.54"), "yes") == Decimal("0.54")
    assert words.paid(Price.parse("0.54"), "no") == Decimal("0.46")


@pytest.mark.parametrize(
    ("text", "short"),
    [
        (None, "–"), ("0.0300", "0.0300"), ("2026-11-21T14:02:42.442417750Z", "14:02:42"),
        ("a very long explanation", "a very long expl…"),
    ],
)  # fmt: skip
def test_measured(text, short):
    assert words.measured(text) == short


def test_clock():
    assert words.clock(sample.NOW) == "14:27:31"


def test_questions():
    market = sample.MARKETS[0]
    change = msgspec.structs.replace
    assert words.question(market, "T") == "BTC at or above $91,234.56 at 14:30"
    band = change(market, strike_type="between", cap_strike=IndexPrice.parse("91300"))
    assert words.question(band, "T") == "BTC between $91,234.56 and $91,300.00 at 14:30"
    assert words.question(change(market, floor_strike=None), "T") == "BTC, strike not published yet, at 14:30"
    assert words.question(change(market, series_ticker="KXFED"), "T") == market.title
    assert words.question(change(market, strike_type="custom"), "T") == market.title
    assert words.question(None, "T") == "T"


def test_held():
    assert words.held(Count.parse("3"), sample.MARKETS[0], "T") == "3 YES on BTC at or above $91,234.56 at 14:30"
    assert words.held(Count.parse("-0.5"), None, "T") == "0.5 NO on T"


def test_a_reason_has_its_meaning_where_its_name_does_not_say_it():
    assert "index" in words.meaning("stale_index")
    assert words.meaning("halt") == ""
