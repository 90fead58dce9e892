import pytest

from kalshi_desk.domain.crypto.fixings import SecondPrints, prints_due
from kalshi_desk.domain.units import NANOS

CLOSE = 1_778_500_800


def filled(seconds):
    prints = SecondPrints()
    for second in seconds:
        prints.put(second, float(second - CLOSE + 100))
    return prints


def test_the_window_is_the_minute_up_to_and_including_the_close():
    prints = filled(range(CLOSE - 70, CLOSE + 1))
    assert prints.window(CLOSE) == (sum(range(41, 101)), 60)
    assert prints.mean(CLOSE) == pytest.approx(70.5)


def test_a_part_of_the_window():
    prints = filled(range(CLOSE - 70, CLOSE - 56))
    assert prints.window(CLOSE, 0) == (0, 0)
    assert prints.window(CLOSE, 3) == (41 + 42 + 43, 3)
    assert prints.window(CLOSE, 4) is None


def test_a_second_carries_the_last_print_for_three_seconds():
    prints = filled(range(CLOSE - 70, CLOSE - 58))
    for second in range(CLOSE - 58, CLOSE - 53):
        prints.carry(second)
    assert prints.window(CLOSE, 4) == (41 * 4, 4)
    assert prints.window(CLOSE, 5) is None


def test_nothing_to_carry():
    prints = SecondPrints()
    prints.carry(CLOSE)
    assert prints.window(CLOSE, 60) is None


@pytest.mark.parametrize(
    ("left_s", "due"), [(900, 0), (60, 0), (59.000000001, 0), (59, 1), (58.5, 1), (1, 59), (0.1, 59), (0, 60), (-5, 60)]
)
def test_how_many_prints_have_come(left_s, due):
    assert prints_due(CLOSE * NANOS - round(left_s * NANOS), CLOSE * NANOS) == due
