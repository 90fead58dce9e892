"""What each strategy and each category has brought, with its curve over the last days."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

from kalshi_desk.domain.attribution import Part, by_strategy_and_category, total
from kalshi_desk.domain.units import Cash, Nanos
from kalshi_desk.page.facts import Facts

WIDTH, HEIGHT = 96, 20


@dataclass(frozen=True)
class Result:
    """A row: the latest point under a name, and the curve of its net as the points of an SVG line."""

    name: str
    at: Nanos
    part: Part
    line: str


def results(facts: Facts) -> list[Result]:
    """Return strategies, then categories, then all of it; none before the first point was kept."""
    points = [] if facts.tables is None else facts.tables.points
    kept: dict[Nanos, list[Part]] = defaultdict(list)
    for at, part in points:
        kept[at].append(part)
    strategies, categories, all_of_it = _curves(), _curves(), _curves()
    for at, parts in kept.items():
        named = (*by_strategy_and_category(parts), {"all": total(parts)})
        for curves, rows in zip((strategies, categories, all_of_it), named, strict=True):
            for name, part in rows.items():
                curves[name].append((at, part))
    return [
        Result(name, *curve[-1], line(curve))
        for curves in (strategies, categories, all_of_it)
        for name, curve in sorted(curves.items())
    ]


def _curves() -> dict[str, list[tuple[Nanos, Part]]]:
    return defaultdict(list)


def line(curve: Sequence[tuple[Nanos, Part]]) -> str:
    """Return the net over time as ``x,y`` points within WIDTH and HEIGHT."""
    first, last = curve[0][0], curve[-1][0]
    nets = [part.net for _, part in curve]
    low, high = min(nets), max(nets)
    return " ".join(
        f"{_placed(at, first, last, WIDTH):.1f},{HEIGHT - _placed(net, low, high, HEIGHT):.1f}"
        for (at, _), net in zip(curve, nets, strict=True)
    )


def _placed(value: Nanos | Cash, low: int, high: int, size: int) -> float:
    """Return where a value lies on an axis of ``size``; in the middle where all are equal."""
    return size * (value - low) / (high - low) if high > low else size / 2
