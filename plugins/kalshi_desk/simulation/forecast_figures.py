"""Figures of statistics offices, month by month, as FRED serves them: a walk from a seed for every series."""

from __future__ import annotations

from datetime import date

from kalshi_desk.simulation.forecast_draws import below, gauss, uniform

FIRST = date(2018, 1, 1)
_LEVELS = {"FEDFUNDS": (3.9, 0.08), "CPIAUCSL": (318.0, 0.7), "UNRATE": (4.2, 0.08), "GDPC1": (23_500.0, 90.0)}
_MISSING = 0.01


def figures(seed: int, series: str, last: date) -> list[tuple[date, str]]:
    """Return the figures of a series by month up to a day, oldest first; a missing one is a dot."""
    level, step = _LEVELS.get(series) or (10.0 ** (1 + below(3, "level", series)), 0.5)
    found, day = [], FIRST
    while day <= last:
        value = level + step * gauss(seed, series, "month", str(day)) * (1 + uniform(seed, series, str(day.year)))
        shown = "." if uniform(seed, series, "missing", str(day)) < _MISSING else f"{value:.2f}"
        found.append((day, shown))
        day = date(day.year + day.month // 12, day.month % 12 + 1, 1)
    return found
