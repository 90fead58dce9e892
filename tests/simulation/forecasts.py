"""Worlds of forecast markets that have begun."""

from kalshi_desk.domain.units import NANOS, Nanos
from kalshi_desk.simulation.forecast_world import ForecastWorld

BEGIN = Nanos.parse("2026-11-21T15:45:00Z")
HOUR, DAY = 3_600 * NANOS, 86_400 * NANOS


def later(span):
    return Nanos(BEGIN + round(span))


def world(markets=60, seed=7):
    made = ForecastWorld(seed, BEGIN, markets)
    made.start(BEGIN)
    return made
