from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kalshi_desk.domain.crypto.contract import Kind, Rule
from kalshi_desk.domain.units import PAYOUT, IndexPrice, Nanos
from kalshi_desk.simulation.settlement import result_of, rounded


def rule(low="100", high=None, *, inclusive=True, digits=2):
    return Rule(
        ticker="T",
        underlying="BTC",
        kind=Kind.UP_DOWN,
        low=None if low is None else IndexPrice.parse(low),
        high=None if high is None else IndexPrice.parse(high),
        inclusive=inclusive,
        digits=digits,
        open_time=Nanos(0),
        close_time=Nanos(1),
    )


def prints(*parts):
    """Sixty prints: ``(59, "100")`` stands for 59 prints of 100."""
    return [IndexPrice.parse(text) for times, text in parts for _ in range(times)]


@pytest.mark.parametrize(
    ("last", "result", "shown"),
    [("100", "yes", "100.00"), ("99.71", "yes", "100.00"), ("99.69", "no", "99.99"), ("99.70", "yes", "100.00")],
)
def test_the_mean_is_rounded_and_a_tie_is_yes(last, result, shown):
    settled = result_of(rule(), prints((59, "100"), (1, last)))
    assert (settled.result, settled.expiration_value) == (result, shown)
    assert settled.value == (PAYOUT if result == "yes" else 0)


def test_without_rounding_a_hair_decides():
    ladder = rule(inclusive=False, digits=None)
    assert result_of(ladder, prints((60, "100"))).result == "no"
    assert result_of(ladder, prints((59, "100"), (1, "100.00000001"))).result == "yes"


@pytest.mark.parametrize(
    ("mean", "result"), [("99.99", "no"), ("100", "no"), ("100.01", "yes"), ("200", "yes"), ("200.01", "no")]
)
def test_a_band_ends_at_its_upper_level(mean, result):
    assert result_of(rule(high="200", inclusive=False), prints((60, mean))).result == result


def test_below_only():
    assert result_of(rule(None, "200"), prints((60, "1"))).result == "yes"


@pytest.mark.parametrize("count", [0, 59, 61])
def test_sixty_prints_it_is(count):
    with pytest.raises(ValueError, match=f"{count} prints instead of 60"):
        result_of(rule(), prints((count, "100")))


@pytest.mark.parametrize(("mean", "digits", "expected"), [("1.005", 2, "1.01"), ("1.0049", 2, "1.00"), ("1.5", 0, "2")])
def test_halves_go_up(mean, digits, expected):
    assert rounded(Fraction(IndexPrice.parse(mean)), digits) == IndexPrice.parse(expected)


@given(st.lists(st.integers(10**8, 10**13).map(IndexPrice), min_size=60, max_size=60), st.integers(0, 8))
def test_the_result_does_not_depend_on_the_order_of_prints(values, digits):
    level = rule("500", digits=digits)
    assert result_of(level, values) == result_of(level, sorted(values))
    assert abs(rounded(Fraction(sum(values), 60), digits) - Fraction(sum(values), 60)) <= Fraction(
        10 ** (8 - digits), 2
    )
