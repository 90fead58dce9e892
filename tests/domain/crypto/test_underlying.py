import math
import random

import msgspec
import pytest

from kalshi_desk.domain.crypto.contract import compile_rule
from kalshi_desk.domain.crypto.digital import Averaging, p_above
from kalshi_desk.domain.crypto.underlying import Underlying, Unpriced
from kalshi_desk.domain.inputs import IndexTick
from kalshi_desk.domain.limits import InputLimits
from kalshi_desk.domain.units import IndexPrice
from tests.crypto import CLOSE, at, index, trade, up_down

RULE = compile_rule(up_down())
BASIS = 1.0001


def coin(min_venues=1):
    return Underlying(min_venues=min_venues, limits=InputLimits())


def walk(seed=5, sigma_step=1e-4):
    dice, price = random.Random(seed), 64_000.0 / BASIS
    while True:
        price *= math.exp(sigma_step * dice.gauss(0, 1))
        yield price


def traded(*, until, skip=()):
    """A coin that saw a trade in the middle of each second from ten minutes before the open."""
    one, seen = coin(), {}
    for second, price in zip(range(-600, until), walk(), strict=False):
        one.advance(at(second))
        if second not in skip:
            seen[second] = price
            one.trade(trade(second + 0.5, price), at(second + 0.5))
    one.advance(at(until))
    return one, seen


def indexed(*, until, first=-600, window=True):
    """A coin whose index printed at each whole second, with the venue's running mean in the last minute."""
    one, prints = coin(), []
    for second, price in zip(range(first, until + 1), walk(), strict=False):
        if second > 840:
            prints.append(round(price, 8))
        mean = sum(prints) / len(prints) if prints and window else None
        one.advance(at(second))
        one.index(index(second, price, mean=mean, count=len(prints) if mean else None, end=CLOSE if mean else None))
    return one, prints


def test_without_a_strike_there_is_no_basis():
    one, _ = traded(until=100)
    assert one.estimate(RULE, at(100)) == Unpriced("no_basis")


def test_composite_times_basis_by_the_formula():
    one, seen = traded(until=100)
    own_mean = math.fsum(seen[second] for second in range(-60, 0)) / 60
    rule = compile_rule(up_down(floor_strike=IndexPrice.parse(f"{own_mean * BASIS:.8f}")))
    one.learn_strike(rule)
    found = one.estimate(rule, at(100))
    assert found.source == "composite"
    assert found.spot == pytest.approx(seen[99] * BASIS)
    expected = p_above(
        spot=seen[99] * BASIS,
        strike=own_mean * BASIS,
        sigma=found.sigma,
        window=Averaging(800.0),
        extra_variance=1.5e-4**2,
    )
    assert found.p_yes == pytest.approx(expected, abs=1e-9)
    assert 0 < found.stderr < 0.2


def test_fixings_come_from_the_composites_own_seconds():
    one, seen = traded(until=860)
    own_mean = math.fsum(seen[second] for second in range(-60, 0)) / 60
    one.learn_strike(compile_rule(up_down(floor_strike=IndexPrice.parse(f"{own_mean * BASIS:.8f}"))))
    found = one.estimate(RULE, at(860))
    assert found.fixed_count == 20
    fixed = math.fsum(seen[second] for second in range(840, 860)) * BASIS
    expected = p_above(
        spot=seen[859] * BASIS,
        strike=64_000.0,
        sigma=found.sigma,
        window=Averaging(40.0, fixed, 20),
        extra_variance=1.5e-4**2 * (60 / 40) ** 2,
    )
    assert found.p_yes == pytest.approx(expected, abs=1e-9)


def test_a_missing_fixing_refuses_the_market():
    one, _ = traded(until=870, skip=set(range(845, 851)))
    learned, _ = traded(until=870)
    for each in (one, learned):
        each.learn_strike(RULE)
    assert one.estimate(RULE, at(870)) == Unpriced("missing_fixing")
    assert not isinstance(learned.estimate(RULE, at(870)), Unpriced)


def test_a_strike_whose_minute_was_not_seen_teaches_nothing():
    one, _ = traded(until=100, skip=set(range(-40, -30)))
    one.learn_strike(RULE)
    assert one.estimate(RULE, at(100)) == Unpriced("no_basis")


