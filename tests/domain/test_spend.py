from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kalshi_desk.domain.spend import (
    Budget,
    Spent,
    TokenPrice,
    Usage,
    cost,
    day_of,
    month_estimate,
    over_budget,
    worst_cost,
)
from kalshi_desk.domain.units import Cash, Nanos

HAIKU = TokenPrice(Cash.parse("1"), Cash.parse("5"))
TOKENS = st.integers(0, 10**7)
PRICES = st.builds(TokenPrice, st.integers(0, 10**9).map(Cash), st.integers(0, 10**9).map(Cash))
BUDGET = Budget(Cash.parse("1.00"), Cash.parse("0.20"))


def test_a_million_tokens_cost_their_price():
    assert cost(Usage(input=10**6, output=0), HAIKU) == Cash.parse("1")
    assert cost(Usage(input=0, output=10**6), HAIKU) == Cash.parse("5")
    assert cost(Usage(input=0, output=0, written=10**6), HAIKU) == Cash.parse("1.25")
    assert cost(Usage(input=0, output=0, read=10**6), HAIKU) == Cash.parse("0.10")


@given(st.builds(Usage, input=TOKENS, output=TOKENS, written=TOKENS, read=TOKENS), PRICES)
def test_cost_is_exact_and_rounded_up(usage, price):
    paid = Fraction(usage.input * price.input + usage.output * price.output, 10**6)
    paid += Fraction(125 * usage.written * price.input + 10 * usage.read * price.input, 10**8)
    assert 0 <= cost(usage, price) - paid < 1


@given(TOKENS, TOKENS, PRICES, st.integers(1, 3))
def test_no_call_costs_more_than_its_worst(size, tokens, price, attempts):
    used = Usage(input=0, written=min(size, tokens), output=min(1000, tokens))
    worst = worst_cost(price, prompt_bytes=size, max_output=1000, attempts=attempts)
    assert attempts * cost(used, price) <= worst


@pytest.mark.parametrize(
    ("daily", "market", "worst", "limit"),
    [
        ("0.90", "0.10", "0.10", None),
        ("0.90", "0.10", "0.100001", "llm_daily_budget"),
        ("0.00", "0.19", "0.010001", "llm_market_budget"),
        ("0.00", "0.19", "0.01", None),
        ("1.50", "0.30", "0", "llm_daily_budget"),
    ],
)
def test_a_call_starts_only_where_its_worst_cost_fits_both_budgets(daily, market, worst, limit):
    breach = over_budget(BUDGET, Spent(Cash.parse(daily), Cash.parse(market)), Cash.parse(worst))
    assert (None if breach is None else breach.reason) == limit


def test_a_breach_tells_what_would_be_spent_and_what_may_be():
    breach = over_budget(BUDGET, Spent(Cash.parse("0.99"), Cash(0)), Cash.parse("0.02"))
    assert (breach.value, breach.threshold) == ("1.010000", "1.000000")


def test_the_month_goes_on_at_the_pace_so_far():
    now = Nanos.parse("2026-11-21T12:00:00Z")
    two_days = Nanos.parse("2026-11-19T12:00:00Z")
    assert month_estimate(Cash.parse("1"), since=two_days, now=now) == Cash.parse("15")
    hour = Nanos.parse("2026-11-21T11:00:00Z")
    assert month_estimate(Cash.parse("1"), since=hour, now=now) == Cash.parse("30")


def test_a_day_is_the_utc_day():
    start, end = day_of(Nanos.parse("2026-11-21T23:59:59.9Z"))
    assert (start, end) == (Nanos.parse("2026-11-21T00:00:00Z"), Nanos.parse("2026-11-22T00:00:00Z"))
    assert day_of(end)[0] == end
