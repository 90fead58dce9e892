"""``kalshi-desk replay``: the live path in event time, without Kafka."""

from __future__ import annotations

import sys
from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO

import click

from kalshi_desk.domain.message import Message, encode
from kalshi_desk.domain.units import Nanos
from kalshi_desk.errors import UnitError

if TYPE_CHECKING:
    from kalshi_desk.settings import Settings

FOLDER = click.Path(exists=True, file_okay=False, path_type=Path)


@click.command("replay")
@click.option("--recording", type=FOLDER, help="Replay this recording through the whole desk.")
@click.option("--topics", type=click.File("rb"), help="Replay an export of crypto.inputs.v1 through crypto_signals.")
@click.option("--from", "start", help="Begin the recording at this instant (ISO 8601, UTC).")
@click.option("--series", multiple=True, help="Only these crypto series (repeatable; default: CRYPTO_SERIES).")
@click.option("--latency-ms", type=click.FloatRange(min=0), default=50.0, show_default=True, help="Of our orders.")
def command(
    recording: Path | None, topics: BinaryIO | None, start: str | None, series: tuple[str, ...], latency_ms: float
) -> None:
    """Print what the desk does as JSON lines by event time; the coverage of a recording goes to stderr."""
    if (recording is None) == (topics is None):
        raise click.UsageError("give either --recording or --topics")
    if topics is not None:
        if start is not None:
            raise click.UsageError("--from belongs to --recording")
        _print_topics(topics, series)
        return
    if recording is not None:
        _print_recording(recording, _instant(start), series, latency_ms)


def _print_topics(file: BinaryIO, series: tuple[str, ...]) -> None:
    from kalshi_desk.replay.topics import replay_topics
    from kalshi_desk.wiring.strategy import crypto_params

    params = crypto_params(_settings(series))
    _print(replay_topics(file, params=params, passed_over=lambda text: click.echo(f"passed over: {text}", err=True)))


def _print_recording(folder: Path, start: Nanos | None, series: tuple[str, ...], latency_ms: float) -> None:
    from kalshi_desk.replay.desk import DeskParams
    from kalshi_desk.replay.recording import Tally, covered, replay_recording
    from kalshi_desk.wiring.gate import simulated_gate_params
    from kalshi_desk.wiring.strategy import crypto_params

    settings = _settings(series, recording=folder)
    params = DeskParams(
        crypto=crypto_params(settings), gate=simulated_gate_params(settings), latency_ns=round(latency_ms * 1_000_000)
    )
    tally = Tally()
    _print(replay_recording(folder, start=start, params=params, tally=tally))
    for line in tally.table(covered(folder, start)):
        click.echo(line, err=True)


def _settings(series: tuple[str, ...], **fixed: Path) -> Settings:
    from kalshi_desk.settings import load_settings
    from kalshi_desk.wiring.addresses import underlyings

    settings = load_settings(**fixed, **({"crypto_series": series} if series else {}))
    underlyings(settings)  # names a series that is not known
    return settings


def _print(messages: Iterable[Message]) -> None:
    out = sys.stdout.buffer
    for message in messages:
        out.write(encode(message))
        out.write(b"\n")
    out.flush()


def _instant(text: str | None) -> Nanos | None:
    try:
        return None if text is None else Nanos.parse(text)
    except UnitError as fault:
        raise click.BadParameter(str(fault), param_hint="--from") from None
