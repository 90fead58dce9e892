"""What the forecast markets are about: numbers of the world in eight of the venue's categories, each a series.

A subject's number has a usual level and a usual error over the life of an event (``centre``, ``scale``), both in its
unit, and is quoted with so many ``decimals``.
"""

from __future__ import annotations

from functools import cache

import msgspec

from kalshi_desk.simulation.forecast_draws import gauss
from kalshi_desk.simulation.forecast_places import PLACES


class Measure(msgspec.Struct, frozen=True, kw_only=True):
    """A kind of number: ``of`` names it with {place}, ``verb`` is what it does above a threshold."""

    stem: str
    category: str
    of: str
    verb: str
    unit: str
    centre: float
    scale: float
    decimals: int
    places: str
    source: str
    tags: tuple[str, ...]


class Subject(msgspec.Struct, frozen=True, kw_only=True):
    """A series: one measure of one place, company, film and so on."""

    series_ticker: str
    measure: Measure
    place: str
    centre: float

    @property
    def name(self) -> str:
        return self.measure.of.format(place=self.place)

    @property
    def category(self) -> str:
        return self.measure.category

    def shown(self, value: float, *, more: int = 0) -> str:
        """Return a value as the venue prints it, with ``more`` decimals than its thresholds have."""
        return f"{value:.{self.measure.decimals + more}f}"


def _measure(category: str, row: tuple[str, str, str, str, float, float, int, str], source: str, tag: str) -> Measure:
    stem, of, verb, unit, centre, scale, decimals, places = row
    return Measure(
        stem=stem, category=category, of=of, verb=verb, unit=unit, centre=centre, scale=scale, decimals=decimals,
        places=places, source=source, tags=(tag,),
    )  # fmt: skip


_ROWS: dict[str, tuple[str, str, tuple[tuple[str, str, str, str, float, float, int, str], ...]]] = {
    "Politics": ("the official record", "US Elections", (
        ("KXAPPROVE", "the approval rating of the governor of {place}", "be above", "%", 47.0, 4.0, 1, "states"),
        ("KXBALLOT", "the yes share of the {place} ballot measure", "exceed", "%", 51.0, 5.0, 1, "states"),
        ("KXSENVOTE", "the number of Senate votes for the {place} bill", "be above", "votes", 53.0, 6.0, 0, "topics"),
        ("KXCOSPON", "the number of House sponsors of the {place} act", "exceed", "sponsors", 120.0, 18.0, 0, "topics"),
    )),
    "Economics": ("the national statistics office", "Inflation", (
        ("KXCPI", "annual consumer price inflation in {place}", "be above", "%", 3.4, 0.4, 1, "countries"),
        ("KXUNEMP", "the unemployment rate in {place}", "rise above", "%", 6.1, 0.5, 1, "countries"),
        ("KXGDP", "annual growth of output in {place}", "be above", "%", 2.6, 0.5, 1, "countries"),
        ("KXCLAIMS", "weekly jobless claims in {place}", "exceed", "thousand", 14.0, 1.8, 1, "states"),
    )),
    "Climate and Weather": ("the National Weather Service", "Daily temperature", (
        ("KXHIGH", "the highest temperature in {place}", "be above", "degrees", 58.0, 8.0, 0, "cities"),
        ("KXRAIN", "the month's rain in {place}", "exceed", "inches", 3.2, 0.9, 1, "cities"),
        ("KXGUST", "the strongest gust of wind in {place}", "be above", "mph", 34.0, 6.0, 0, "cities"),
        ("KXSNOW", "the season's snowfall in {place}", "exceed", "inches", 14.0, 4.0, 1, "cities"),
    )),
    "Companies": ("the company's report", "KPIs", (
        ("KXREV", "the quarterly revenue of {place}", "be above", "billion dollars", 21.0, 1.6, 1, "companies"),
        ("KXMARGIN", "the gross margin of {place}", "exceed", "%", 43.0, 2.2, 1, "companies"),
        ("KXHEADS", "the number of employees of {place}", "be above", "thousand", 84.0, 5.0, 0, "companies"),
        ("KXSTORES", "the number of new sites opened by {place}", "exceed", "sites", 60.0, 9.0, 0, "companies"),
    )),
    "Entertainment": ("the published chart", "Movies", (
        ("KXRT", "the critics' score of {place}", "be above", "points", 71.0, 9.0, 0, "films"),
        ("KXBOX", "the opening weekend of {place}", "exceed", "million dollars", 38.0, 9.0, 1, "films"),
        ("KXSTREAM", "the weekly streams of {place}", "be above", "million", 27.0, 5.0, 1, "songs"),
        ("KXVIEWS", "the first week's views of the video of {place}", "exceed", "million", 44.0, 9.0, 1, "songs"),
    )),
    "Financials": ("the exchange's closing price", "Stocks", (
        ("KXINDEX", "the {place} index", "close above", "points", 6200.0, 140.0, 0, "indices"),
        ("KXCOMMOD", "the price of {place}", "settle above", "dollars", 78.0, 5.0, 1, "commodities"),
        ("KXYIELD", "the ten-year government yield of {place}", "close above", "%", 3.9, 0.3, 2, "countries"),
        ("KXSHARE", "the share price of {place}", "close above", "dollars", 210.0, 14.0, 0, "companies"),
    )),
    "Science and Technology": ("the published register", "AI", (
        ("KXLEADER", "the arena score of the best model of {place}", "be above", "points", 1460.0, 18.0, 0, "labs"),
        ("KXLAUNCH", "the year's orbital launches of {place}", "exceed", "launches", 46.0, 5.0, 0, "agencies"),
        ("KXDOWNLOADS", "the monthly downloads of {place}", "be above", "million", 95.0, 9.0, 0, "software"),
        ("KXPAPERS", "the weekly number of new papers on {place}", "exceed", "papers", 310.0, 32.0, 0, "fields"),
    )),
    "World": ("the responsible ministry", "Diplomacy", (
        ("KXTURNOUT", "the turnout of the vote in {place}", "be above", "%", 61.0, 5.0, 1, "countries"),
        ("KXOIL", "the daily oil output of {place}", "exceed", "thousand barrels", 2400.0, 130.0, 0, "producers"),
        ("KXVISITORS", "the monthly foreign visitors to {place}", "be above", "thousand", 940.0, 80.0, 0, "countries"),
        ("KXPORT", "the weekly containers through the port of {place}", "exceed", "thousand", 310.0, 24.0, 0, "ports"),
    )),
}  # fmt: skip

MEASURES = tuple(
    _measure(category, row, source, tag) for category, (source, tag, rows) in _ROWS.items() for row in rows
)
CATEGORIES = tuple(_ROWS)


@cache
def subjects() -> tuple[Subject, ...]:
    """Return all series, the categories and measures taking turns, so that the first few hold some of each."""
    deepest = max(len(PLACES[measure.places]) for measure in MEASURES)
    turns = [MEASURES[turn % 8 * 4 + turn // 8] for turn in range(len(MEASURES))]
    return tuple(
        _subject(measure, PLACES[measure.places][deep])
        for deep in range(deepest)
        for measure in turns
        if deep < len(PLACES[measure.places])
    )


def _subject(measure: Measure, place: tuple[str, str]) -> Subject:
    code, name = place
    centre = measure.centre + measure.scale * max(-1.0, min(1.0, gauss("level", measure.stem, code)))
    return Subject(series_ticker=f"{measure.stem}{code}", measure=measure, place=name, centre=centre)


@cache
def by_series() -> dict[str, int]:
    """Return the place of each series in ``subjects``."""
    return {subject.series_ticker: place for place, subject in enumerate(subjects())}
