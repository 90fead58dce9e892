"""``kalshi-desk price``: the model's probability for one crypto contract, from numbers given by hand."""

from __future__ import annotations

import json
import math
from decimal import Decimal, InvalidOperation
from typing import Any

import click

from kalshi_desk.domain.crypto.contract import SERIES, Kind, Series
from kalshi_desk.domain.crypto.digital import PRINTS, Averaging, mean_passes, p_above, window_fault


class Exact(click.ParamType):
    """A finite decimal number, kept exactly."""

    name = "number"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Decimal:
        try:
            number = Decimal(str(value))
        except InvalidOperation:
            self.fail(f"{value!r} is not a number", param, ctx)
        if not number.is_finite():
            self.fail(f"{value!r} is not finite", param, ctx)
        return number


@click.command("price")
@click.option("--series", required=True, help="Series of the contract, for example KXBTC15M, KXBTCD or KXBTC.")
@click.option("--spot", type=Exact(), required=True, help="The settlement index now, dollars.")
@click.option("--strike", type=Exact(), required=True, help="The strike, or the lower one of a band, dollars.")
@click.option("--cap", type=Exact(), help="The upper strike of a band, dollars.")
@click.option("--sigma", type=Exact(), required=True, help="Annual volatility, 0.55 for 55 % (a year is 31,557,600 s).")
@click.option("--seconds-left", type=Exact(), required=True, help="Seconds to the close.")
@click.option("--fixed-sum", type=Exact(), help="Sum of the one-second prints known so far, dollars.")
@click.option("--fixed-count", type=click.IntRange(0, PRINTS), default=0, help="How many prints are known.")
def command(series: str, cap: Decimal | None, fixed_sum: Decimal | None, fixed_count: int, **numbers: Decimal) -> None:
    """Print the probability of YES as JSON, by the mean of sixty one-second prints."""
    known = SERIES.get(series)
    if known is None:
        raise click.BadParameter(f"unknown series {series}; known: {', '.join(SERIES)}", param_hint="--series")
    if (fault := _fault(known, cap, fixed_sum, fixed_count, numbers)) is not None:
        raise click.UsageError(fault)
    total = fixed_sum if fixed_sum is not None else Decimal(0)
    above = _Above(known, total, fixed_count, numbers)
    p_yes = above(numbers["strike"]) - (above(cap) if cap is not None else 0.0)
    click.echo(json.dumps({"p_yes": p_yes, "series": series, "fixed_count": fixed_count}))


class _Above:
    """The probability that the mean passes a level, for one set of inputs."""

    def __init__(self, series: Series, total: Decimal, count: int, numbers: dict[str, Decimal]) -> None:
        self._series, self._total, self._numbers = series, total, numbers
        self._window = Averaging(float(numbers["seconds_left"]), float(total), count)

    def __call__(self, level: Decimal) -> float:
        if self._window.missing == 0:
            digits, inclusive = self._series.digits, self._series.inclusive
            return float(mean_passes(fixed_sum=self._total, strike=level, inclusive=inclusive, digits=digits))
        spot, sigma = float(self._numbers["spot"]), float(self._numbers["sigma"])
        return p_above(spot=spot, strike=float(level), sigma=sigma, window=self._window)


def _fault(
    series: Series, cap: Decimal | None, fixed_sum: Decimal | None, fixed_count: int, numbers: dict[str, Decimal]
) -> str | None:
    for name in ("spot", "strike", "sigma"):
        if numbers[name] <= 0 or not 0 < float(numbers[name]) < math.inf:
            return f"--{name} must be above 0"
    if (series.kind is Kind.BAND) != (cap is not None):
        return "a band needs --cap" if cap is None else "--cap belongs to bands only"
    if cap is not None and cap <= numbers["strike"]:
        return "--cap must be above --strike"
    return _window_fault(fixed_sum, fixed_count, float(numbers["seconds_left"]))


def _window_fault(fixed_sum: Decimal | None, fixed_count: int, seconds_left: float) -> str | None:
    if fixed_count and fixed_sum is None:
        return "--fixed-count needs --fixed-sum"
    if fixed_sum is not None and (fixed_sum > 0) != (fixed_count > 0):
        return "--fixed-sum and --fixed-count do not belong together"
    if not math.isfinite(seconds_left):
        return "--seconds-left is too large"
    return window_fault(Averaging(seconds_left, 0.0, fixed_count))
