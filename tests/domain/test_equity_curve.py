from math import sqrt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kalshi_desk.domain.equity_curve import DAY_NS, DAYS_A_YEAR, daily, deepest_fall, sharpe
from kalshi_desk.domain.units import Cash, Nanos


def curve(*points):
    """Return (day, dollars) as a curve."""
    return [(Nanos(int(day * DAY_NS)), Cash(round(dollars * 10**6))) for day, dollars in points]


def test_a_day_ends_with_its_last_worth_and_a_quiet_day_with_the_one_before():
    assert daily(curve((0.1, 50), (0.9, 52), (3.0, 51))) == [Cash.parse(x) for x in ("52", "52", "52", "51")]
    assert daily([]) == []


def test_sharpe_by_hand():
    # gains +1, -1, +3: mean 1, standard deviation 2
    assert sharpe(curve((0, 50), (1, 51), (2, 50), (3, 53))) == pytest.approx(0.5 * sqrt(DAYS_A_YEAR))


@pytest.mark.parametrize("points", [(), ((0, 50),), ((0, 50), (1, 51)), ((0, 50), (1, 50), (2, 50))])
def test_too_little_or_nothing_has_no_sharpe(points):
    assert sharpe(curve(*points)) is None


def test_the_deepest_fall_and_how_long_its_recovery_took():
    points = curve((0, 50), (1, 60), (2, 54), (3, 60), (4, 80), (5, 60), (6, 70), (9, 81))
    fall, days = deepest_fall(points)
    assert fall == pytest.approx(0.25)
    assert days == pytest.approx(4.0)


def test_a_height_not_reached_again_has_no_recovery_and_no_fall_neither():
    assert deepest_fall(curve((0, 50), (1, 40), (2, 49))) == (pytest.approx(0.2), None)
    assert deepest_fall(curve((0, 50), (1, 50), (2, 51))) == (0.0, None)
    assert deepest_fall([]) == (0.0, None)


@given(st.lists(st.integers(1, 1_000), min_size=1, max_size=30))
def test_the_fall_is_the_worst_of_all_pairs(worths):
    points = [(Nanos(place * DAY_NS), Cash(worth)) for place, worth in enumerate(worths)]
    worst = max((a - b) / a for i, a in enumerate(worths) for b in worths[i:])
    assert deepest_fall(points)[0] == pytest.approx(max(0.0, worst))