def test_stale_spot():
    one, _ = traded(until=100)
    one.learn_strike(RULE)
    assert one.estimate(RULE, at(102)) == Unpriced("stale_spot", "2.500", "2.000")


def test_a_trade_that_comes_too_late_is_not_used():
    one = coin()
    assert not one.trade(trade(0, 64_000), at(2.1))
    assert one.trade(trade(0, 64_000), at(1.9))


def test_too_few_samples_for_a_volatility():
    one = coin()
    for second in range(-70, 20):
        one.advance(at(second))
        one.trade(trade(second + 0.5, 64_000), at(second + 0.5))
    one.advance(at(20))
    one.learn_strike(RULE)
    assert one.estimate(RULE, at(20)) == Unpriced("no_volatility")


def test_the_index_where_it_flows():
    one, _ = indexed(until=300)
    found = one.estimate(RULE, at(300.4))
    assert found.source == "index"
    expected = p_above(spot=found.spot, strike=64_000.0, sigma=found.sigma, window=Averaging(599.6))
    assert found.p_yes == pytest.approx(expected, abs=1e-12)


def test_the_venues_running_mean_gives_the_fixings():
    one, prints = indexed(until=870)
    found = one.estimate(RULE, at(870.2))
    assert (found.fixed_count, len(prints)) == (30, 30)
    window = Averaging(29.8, sum(prints), 30)
    expected = p_above(spot=prints[-1], strike=64_000.0, sigma=found.sigma, window=window)
    assert found.p_yes == pytest.approx(expected, abs=1e-6)


def test_a_print_a_little_late_is_due_now():
    one, prints = indexed(until=870)
    found = one.estimate(RULE, at(871.5))
    assert found.fixed_count == 30
    expected = p_above(spot=prints[-1], strike=64_000.0, sigma=found.sigma, window=Averaging(29.0, sum(prints), 30))
    assert found.p_yes == pytest.approx(expected, abs=1e-6)


def test_index_without_its_settlement_mean_refuses():
    one, _ = indexed(until=870, window=False)
    assert one.estimate(RULE, at(870.2)) == Unpriced("missing_fixing")


def test_the_mean_of_another_window_is_not_taken():
    one, _ = indexed(until=870)
    hour = msgspec.structs.replace(RULE, close_time=at(1_800))
    other = msgspec.structs.replace(RULE, close_time=at(885))
    assert not isinstance(one.estimate(hour, at(870.2)), Unpriced)
    assert one.estimate(other, at(870.2)) == Unpriced("missing_fixing")


def test_a_skipped_print_refuses():
    one, prints = indexed(until=870)
    one.index(index(872, 64_000, mean=sum(prints) / 30, count=31, end=CLOSE))
    assert one.estimate(RULE, at(872.1)) == Unpriced("missing_fixing")


def test_stale_index_is_not_replaced_by_the_composite():
    one, _ = indexed(until=300)
    one.trade(trade(302.5, 64_000), at(302.5))
    assert one.estimate(RULE, at(302.6)) == Unpriced("stale_index", "2.600", "2.500")


def test_a_tick_between_the_seconds_is_fresher_and_an_old_one_changes_nothing():
    one, _ = indexed(until=300)
    tick = IndexTick(
        at=at(300.4), occurred_at=at(300.4), underlying="BTC", index_id="BRTI", value=IndexPrice.parse("64100")
    )
    one.index(tick)
    assert one.estimate(RULE, at(300.5)).spot == 64_100
    one.index(msgspec.structs.replace(tick, occurred_at=at(300.2), value=IndexPrice.parse("1")))
    assert one.estimate(RULE, at(300.5)).spot == 64_100


def test_a_band_is_the_difference_and_a_tail_the_rest():
    one, _ = indexed(until=300)
    low, high = IndexPrice.parse("63950"), IndexPrice.parse("64050")
    band = one.estimate(msgspec.structs.replace(RULE, low=low, high=high), at(300))
    above = [one.estimate(msgspec.structs.replace(RULE, low=level), at(300)).p_yes for level in (low, high)]
    below = one.estimate(msgspec.structs.replace(RULE, low=None, high=low), at(300))
    assert band.p_yes == pytest.approx(above[0] - above[1], abs=1e-12)
    assert band.p_yes + above[1] + below.p_yes == pytest.approx(1.0)
