"""``kalshi-desk venue``: the simulated venue."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import TYPE_CHECKING

import click

from kalshi_desk.domain.units import Cash, Nanos
from kalshi_desk.errors import SettingsError, UnitError

if TYPE_CHECKING:
    from kalshi_desk.venue_double.sources import Source

VENUE_PORT = 2
FILE = click.Path(path_type=Path, dir_okay=False)


@click.command(name="venue")
@click.option("--recording", type=click.Path(path_type=Path, file_okay=False, exists=True), help="Play this folder.")
@click.option("--from", "play_from", help="Begin the recording at this UTC instant.")
@click.option("--synthetic", is_flag=True, help="Play a synthetic market (the default).")
@click.option("--seed", type=click.IntRange(min=0), help="Of the synthetic market (default: SEED).")
@click.option("--speed", type=click.FloatRange(0.1, 100), help="Event seconds a wall second (default: SPEED).")
@click.option("--port", type=click.IntRange(0, 65_535), help="On loopback (default: PORT_BASE + 2).")
@click.option("--faults", type=FILE, help="JSON file of the faults to make.")
@click.option("--state", type=FILE, help="SQLite file of its state (default: DESK_HOME/venue.sqlite).")
@click.option("--keys", type=FILE, help="Registered API keys (default: DESK_HOME/venue-keys.json).")
@click.option("--forecast-markets", type=click.IntRange(0, 40_000), default=300, help="So many open forecast markets.")
@click.option("--bankroll", help="Dollars with which a new account opens (default: INITIAL_BANKROLL).")
def command(synthetic: bool, recording: Path | None, play_from: str | None, **options: object) -> None:
    """Serve the simulated venue until it is told to stop."""
    from kalshi_desk.settings import load_settings
    from kalshi_desk.venue_double.server import VenueOptions, open_venue, serve
    from kalshi_desk.venue_double.signatures import KeyRing

    settings = load_settings()
    if recording is None and not synthetic:
        recording, play_from = settings.recording, play_from or settings.play_from
    source = _source(synthetic, recording, play_from, options | {"seed": _first(options["seed"], settings.seed)})
    home = settings.desk_home
    given = {name: value for name, value in options.items() if value is not None}
    keys = KeyRing(Path(str(given.get("keys", home / "venue-keys.json"))))
    wanted = VenueOptions(
        state=Path(str(given.get("state", home / "venue.sqlite"))),
        bankroll=Cash.parse(str(given.get("bankroll", settings.bankroll))),
        speed=float(str(given.get("speed", settings.speed))),
        faults=None if "faults" not in given else Path(str(given["faults"])),
    )
    port = int(str(given.get("port", settings.port_base + VENUE_PORT)))
    asyncio.run(serve(open_venue(source, wanted), keys, port, host=settings.listen_host))


def _first(given: object, default: int) -> object:
    return default if given is None else given


def _source(synthetic: bool, recording: Path | None, play_from: str | None, options: dict[str, object]) -> Source:
    from kalshi_desk.venue_double.sources import RecordingSource, SyntheticSource

    if recording is None:
        if play_from is not None:
            raise click.UsageError("--from needs --recording")
        markets = int(str(options["forecast_markets"]))
        return SyntheticSource(int(str(options["seed"])), forecast_markets=markets)
    if synthetic:
        raise click.UsageError("--synthetic and --recording exclude each other")
    try:
        return RecordingSource(recording, play_from=None if play_from is None else Nanos.parse(play_from))
    except UnitError as fault:
        raise SettingsError([f"--from: {fault.problem}"]) from None
