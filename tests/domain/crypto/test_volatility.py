import math
import random

import pytest

from kalshi_desk.domain.crypto.digital import YEAR_S
from kalshi_desk.domain.crypto.volatility import VolatilityMeter
from kalshi_desk.domain.units import NANOS

START_NS = 1_778_500_000 * NANOS


def measured(*, sigma, noise=0.0, seconds=4 * 3_600, mean_wait=0.4, seed=7):
    """Feed a random walk of known volatility at irregular instants, each price blurred by ``noise`` (in logs)."""
    dice, meter = random.Random(seed), VolatilityMeter()
    at, log_price = 0.0, math.log(64_000.0)
    while at < seconds:
        wait = dice.expovariate(1 / mean_wait)
        at += wait
        log_price += sigma * math.sqrt(wait / YEAR_S) * dice.gauss(0, 1)
        meter.tick(START_NS + round(at * NANOS), math.exp(log_price + dice.choice((-noise, noise))))
    return meter.reading


@pytest.mark.parametrize("seed", range(6))
@pytest.mark.parametrize("sigma", [0.25, 0.9])
def test_recovers_a_known_volatility_from_irregular_ticks(sigma, seed):
    reading = measured(sigma=sigma, seed=seed)
    assert abs(reading.sigma - sigma) <= 3 * reading.stderr
    assert 0.01 * sigma < reading.stderr < 0.12 * sigma


@pytest.mark.parametrize("seed", range(6))
def test_bounce_between_bid_and_ask_is_no_volatility(seed):
    reading = measured(sigma=0.4, noise=1e-4, seed=seed)
    assert abs(reading.sigma - 0.4) <= 3 * reading.stderr


def test_without_the_correction_bounce_would_count():
    # 1 bp of noise on steps of 1.6 bp: the plain sum of squares would read 0.53
    naive = math.sqrt(0.4**2 + 2 * 1e-8 * YEAR_S / 5)
    reading = measured(sigma=0.4, noise=1e-4, seconds=12 * 3_600)
    assert naive > 0.52
    assert reading.sigma < 0.46


def test_rare_ticks_do_not_bias():
    reading = measured(sigma=0.5, mean_wait=4.0, seed=3)
    assert abs(reading.sigma - 0.5) <= 3 * reading.stderr


@pytest.mark.parametrize("seed", range(20))
def test_most_readings_are_within_their_standard_error(seed):
    reading = measured(sigma=0.5, seconds=3_600, seed=seed)
    assert abs(reading.sigma - 0.5) <= 3.5 * reading.stderr


def test_says_nothing_until_it_knows_enough():
    assert measured(sigma=0.5, seconds=100) is None
    assert measured(sigma=0.5, seconds=200) is not None


def test_a_silence_is_no_return():
    meter = VolatilityMeter()
    dice = random.Random(1)
    for gap, price in ((0, 100.0), (3_600, 200.0)):
        for step in range(400):
            blur = 1 + 1e-5 * dice.gauss(0, 1)
            meter.tick(START_NS + (gap + step) * NANOS, price * blur)
    assert meter.reading.sigma < 0.2


def test_a_price_that_never_moves_has_no_reading():
    meter = VolatilityMeter()
    for step in range(400):
        meter.tick(START_NS + step * NANOS, 100.0)
    assert meter.reading is None


def test_ticks_of_the_past_change_nothing():
    meter = VolatilityMeter()
    meter.tick(START_NS, 100.0)
    meter.tick(START_NS - 60 * NANOS, 50.0)
    meter.tick(START_NS + 5 * NANOS, 100.0)
    assert meter._sampled == 100.0


def test_a_price_that_is_none_is_refused():
    with pytest.raises(ValueError, match="not positive"):
        VolatilityMeter().tick(START_NS, math.nan)
