"""Contradictions among the quotes of one event, by hand, by property, and over recorded ladders."""

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from kalshi_desk.domain.arbitrage import Leg, contradictions, exhaustive
from kalshi_desk.domain.fees import Role, expected_fee
from kalshi_desk.domain.market import FeeSchedule, Quote
from kalshi_desk.domain.units import CONTRACT, PAYOUT, Cash, Count, IndexPrice, Price
from tests.steps.test_discover import NOW, WEATHER

FREE = FeeSchedule("quadratic", 0)
FEE = FeeSchedule("quadratic", 10_000)


def leg(kind, floor=None, cap=None, bid=None, ask=None, fee=FREE, size=100):
    strikes = {"floor_strike": floor, "cap_strike": cap}
    market = msgspec.structs.replace(
        WEATHER, ticker=f"{kind}-{floor}-{cap}", strike_type=kind, fee=fee,
        **{name: None if value is None else IndexPrice.parse(str(value)) for name, value in strikes.items()},
    )  # fmt: skip
    quote = Quote(*(part for price in (bid, ask) for part in (price and Price(price), Count(size if price else 0))))
    return Leg(market, quote)


def found(*legs, exclusive=False):
    return [(v.kind, v.tickers, str(v.gross)) for v in contradictions(legs, exclusive=exclusive, at=NOW)]


def test_a_harder_threshold_bid_above_an_easier_ones_ask_is_one():
    easy, hard = leg("greater", 1, ask=4000), leg("greater", 2, bid=4300)
    assert found(hard, easy) == [("monotonicity", ("greater-1-None", "greater-2-None"), "0.030000")]
    assert found(leg("greater", 1, ask=4300), leg("greater", 2, bid=4300)) == []


def test_below_thresholds_mirror_it():
    easy, hard = leg("less", cap=2, ask=4000), leg("less", cap=1, bid=4300)
    assert found(easy, hard) == [("monotonicity", ("less-None-2", "less-None-1"), "0.030000")]
    assert found(leg("less", cap=1, ask=4000), leg("less", cap=2, bid=4300)) == []


def test_the_cheapest_of_all_easier_ones_is_taken():
    ladder = [leg("greater", 1, ask=3000), leg("greater", 2, bid=3900, ask=4100), leg("greater", 3, bid=3500)]
    assert [v[1][0] for v in found(*ladder)] == ["greater-1-None"] * 2


def test_bids_over_one_need_exclusive_outcomes_and_no_others():
    three = [leg("custom", floor, bid=4000) for floor in (1, 2, 3)]
    assert found(*three) == []
    assert found(*three, exclusive=True)[0][2] == "0.200000"
    assert found(*three[:2], exclusive=True) == []


def test_asks_under_one_need_all_outcomes():
    all_of_it = [leg("less", cap=1, ask=3000), leg("between", 1, 2, ask=3000), leg("greater", 2, ask=3000)]
    assert found(*all_of_it, exclusive=True) == [
        ("asks_under_one", ("less-None-1", "between-1-2", "greater-2-None"), "0.100000")
    ]
    assert found(*all_of_it[:2], exclusive=True) == []
    unquoted = leg("between", 1, 2)
    assert found(all_of_it[0], unquoted, all_of_it[2], exclusive=True) == []


def test_fees_are_those_of_each_leg_at_the_size_on_offer():
    easy, hard = leg("greater", 1, ask=4000, fee=FEE, size=700), leg("greater", 2, bid=4300, fee=FEE, size=300)
    (violation,) = contradictions([easy, hard], exclusive=False, at=NOW)
    fees = [expected_fee(FEE, role=Role.TAKER, price=Price(p), count=Count(300)) for p in (4000, 5700)]
    assert (violation.count, violation.fees) == (Count(300), sum(fees))
    assert violation.net == Cash(90_000) - sum(fees)


def test_a_leg_with_an_unknown_fee_takes_no_part():
    assert found(leg("greater", 1, ask=4000, fee=None), leg("greater", 2, bid=4300)) == []


@pytest.mark.parametrize(
    ("bands", "whole"),
    [([(1, 2), (2, 3)], True), ([(1, 1.99), (2, 3)], True), ([(1, 2), (4, 5)], False), ([(2, 4)], False)],
)
def test_bands_are_exhaustive_without_a_gap(bands, whole):
    ends = [leg("less", cap=1), *(leg("between", a, b) for a, b in bands), leg("greater", 3)]
    assert exhaustive([each.market for each in ends]) is whole


@given(st.lists(st.tuples(st.integers(0, 6000), st.integers(1, 4000)), min_size=2, max_size=6))
def test_what_is_found_never_pays_less_than_it_costs(quotes):
    """Whatever threshold the value ends at, the purchases pay at least their cost plus the gross gain."""
    legs = [leg("greater", n, bid=b or None, ask=b + w) for n, (b, w) in enumerate(quotes)]
    for violation in contradictions(legs, exclusive=False, at=NOW):
        yes, no = violation.tickers
        strikes = {each.market.ticker: (n, each.quote) for n, each in enumerate(legs)}
        paid = strikes[yes][1].ask + strikes[no][1].bid.complement
        for value in range(-1, len(legs) + 1):
            pays = (value > strikes[yes][0]) + (value <= strikes[no][0])
            assert pays * PAYOUT * CONTRACT >= paid * CONTRACT + violation.gross
