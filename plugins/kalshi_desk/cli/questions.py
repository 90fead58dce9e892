"""``kalshi-desk questions``: a folder of forecasts with outcomes as a questions file."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from kalshi_desk.domain.message import encode


@click.command("questions")
@click.argument("folder", metavar="DATASET_DIR", type=click.Path(exists=True, file_okay=False, path_type=Path))
def command(folder: Path) -> None:
    """Print the resolved questions of a dataset folder as JSON lines; what was left out goes to stderr, counted.

    The folder's kind is told by its files and columns. Model means are the forecasts, missing ones are left away;
    experts are a forecast, not a price; a price within 0.02 of one half, a market without traders, is null.
    """
    from kalshi_desk.recordings.forecast_sets import ForecastSet

    dataset, count = ForecastSet(folder), 0
    for question in dataset.questions():
        sys.stdout.buffer.write(encode(question) + b"\n")
        count += 1
    sys.stdout.buffer.flush()
    left = "".join(f", {number} {reason} left out" for reason, number in sorted(dataset.left_out.items()))
    first = "" if dataset.fault is None else f"; first unusable: {dataset.fault}"
    click.echo(f"{count} questions{left}{first}", err=True)
