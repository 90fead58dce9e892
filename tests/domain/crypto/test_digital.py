import itertools
import math
from decimal import Decimal
from statistics import NormalDist

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from kalshi_desk.domain.crypto.digital import (
    PRINTS,
    YEAR_S,
    Averaging,
    mean_passes,
    p_above,
    sigma_slope,
    window_fault,
)

SPOT = 64_000.0
# seconds left and prints known, from a quarter of an hour down to the last print
MOMENTS = [
    (900.0, 0),
    (300.0, 0),
    (120.0, 0),
    (75.0, 0),
    (60.0, 0),
    (59.4, 1),
    (40.0, 20),
    (19.7, 40),
    (5.0, 55),
    (1.0, 59),
]
CASES = list(itertools.product(MOMENTS, (0.4, 0.8, 1.5), (-2.5, -0.7, 0.0, 1.6)))


def double_sum_clock(seconds_left: float, fixed_count: int) -> float:
    times = [seconds_left - back for back in range(PRINTS - fixed_count)]
    return sum(min(a, b) for a in times for b in times) / len(times) ** 2


def reference(spot: float, strike: float, sigma: float, window: Averaging) -> float:
    """The formula in its plainest form: the covariance of all pairs, and a library's normal distribution."""
    level = (PRINTS * strike - window.fixed_sum) / window.missing
    if level <= 0:
        return 1.0
    variance = sigma**2 / YEAR_S * double_sum_clock(window.seconds_left, window.fixed_count)
    return NormalDist().cdf((math.log(spot / level) - variance / 2) / math.sqrt(variance))


def setting(moment: tuple[float, int], sigma: float, deviations: float) -> tuple[float, Averaging]:
    """Strike some standard deviations away from where the mean is heading, with prints known a little above spot."""
    seconds_left, count = moment
    fixed_sum = count * SPOT * 1.0003
    missing = PRINTS - count
    spread = sigma / math.sqrt(YEAR_S) * math.sqrt(double_sum_clock(seconds_left, count))
    strike = (fixed_sum + missing * SPOT * math.exp(deviations * spread)) / PRINTS
    return strike, Averaging(seconds_left, fixed_sum, count)


def simulated(strike: float, sigma: float, window: Averaging, paths: int = 40_000) -> float:
    """Monte Carlo of the prints themselves; the digital on their geometric mean, known exactly, is the control."""
    missing, per_second = window.missing, sigma / math.sqrt(YEAR_S)
    wait = window.seconds_left - (missing - 1)
    steps = np.full(missing, 1.0)
    steps[0] = wait
    normals = np.random.default_rng(20_260_511).standard_normal((paths, missing))
    logs = np.cumsum(per_second * np.sqrt(steps) * normals - per_second**2 / 2 * steps, axis=1)
    level = (PRINTS * strike - window.fixed_sum) / missing
    arithmetic = SPOT * np.exp(logs).mean(axis=1) > level
    geometric = SPOT * np.exp(logs.mean(axis=1)) > level
    drift = -(per_second**2) / 2 * np.cumsum(steps).mean()
    spread = per_second * math.sqrt(double_sum_clock(window.seconds_left, window.fixed_count))
    exact = NormalDist().cdf((math.log(SPOT / level) + drift) / spread)
    return exact + float(arithmetic.mean() - geometric.mean())


@pytest.mark.parametrize(("moment", "sigma", "deviations"), CASES)
def test_agrees_with_control_variate_monte_carlo(moment, sigma, deviations):
    strike, window = setting(moment, sigma, deviations)
    priced = p_above(spot=SPOT, strike=strike, sigma=sigma, window=window)
    assert abs(priced - simulated(strike, sigma, window)) <= 1e-4


@given(
    count=st.integers(0, 59),
    late=st.floats(0.001, 1),
    early=st.floats(0, 3_600),
    sigma=st.floats(0.05, 3),
    deviations=st.floats(-3, 3),
)
def test_agrees_with_the_plain_reference(count, late, early, sigma, deviations):
    seconds_left = 59.0 - count + late + (early if count == 0 else 0.0)
    strike, window = setting((seconds_left, count), sigma, deviations)
    assert p_above(spot=SPOT, strike=strike, sigma=sigma, window=window) == pytest.approx(
        reference(SPOT, strike, sigma, window), abs=1e-12
    )


@given(count=st.integers(0, 59), strikes=st.lists(st.floats(50_000, 80_000), min_size=2, max_size=20))
def test_falls_with_the_strike_and_rises_with_the_spot(count, strikes):
    window = Averaging(60.0 - count, count * SPOT, count)
    by_strike = [p_above(spot=SPOT, strike=level, sigma=0.6, window=window) for level in sorted(strikes)]
    assert by_strike == sorted(by_strike, reverse=True)
    by_spot = [p_above(spot=level, strike=SPOT, sigma=0.6, window=window) for level in sorted(strikes)]
    assert by_spot == sorted(by_spot)
    assert all(0.0 <= p <= 1.0 for p in by_strike + by_spot)


