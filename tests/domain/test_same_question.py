from math import inf

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kalshi_desk.domain.same_question import SAME, Range, amounts, same_question, ways

HIKE = "Will the Federal Reserve hike rates by 25bps at their October 2026 meeting?"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("more than 3.5% in 2026", {Range(3.5, inf, strict=True)}),
        ("at least $90,000", {Range(90_000, inf)}),
        ("50+ bps", {Range(50, inf)}),
        ("3 inches or more", {Range(3, inf)}),
        ("below -0.1%", {Range(-inf, -0.1, strict=True)}),
        ("at most 4", {Range(-inf, 4)}),
        ("4 or fewer", {Range(-inf, 4)}),
        ("between 50 and 53", {Range(50, 53)}),
        ("by 25bps", {Range(25, 25)}),
        ("no number here in 2026", set()),
    ],
)
def test_amounts(text, expected):
    assert amounts(text) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Fed hikes rates", {"up"}),
        ("rates were lowered", {"down"}),
        ("No change in rates", {"none"}),
        ("Fed maintains rate", {"none"}),
        ("the price of oil", set()),
    ],
)
def test_ways(text, expected):
    assert ways(text) == expected


@pytest.mark.parametrize(
    ("other", "same"),
    [
        ("Fed increases interest rates by 25 bps after October 2026 meeting?", True),
        ("Fed increases interest rates after October 2026 meeting?", True),
        ("Fed increases interest rates by 50+ bps after October 2026 meeting?", False),
        ("Fed decreases interest rates by 25 bps after October 2026 meeting?", False),
        ("Fed increases interest rates by 25 bps after July 2026 meeting?", False),
        ("Fed increases interest rates by 25 bps after October 2025 meeting?", False),
    ],
)
def test_dates_direction_and_amounts_tell_questions_apart(other, same):
    assert (same_question(0.75, HIKE, other) >= SAME) is same


def test_two_rungs_of_a_ladder_are_two_questions():
    rungs = [f"Will CPI rise more than 0.{step}% in August 2026?" for step in (2, 3)]
    assert same_question(0.99, *rungs) == 0.0
    assert same_question(0.99, rungs[0], "Will CPI rise 0.3% or more in August 2026?") >= SAME


@given(st.floats(-1, 1), st.text(), st.text())
def test_a_share_and_the_same_both_ways(cosine, text, other):
    assert 0.0 <= same_question(cosine, text, other) <= 1.0
    assert same_question(cosine, text, other) == same_question(cosine, other, text)
