"""Scores of all forecasters of a walk, side by side on the same questions."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from math import isfinite

from kalshi_desk.domain.backtest import OWN_COLUMNS, Bounds, Table
from kalshi_desk.domain.scoring import brier, log_score
from kalshi_desk.domain.skill import Bin, Interval, calibration_curve, mean_interval, skill
from kalshi_desk.steps.walk_forward import Foretold

LEVEL = 0.95
BINS = 10
FIXED = ("gpt", "claude", *OWN_COLUMNS)


class Columns:
    """The probabilities of each forecaster by question, None where it gave none.

    ``compared`` are the columns of the main table: the forecasters that have a weight (all, where none has), what was
    made of them, and the price, as far as any question has them. ``further`` are the other forecasters.
    """

    def __init__(self, walked: Sequence[Foretold], weights: Mapping[str, float]) -> None:
        self.walked = walked
        rows = [_row(one) for one in walked]
        named = sorted({name for one in walked for name in one.question.forecasts})
        self.values = {name: [row.get(name) for row in rows] for name in {*FIXED, *named}}
        vendors = [name for name in named if weights.get(name, 0) > 0] or named
        there = {name for name, column in self.values.items() if any(p is not None for p in column)}
        self.compared = [name for name in (*vendors, *OWN_COLUMNS) if name in there]
        self.further = [name for name in named if name not in vendors]

    def common(self, names: Sequence[str]) -> list[int]:
        """Return the places of the questions that have every one of these columns; none for no columns."""
        places = range(len(self.walked)) if names else ()
        return [place for place in places if all(self.values[name][place] is not None for name in names)]

    def losses(self, name: str, places: Sequence[int], score: Callable[..., float | None]) -> list[float]:
        """Return the score of each question on its own."""
        return [score([p], [outcome]) or 0.0 for p, outcome in self.pairs(name, places)]

    def pairs(self, name: str, places: Sequence[int]) -> list[tuple[float, int]]:
        """Return forecast and outcome of each question."""
        found = ((self.values[name][place], self.walked[place].question.outcome) for place in places)
        return [(p, outcome) for p, outcome in found if p is not None]

    def events(self, places: Sequence[int]) -> list[str]:
        """Return what groups questions into events: their titles."""
        return [self.walked[place].question.title for place in places]


def _row(one: Foretold) -> dict[str, float | None]:
    made = one.combined
    stages = {} if made is None else {"mix": one.mix, "calibrated": made.p_calibrated, "blended": made.p_blended}
    return {**one.question.forecasts, "price": one.question.price, **stages}


def table(columns: Columns, names: Sequence[str], *, shown: Sequence[str]) -> Table:
    """Score columns ``names`` over the questions that have them all; those ``shown`` besides are None."""
    places = columns.common(names)
    events = columns.events(places)
    briers = {name: mean_interval(columns.losses(name, places, brier), events, level=LEVEL) for name in names}
    logs = {name: mean_interval(columns.losses(name, places, log_score), events, level=LEVEL) for name in names}
    every = [*shown, *(name for name in names if name not in shown)]
    return Table(
        n=len(places),
        brier={name: _mean(briers.get(name)) for name in every},
        log_score={name: _mean(logs.get(name)) for name in every},
        brier_interval={name: _bounds(briers.get(name)) for name in every},
        log_score_interval={name: _bounds(logs.get(name)) for name in every},
        infinite={name: sum(not isfinite(loss) for loss in columns.losses(name, places, log_score)) for name in names},
    )


def skills(columns: Columns) -> dict[str, Interval | None]:
    """Return by how much each compared column's Brier score is below the price's, on the questions that all have."""
    if "price" not in columns.compared:
        return {}
    places = columns.common(columns.compared)
    events, theirs = columns.events(places), columns.losses("price", places, brier)
    names = [name for name in columns.compared if name != "price"]
    return {name: skill(columns.losses(name, places, brier), theirs, events, level=LEVEL) for name in names}


def curves(columns: Columns) -> dict[str, list[Bin]]:
    """Return the calibration curve of each compared column on the questions that all have."""
    places = columns.common(columns.compared)
    found = {}
    for name in columns.compared:
        pairs = columns.pairs(name, places)
        found[name] = calibration_curve([p for p, _ in pairs], [outcome for _, outcome in pairs], bins=BINS)
    return found


def _mean(interval: Interval | None) -> float | None:
    return interval.mean if interval is not None and isfinite(interval.mean) else None


def _bounds(interval: Interval | None) -> Bounds | None:
    if interval is None or interval.low is None or interval.high is None:
        return None
    return interval.low, interval.high
