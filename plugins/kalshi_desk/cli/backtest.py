"""``kalshi-desk backtest``: the desk's own code over what is past."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from kalshi_desk.domain.units import Cash, Nanos

if TYPE_CHECKING:
    from kalshi_desk.batch.calibration import Record

FILE = click.Path(dir_okay=False, path_type=Path)
DAY = click.DateTime(["%Y-%m-%d"])


class Dollars(click.ParamType):
    """A positive amount of dollars, exactly."""

    name = "dollars"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Cash:
        try:
            amount = Decimal(str(value)).scaleb(Cash.DECIMALS)
        except InvalidOperation:
            self.fail(f"{value} is no amount", param, ctx)
        if not amount.is_finite() or amount <= 0 or amount != amount.to_integral_value():
            self.fail(f"{value} is not a positive amount of at most {Cash.DECIMALS} decimals", param, ctx)
        return Cash(int(amount))


@click.group("backtest")
def command() -> None:
    """Run a desk over the past with only what was known then."""


@command.command("forecasts")
@click.option("--questions", "file", type=FILE, help="JSON lines; without it: the desk's own estimates that settled.")
@click.option("--start-date", "start", type=DAY, help="First UTC day of questions that are scored and traded.")
@click.option("--end-date", "end", type=DAY, help="Last one.")
@click.option("--initial-bankroll", "bankroll", type=Dollars(), required=True, help="Dollars.")
@click.option("--output", type=FILE, help="Write the result here as JSON instead of printing it.")
@click.option("--html", type=FILE, help="Write the report here.")
def forecasts(
    file: Path | None, start: datetime | None, end: datetime | None, bankroll: Cash, **outputs: Path | None
) -> None:
    """Forecast desk over resolved questions: scores of every forecaster, and what trading them would have made."""
    from kalshi_desk.adapters.reports.backtest import html
    from kalshi_desk.adapters.sentences import embed
    from kalshi_desk.domain.backtest import result_json
    from kalshi_desk.replay.forecast_backtest import backtest
    from kalshi_desk.settings import load_settings
    from kalshi_desk.wiring.backtest import backtest_params

    if start is not None and end is not None and end < start:
        raise click.BadParameter("lies before --start-date", param_hint="--end-date")
    known, days = _known(file), {"start": _instant(start), "end": _instant(end, days=1)}
    params = backtest_params(load_settings(), bankroll=bankroll, **days, still_open=known.still_open)
    found = backtest(known.answered, params, embed=embed)
    if (page := outputs["html"]) is not None:
        _write(page, html(found, title="the desk's estimates" if file is None else file.name).encode())
    if (result := outputs["output"]) is not None:
        _write(result, result_json(found))
    else:
        click.echo(result_json(found))


def _known(file: Path | None) -> Record:
    from kalshi_desk.batch.calibration import Record, read_record
    from kalshi_desk.batch.desk import run_of
    from kalshi_desk.clock import wall_now
    from kalshi_desk.recordings.questions import read_questions
    from kalshi_desk.wiring.database import database_or_fault

    if file is not None:
        return Record(read_questions(file), [])
    with database_or_fault(), run_of(wall_now().datetime(), timedelta(days=1)) as run:
        return read_record(run)


def _instant(day: datetime | None, days: int = 0) -> Nanos | None:
    return None if day is None else Nanos.of(day.replace(tzinfo=UTC) + timedelta(days=days))


def _write(path: Path, content: bytes) -> None:
    try:
        path.write_bytes(content)
    except OSError as fault:
        raise click.FileError(str(path), fault.strerror) from None
