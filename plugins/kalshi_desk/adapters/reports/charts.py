"""Charts as coordinates for an inline SVG: the template draws what stands here and computes nothing."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import floor, log10

from kalshi_desk.domain.backtest import EquityPoint
from kalshi_desk.domain.skill import Bin
from kalshi_desk.domain.units import Nanos

LEFT, TOP, RIGHT, BOTTOM = 52.0, 10.0, 10.0, 24.0
WIDTH, HEIGHT = 640.0, 260.0
SIDE = 340.0


@dataclass(frozen=True)
class Tick:
    """A mark on an axis: where, in drawing units, and its text."""

    at: float
    text: str


@dataclass(frozen=True)
class Dot:
    """One bin of a curve: its place, the ends of its interval, its radius, and what to say when pointed at."""

    x: float
    y: float
    low: float
    high: float
    radius: float
    text: str


@dataclass(frozen=True)
class Chart:
    """A drawing of ``width`` x ``height``: ticks of both axes, a line as SVG path and dots by series, a reference."""

    width: float
    height: float
    across: tuple[Tick, ...]
    up: tuple[Tick, ...]
    line: str
    reference: str
    dots: dict[str, tuple[Dot, ...]]


def equity_chart(points: Sequence[EquityPoint], *, opening: float) -> Chart | None:
    """Draw an account's worth over time as steps, with its opening as reference; None with fewer than two points."""
    if len(points) < 2 or points[0].at == points[-1].at:
        return None
    worths = [point.equity.number for point in points]
    ticks = _round_ticks(min([*worths, opening]), max([*worths, opening]))
    low, high = ticks[0], ticks[-1]
    begin, end = points[0].at, points[-1].at

    def x(at: float) -> float:
        return LEFT + (at - begin) / (end - begin) * (WIDTH - LEFT - RIGHT)

    def y(worth: float) -> float:
        return TOP + (high - worth) / (high - low) * (HEIGHT - TOP - BOTTOM)

    steps = [f"M{x(begin):.1f},{y(worths[0]):.1f}"]
    steps += [f"H{x(point.at):.1f}V{y(worth):.1f}" for point, worth in zip(points[1:], worths[1:], strict=True)]
    days = [begin + (end - begin) * part / 4 for part in range(5)]
    return Chart(
        width=WIDTH,
        height=HEIGHT,
        across=tuple(Tick(x(at), f"{Nanos(int(at)).datetime():%d %b %y}") for at in days),
        up=tuple(Tick(y(worth), f"${worth:,.10g}") for worth in ticks),
        line="".join(steps),
        reference=f"M{x(begin):.1f},{y(opening):.1f}H{x(end):.1f}",
        dots={},
    )


def calibration_chart(curves: dict[str, list[Bin]]) -> Chart | None:
    """Draw what was said against what happened, by forecaster; None where nothing was said."""
    if not any(curves.values()):
        return None
    most = max(one.n for bins in curves.values() for one in bins)

    def x(share: float) -> float:
        return LEFT + share * (SIDE - LEFT - RIGHT)

    def y(share: float) -> float:
        return TOP + (1 - share) * (SIDE - TOP - BOTTOM)

    def dot(one: Bin) -> Dot:
        text = f"{one.n} forecasts of {one.forecast:.2f} on average: {one.happened:.2f} happened"
        low, high = y(one.happened_low), y(one.happened_high)
        return Dot(x(one.forecast), y(one.happened), low, high, 2 + 6 * (one.n / most) ** 0.5, text)

    shares = [part / 4 for part in range(5)]
    return Chart(
        width=SIDE,
        height=SIDE,
        across=tuple(Tick(x(share), f"{share:.2f}") for share in shares),
        up=tuple(Tick(y(share), f"{share:.2f}") for share in shares),
        line="",
        reference=f"M{x(0):.1f},{y(0):.1f}L{x(1):.1f},{y(1):.1f}",
        dots={name: tuple(dot(one) for one in bins) for name, bins in curves.items()},
    )


def _round_ticks(low: float, high: float) -> list[float]:
    """Return about five round values that span ``low`` to ``high``."""
    reach = max(high - low, abs(high) * 0.01, 0.01)
    rough = reach / 4
    size = 10.0 ** floor(log10(rough))
    step = next(size * factor for factor in (1, 2, 2.5, 5, 10) if size * factor >= rough)
    first = floor(low / step)
    ticks = [first * step]
    while ticks[-1] < high:
        ticks.append((first + len(ticks)) * step)
    return ticks if len(ticks) > 1 else [*ticks, ticks[0] + step]
