from fractions import Fraction

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from kalshi_desk.domain.units import PAYOUT, IndexPrice
from kalshi_desk.simulation.settlement import result_of, rounded
from tests.simulation.market_of_one import market


def struck(strike_type="greater_or_equal", strike="100", digits="2"):
    return msgspec.structs.replace(
        market(),
        strike_type=strike_type,
        floor_strike=None if strike is None else IndexPrice.parse(strike),
        custom_strike={} if digits is None else {"round_digits": digits},
    )


def total(*parts):
    """Sum of sixty prints: ``(59, "100")`` stands for 59 prints of 100."""
    assert sum(times for times, _ in parts) == 60
    return sum(times * IndexPrice.parse(text) for times, text in parts)


@pytest.mark.parametrize(
    ("last", "result", "shown"),
    [("100", "yes", "100.00"), ("99.71", "yes", "100.00"), ("99.69", "no", "99.99"), ("99.70", "yes", "100.00")],
)
def test_the_mean_is_rounded_and_a_tie_is_yes(last, result, shown):
    end = result_of(struck(), total((59, "100"), (1, last)))
    assert (end.result, end.expiration_value) == (result, shown)
    assert end.value == (PAYOUT if result == "yes" else 0)


def test_without_rounding_a_hair_decides():
    ladder = struck("greater", digits=None)
    assert result_of(ladder, total((60, "100"))).result == "no"
    end = result_of(ladder, total((59, "100"), (1, "100.00000060")))
    assert (end.result, end.expiration_value) == ("yes", "100.00000001")
    assert result_of(ladder, total((60, "100")) + 1).result == "yes"


@pytest.mark.parametrize(("strike_type", "strike"), [("between", "100"), (None, "100"), ("greater", None)])
def test_a_rule_that_is_not_known_has_no_result(strike_type, strike):
    with pytest.raises(ValueError, match="T: no rule"):
        result_of(struck(strike_type, strike), 1)


@pytest.mark.parametrize(("mean", "digits", "expected"), [("1.005", 2, "1.01"), ("1.0049", 2, "1.00"), ("1.5", 0, "2")])
def test_halves_go_up(mean, digits, expected):
    assert rounded(Fraction(IndexPrice.parse(mean)), digits) == IndexPrice.parse(expected)


@given(st.integers(10**9, 10**15), st.integers(0, 8))
def test_rounding_moves_by_half_a_step_at_most(prints, digits):
    mean = Fraction(prints, 60)
    assert abs(rounded(mean, digits) - mean) <= Fraction(10 ** (8 - digits), 2)
    assert result_of(struck(digits=str(digits)), prints).value in (0, PAYOUT)
