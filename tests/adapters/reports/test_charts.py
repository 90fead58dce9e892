import re

import pytest

from kalshi_desk.adapters.reports.charts import HEIGHT, LEFT, SIDE, TOP, WIDTH, calibration_chart, equity_chart
from kalshi_desk.domain.backtest import EquityPoint
from kalshi_desk.domain.skill import Bin, calibration_curve
from kalshi_desk.domain.units import Cash
from tests.questions import day


def worths(*points):
    return [EquityPoint(day(on), Cash(round(dollars * 10**6))) for on, dollars in points]


def test_the_line_steps_from_left_to_right_and_stays_inside():
    chart = equity_chart(worths((0, 50), (1, 51.5), (4, 49)), opening=50.0)
    assert re.fullmatch(r"M[\d.,]+(?:H[\d.]+V[\d.]+){2}", chart.line)
    across = [float(x) for x in re.findall(r"H([\d.]+)", chart.line)]
    up = [float(y) for y in re.findall(r"V([\d.]+)", chart.line)]
    assert across == sorted(across)
    assert (across[-1], up[0] < up[1]) == (WIDTH - 10, True)
    assert all(TOP <= y <= HEIGHT for y in up)
    assert [tick.text for tick in chart.across] == ["01 Jan 26", "02 Jan 26", "03 Jan 26", "04 Jan 26", "05 Jan 26"]


@pytest.mark.parametrize(
    ("points", "opening", "texts"),
    [
        (((0, 50), (1, 51.5), (4, 49)), 50, ["$49", "$50", "$51", "$52"]),
        (((0, 10_000), (4, 10_390)), 10_000, ["$10,000", "$10,100", "$10,200", "$10,300", "$10,400"]),
        (((0, 50), (1, 50)), 50, ["$50", "$50.2"]),
        (((0, 0), (1, 0.001)), 0, ["$0", "$0.0025"]),
    ],
)
def test_the_ticks_are_round_and_span_the_worths(points, opening, texts):
    assert [tick.text for tick in equity_chart(worths(*points), opening=opening).up] == texts


@pytest.mark.parametrize("points", [(), ((0, 50),), ((1, 50), (1, 51))])
def test_no_time_has_no_chart(points):
    assert equity_chart(worths(*points), opening=50.0) is None


def test_a_bin_stands_where_it_was_said_and_happened():
    bins = calibration_curve([0.25, 0.25, 0.75, 0.75], [0, 0, 1, 1], bins=10)
    chart = calibration_chart({"blended": bins, "price": []})
    low, high = chart.dots["blended"]
    assert (low.x - LEFT) * 3 == pytest.approx(high.x - LEFT)
    assert (high.y, low.y) == (TOP, SIDE - 24)
    assert low.low >= low.y >= low.high
    assert chart.dots["price"] == ()
    assert "2 forecasts of 0.25" in low.text


def test_larger_bins_have_larger_dots():
    bins = [Bin(0.0, 0.1, n, 0.05, 0.0, 0.0, 0.5) for n in (1, 100)]
    small, large = calibration_chart({"x": bins}).dots["x"]
    assert small.radius < large.radius


def test_nothing_said_has_no_chart():
    assert calibration_chart({}) is None
    assert calibration_chart({"price": []}) is None
