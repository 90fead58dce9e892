import pytest
from hypothesis import given
from hypothesis import strategies as st

from kalshi_desk.domain.crypto.composite import Composite
from kalshi_desk.domain.units import NANOS, IndexPrice, Quantity

T = 1_778_500_000 * NANOS


def composite(min_venues=1):
    return Composite(min_venues=min_venues, spot_s=2.0)


def trade(to, venue, price, size="1", *, after_s=0.0):
    quantity = None if size is None else Quantity.parse(size)
    to.trade(T + round(after_s * NANOS), venue, price=IndexPrice.parse(price), size=quantity)


def at(after_s):
    return T + round(after_s * NANOS)


def test_weighs_by_volume_over_the_last_second():
    spot = composite()
    trade(spot, "a", "100", "1")
    trade(spot, "b", "103", "0.5", after_s=0.1)
    assert spot.price(at(0.2)) is None  # 3 % apart: neither agrees with the middle
    spot = composite()
    trade(spot, "a", "100", "3")
    trade(spot, "b", "100.4", "1", after_s=0.1)
    assert spot.price(at(0.2)) == pytest.approx(100.1)


def test_trades_without_size_weigh_the_same():
    spot = composite()
    trade(spot, "a", "100", None)
    trade(spot, "a", "100", None, after_s=0.1)
    trade(spot, "a", "100.3", "50", after_s=0.2)
    assert spot.price(at(0.3)) == pytest.approx(100.1)


def test_old_trades_leave_but_the_newest_stays_while_the_venue_is_fresh():
    spot = composite()
    trade(spot, "a", "100")
    trade(spot, "a", "101", after_s=0.9)
    assert spot.price(at(0.95)) == pytest.approx(100.5)
    assert spot.price(at(1.5)) == pytest.approx(101)
    assert spot.price(at(2.9)) == pytest.approx(101)
    assert spot.price(at(2.91)) is None


def test_a_silent_venue_is_left_out():
    spot = composite()
    trade(spot, "a", "100")
    trade(spot, "b", "100.4", after_s=1.9)
    assert spot.price(at(2.5)) == pytest.approx(100.4)


def test_an_outlier_is_left_out():
    spot = composite(min_venues=2)
    for venue, price in (("a", "100"), ("b", "100.1"), ("c", "110")):
        trade(spot, venue, price)
    assert spot.price(at(0.1)) == pytest.approx(100.05)


def test_fails_closed_with_too_few_venues():
    spot = composite(min_venues=2)
    assert spot.price(at(0)) is None
    trade(spot, "a", "100")
    assert spot.price(at(0.1)) is None
    trade(spot, "b", "102", after_s=0.1)
    assert spot.price(at(0.2)) is None  # two that disagree are not two


def test_age():
    spot = composite()
    assert spot.age_s(at(1)) is None
    trade(spot, "a", "100")
    assert spot.age_s(at(1.5)) == 1.5


@given(st.lists(st.tuples(st.integers(0, 400), st.integers(1, 10**6), st.integers(1, 10**6)), min_size=1, max_size=60))
def test_sums_equal_those_taken_afresh(rows):
    """A plain recomputation over the trades of the last second, whatever came and went before."""
    spot, now, seen = composite(), 0, []
    for wait_ms, price, size in rows:
        now += wait_ms
        spot.trade(T + now * 1_000_000, "a", price=price, size=size)
        seen.append((now, price, size))
        fresh = [row for row in seen if row[0] > now - 1_000]
        weighted = sum(p * q for _, p, q in fresh) / sum(q for _, _, q in fresh)
        assert spot.price(T + now * 1_000_000) == pytest.approx(weighted / 1e8, rel=1e-12)
