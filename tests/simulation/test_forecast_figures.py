from datetime import date

from kalshi_desk.simulation.forecast_figures import FIRST, figures


def test_figures_are_monthly_and_the_past_does_not_change():
    early, late = figures(7, "UNRATE", date(2026, 3, 1)), figures(7, "UNRATE", date(2026, 11, 7))
    assert late[: len(early)] == early
    assert [day for day, _ in early][:2] == [FIRST, date(2018, 2, 1)]
    assert early[-1][0] == date(2026, 3, 1)
    assert len({value for _, value in late}) > 20


def test_a_missing_figure_is_a_dot_and_series_differ():
    texts = [
        value for series in ("FEDFUNDS", "CPIAUCSL", "XYZ", "ABC") for _, value in figures(3, series, date(2026, 11, 1))
    ]
    assert "." in texts
    assert all(value == "." or float(value) is not None for value in texts)
    assert figures(3, "XYZ", date(2026, 1, 1)) != figures(3, "ABC", date(2026, 1, 1))