@pytest.mark.parametrize("count", range(59))
def test_continuous_through_each_fixing(count):
    """At the instant of a print at the spot price, knowing it changes nothing."""
    before = Averaging(59.0 - count, count * SPOT, count)
    after = Averaging(59.0 - count, (count + 1) * SPOT, count + 1)
    for strike in (SPOT * 0.9999, SPOT, SPOT * 1.0001):
        prices = [p_above(spot=SPOT, strike=strike, sigma=0.7, window=w) for w in (before, after)]
        assert prices[0] == pytest.approx(prices[1], abs=2e-5)


def test_a_textbook_moment():
    # 900 s left: the clock is 900 - 59 + 59 * 119 / 360 s
    assert Averaging(900.0).clock_s == pytest.approx(860.502_777_8)
    assert Averaging(60.0).clock_s == pytest.approx(20.502_777_8)


def test_certain_outcomes_are_exact():
    won = Averaging(1.0, 59 * 64_000.0, 59)
    assert p_above(spot=SPOT, strike=62_000.0, sigma=0.5, window=won) == 1.0
    assert p_above(spot=SPOT, strike=90_000.0, sigma=0.5, window=won) == 0.0
    rich = Averaging(10.0, 50 * 90_000.0, 50)
    assert p_above(spot=SPOT, strike=70_000.0, sigma=0.5, window=rich) == 1.0


def test_the_last_print_due_now_is_a_comparison():
    window = Averaging(0.0, 59 * 100.0, 59)
    assert p_above(spot=100.0, strike=100.0, sigma=0.5, window=window) == 1.0
    assert p_above(spot=99.99, strike=100.0, sigma=0.5, window=window) == 0.0


def test_variance_of_the_level_flattens_the_price():
    plain = p_above(spot=SPOT, strike=SPOT * 1.001, sigma=0.4, window=Averaging(300.0))
    doubtful = p_above(spot=SPOT, strike=SPOT * 1.001, sigma=0.4, window=Averaging(300.0), extra_variance=1e-6)
    assert plain < doubtful < 0.5


@given(count=st.integers(0, 59), sigma=st.floats(0.1, 2.0), deviations=st.floats(-3, 3))
def test_slope_is_the_derivative(count, sigma, deviations):
    strike, window = setting((60.0 - count, count), sigma, deviations)
    step = sigma * 1e-5
    up, down = (p_above(spot=SPOT, strike=strike, sigma=sigma + s, window=window) for s in (step, -step))
    slope = sigma_slope(spot=SPOT, strike=strike, sigma=sigma, window=window)
    assert slope == pytest.approx((up - down) / (2 * step), rel=1e-3, abs=1e-6)


def test_a_complete_window_is_no_digital():
    window = Averaging(0.0, 6_000.0, 60)
    with pytest.raises(ValueError, match="no print is missing"):
        p_above(spot=100.0, strike=100.0, sigma=0.5, window=window)


@pytest.mark.parametrize(
    ("window", "fine"),
    [
        (Averaging(900.0, 0.0, 0), True),
        (Averaging(59.0, 0.0, 0), True),
        (Averaging(58.9, 0.0, 0), False),
        (Averaging(30.0, 1.0, 29), True),
        (Averaging(29.0, 1.0, 29), False),
        (Averaging(300.0, 1.0, 1), False),
        (Averaging(60.0, 1.0, 1), False),
        (Averaging(0.0, 1.0, 60), True),
        (Averaging(0.0, 1.0, 61), False),
        (Averaging(10.0, 1.0, -1), False),
    ],
)
def test_windows_that_cannot_be_are_named(window, fine):
    assert (window_fault(window) is None) is fine


@pytest.mark.parametrize(
    ("total", "inclusive", "digits", "passes"),
    [
        ("6000", True, 2, True),  # equality is YES where the mean may equal the strike
        ("6000", False, None, False),
        ("5999.7", True, 2, True),  # 99.995 rounds to 100.00
        ("5999.6", True, 2, False),  # 99.9933 rounds to 99.99
        ("5999.9", True, None, False),
        ("6000.06", False, None, True),
    ],
)
def test_the_complete_mean_is_rounded_as_the_rule_says_and_compared(total, inclusive, digits, passes):
    assert mean_passes(fixed_sum=Decimal(total), strike=Decimal(100), inclusive=inclusive, digits=digits) is passes
