from decimal import Decimal

import pytest

from kalshi_desk.domain import report_parts as parts
from kalshi_desk.domain.attribution import Part
from kalshi_desk.domain.report_parts import (
    Costs,
    ForecasterScore,
    dollars,
    holding,
    ranked,
    result_rows,
    results,
    share,
)
from kalshi_desk.domain.units import Cash


@pytest.mark.parametrize(
    ("amount", "text"),
    [("0", "$0.00"), ("1234.5", "$1,234.50"), ("-0.0145", "-$0.0145"), ("0.000001", "$0.000001"), ("7", "$7.00")],
)
def test_dollars_show_what_is_there(amount, text):
    assert dollars(Decimal(amount)) == text


def test_unknown_is_a_dash_and_never_zero():
    assert dollars(None) == share(None) == holding(Decimal(0)) == "–"
    assert share(0.0) == "0.0%"


def test_forecasters_go_from_the_raw_models_to_the_price():
    names = ["price", "blended", "claude", "base_rate", "gpt"]
    scores = [ForecasterScore(name, 1, 0.1, 0.1) for name in names]
    assert [score.forecaster for score in ranked(scores)] == ["gpt", "claude", "blended", "price", "base_rate"]


def test_what_is_left_of_a_month_is_after_models_and_fixed_costs():
    assert Costs(Decimal(1), Decimal(3), Decimal(12), Decimal(20)).net_month == 5


def test_an_empty_day_says_so_in_every_part():
    nothing = Costs(*[Decimal(0)] * 4)
    text = "\n".join(
        [
            *parts.desks([]),
            *parts.forecasts([], 0),
            *parts.spending(nothing, []),
            *parts.incidents([]),
            *parts.tomorrow([]),
        ]
    )
    for words in (
        "Neither desk traded.",
        "0 estimates were made. None was scored.",
        "None.",
        "Nothing held or watched.",
    ):
        assert words in text
    assert "| model |" not in text


def test_results_are_by_strategy_by_category_and_in_all_with_what_the_day_gained():
    def part(strategy, category, realized):
        return Part(
            strategy=strategy,
            category=category,
            realized=Cash.parse(realized),
            unrealized=Cash(0),
            fees=Cash.parse("0.10"),
        )

    now = [part("a", "Crypto", "3"), part("b", "Crypto", "1")]
    rows = result_rows(now, [part("a", "Crypto", "2")])
    assert [(row.name, row.net, row.day) for row in rows] == [
        ("a", Decimal("2.9"), Decimal(1)),
        ("b", Decimal("0.9"), Decimal("0.9")),
        ("Crypto", Decimal("3.8"), Decimal("1.9")),
        ("all", Decimal("3.8"), Decimal("1.9")),
    ]
    assert results(result_rows([], []))[-1] == "No trades yet."
