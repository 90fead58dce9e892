"""``kalshi-desk report``: the daily report, now."""

from __future__ import annotations

from datetime import datetime, timedelta

import click

from kalshi_desk.batch.desk import run_of
from kalshi_desk.batch.reporting import gather, report_day
from kalshi_desk.clock import wall_now
from kalshi_desk.domain.report import markdown
from kalshi_desk.wiring.database import database_or_fault


@click.command(name="report")
@click.option("--date", "day", type=click.DateTime(["%Y-%m-%d"]), help="A UTC day; default: the event clock's.")
def command(day: datetime | None) -> None:
    """Print the report of a UTC day as Markdown."""
    with database_or_fault(), run_of(wall_now().datetime(), timedelta(days=1)) as run:
        click.echo(markdown(gather(run, day.date() if day else report_day(run))), nl=False)
