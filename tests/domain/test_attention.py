from random import Random

import msgspec
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from kalshi_desk.domain.attention import DISAGREEMENT, attention, expected_gain, liquidity
from kalshi_desk.domain.market import Quote
from kalshi_desk.domain.units import NANOS, Count, Nanos, Price
from tests.steps.test_discover import NOW, WEATHER

DAY = 86_400 * NANOS
MIDS = st.floats(0.01, 0.99)


def quote(bid: int, ask: int) -> Quote:
    return Quote(Price(bid), Count(1), Price(ask), Count(1))


def worth(bid: int = 4900, ask: int = 5100, volume: int = 500_00, **fields: object) -> float:
    market = msgspec.structs.replace(WEATHER, **fields)
    return attention(market, quote(bid, ask), volume_24h=Count(volume), now=NOW)


def test_the_expected_gain_is_what_a_simulation_of_it_gives():
    mid, cost, draw = 0.4, 0.03, Random(1)
    spread_of_views = DISAGREEMENT * mid * (1 - mid)
    drawn = [max(abs(draw.gauss(0, spread_of_views)) - cost, 0.0) for _ in range(200_000)]
    assert expected_gain(mid, cost) == pytest.approx(sum(drawn) / len(drawn), rel=0.01)


@given(MIDS, st.floats(0.0, 0.3), st.floats(0.001, 0.1))
@example(0.06640625, 0.25, 0.0625)  # far out in the tail the closed form is a difference of rounding errors
def test_it_falls_with_the_cost_and_is_the_same_for_both_outcomes(mid, cost, more):
    assert 0.0 <= expected_gain(mid, cost + more) <= expected_gain(mid, cost) + 1e-18
    assert expected_gain(mid, cost) == pytest.approx(expected_gain(1 - mid, cost), abs=1e-12)


def test_without_cost_it_is_the_mean_size_of_the_disagreement():
    assert expected_gain(0.5, 0.0) == pytest.approx(DISAGREEMENT * 0.25 * (2 / 3.141592653589793) ** 0.5)
    assert expected_gain(0.0, 0.0) == expected_gain(1.0, 0.01) == 0.0


def test_liquid_narrow_uncertain_and_soon_are_worth_more():
    assert worth() > worth(volume=50_00) > 0
    assert worth() > worth(bid=4600, ask=5400)
    assert worth() > worth(bid=900, ask=1100)
    assert worth(close_time=Nanos(NOW + 2 * DAY)) > worth(close_time=Nanos(NOW + 20 * DAY))


def test_what_cannot_be_traded_is_worth_nothing():
    assert attention(WEATHER, Quote(None, Count(0), Price(5), Count(1)), volume_24h=Count(9), now=NOW) == 0.0
    assert worth(fee=None) == 0.0


def test_liquidity_is_a_half_where_the_day_trades_one_full_position():
    assert liquidity(Count(0)) == 0.0
    assert liquidity(Count(100_00)) == 0.5
