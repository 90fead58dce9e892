from math import log, sqrt
from random import Random

from kalshi_desk.domain.units import NANOS, IndexPrice, Nanos
from kalshi_desk.simulation.index_path import YEAR_S, IndexPath, PathParams, mean_of, window_end

CLOSE = Nanos.parse("2026-11-21T14:15:00Z")


def test_a_path_has_the_volatility_that_it_is_given():
    params = PathParams(90_000.0, 0.5, jumps_per_hour=0.0, vol_of_vol=0.0)
    path, rng, squares, before = IndexPath(price=90_000.0), Random(1), 0.0, 90_000.0
    for _ in range(20_000):
        path.step(params, shock=rng.gauss(0, 1), rng=rng)
        squares += log(path.price / before) ** 2
        before = path.price
    annual = sqrt(squares / (20_000 * 0.2) * YEAR_S)
    assert abs(annual - 0.5) < 0.01


def test_prices_some_time_ago_are_kept():
    path = IndexPath(price=3.0, recent=[1.0, 2.0, 3.0])
    assert path.before(0) == 3.0
    assert path.before(NANOS // 5) == 2.0
    assert path.before(60 * NANOS) == 1.0


def test_the_window_holds_the_sixty_prints_up_to_the_close():
    path = IndexPath(price=100.0)
    for second in range(-65, 1):
        path.price = 100.0 + second
        path.fix(Nanos(CLOSE + second * NANOS))
    assert len(path.fixings) == 60
    assert path.means[str(CLOSE)] == sum(round((100 + second) * 100) * 10**6 for second in range(-59, 1))


def test_a_window_with_a_missing_print_has_no_mean():
    path = IndexPath(price=100.0)
    for second in range(-40, 1):
        path.fix(Nanos(CLOSE + second * NANOS))
    assert not path.means


def test_means_round_half_up():
    assert mean_of(3, 2) == 2
    assert mean_of(10**6 + 10**6 // 2, 1, decimals=2) == IndexPrice(2 * 10**6)


def test_windows_end_at_quarter_hours():
    assert window_end(CLOSE) == CLOSE
    assert window_end(Nanos(CLOSE - 1)) == CLOSE
    assert window_end(Nanos(CLOSE + 1)) == CLOSE + 900 * NANOS
