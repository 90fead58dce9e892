from kalshi_desk.domain.attribution import Part
from kalshi_desk.domain.units import Cash, Nanos
from kalshi_desk.page.render import render_parts
from kalshi_desk.page.results import HEIGHT, WIDTH, line, results
from tests.page import facts as f


def part(strategy, category, realized, fees="0.01"):
    return Part(
        strategy=strategy,
        category=category,
        realized=Cash.parse(realized),
        unrealized=Cash(0),
        fees=Cash.parse(fees),
    )


POINTS = [
    (Nanos(1), part("crypto_fair_value", "Crypto", "1")),
    (Nanos(2), part("crypto_fair_value", "Crypto", "3")),
    (Nanos(2), part("forecast_edge", "Crypto", "-0.50")),
]


def test_strategies_then_categories_then_all_by_their_latest_point():
    rows = results(f.facts(tables=f.tables(points=POINTS)))
    assert [(row.name, str(row.part.net), row.at) for row in rows] == [
        ("crypto_fair_value", "2.990000", 2),
        ("forecast_edge", "-0.510000", 2),
        ("Crypto", "2.480000", 2),
        ("all", "2.480000", 2),
    ]


def test_a_curve_fills_its_box_and_a_level_one_lies_in_the_middle():
    curve = [(at, part) for at, part in POINTS if part.strategy == "crypto_fair_value"]
    assert line(curve) == f"0.0,{HEIGHT}.0 {WIDTH}.0,0.0"
    assert line(curve[:1]) == f"{WIDTH / 2:.1f},{HEIGHT / 2:.1f}"


def test_the_page_shows_them_or_says_that_there_are_none():
    shown = render_parts(f.facts(tables=f.tables(points=POINTS)))["results"]
    assert "crypto_fair_value" in shown
    assert "+$2.99" in shown
    assert "No point of the curves" in render_parts(f.facts())["results"]
