"""Every part of the embedded desk: what runs, and how one knows that it is healthy."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass
from functools import partial
from urllib.error import URLError
from urllib.request import urlopen

import psycopg2

from kalshi_desk.embedded import airflow, given, kafka, postgres
from kalshi_desk.embedded.place import Place
from kalshi_desk.embedded.programs import Program
from kalshi_desk.wiring import addresses

STREAM_APPS = ("exchange_feeds", "kalshi_feed", "crypto_signals", "order_execution", "portfolio", "recorder")
OLDEST_BEAT_S = 10
ONE_THREAD = {"OPENBLAS_NUM_THREADS": "1"}  # the gate's matrices are small: threads would only wait for each other
_BEAT = """
select state, extract(epoch from now() - observed_at)::int from desk.heartbeats where process = %s
"""


@dataclass(frozen=True)
class Part:
    """A program and its health check, which returns what is wrong in words, or None."""

    program: Program
    fault: Callable[[], str | None]

    @property
    def name(self) -> str:
        return self.program.name


def all_parts(place: Place) -> list[Part]:
    """Return the parts that run here, in the order of their start."""
    return [*ground(place), *venue(place), *apps(place), *batch(place)]


def ground(place: Place) -> list[Part]:
    """Return database and broker, where they are the embedded ones."""
    url, broker = addresses.database_url(place.settings), addresses.broker(place.settings)
    own = [Part(postgres.program(place), partial(postgres.fault, url))] if place.own_postgres else []
    return own + ([Part(kafka.program(place), partial(kafka.fault, broker))] if place.own_kafka else [])


def venue(place: Place) -> list[Part]:
    """Return the simulated venue in paper mode; other modes trade with the real one."""
    if place.settings.desk_mode != "paper":
        return []
    command = (place.python, "-m", "kalshi_desk", "venue", *_played(place), "--port", str(place.port(addresses.VENUE)))
    return [Part(_own(place, "venue", command, stop_s=20), partial(answers, f"{venue_url(place)}/healthz"))]


def apps(place: Place) -> list[Part]:
    """Return the stream apps and the page."""
    streams = [_stream(place, name, name) for name in STREAM_APPS]
    for account in place.settings.further_names:
        streams += [_stream(place, app, f"{app}_{account}", account) for app in addresses.OF_AN_ACCOUNT]
    page = _own(place, "desk_page", (place.python, "-m", "kalshi_desk.page"))
    return [*streams, Part(page, partial(answers, f"{page_url(place)}/healthz"))]


def _stream(place: Place, app: str, name: str, account: str = "") -> Part:
    words = ("-L", "uvloop", "-A", f"stream_apps.{app}", "worker", "--without-web", "--loglevel", "warn")
    command = (place.python, "-m", "faust", *words)
    return Part(_own(place, name, command, account=account), partial(beating, place, name))


def batch(place: Place) -> list[Part]:
    """Return Airflow's four processes."""
    revision = given.settings_revision(place.settings)
    return [Part(program, partial(airflow.fault, place, program.name)) for program in airflow.programs(place, revision)]


def page_url(place: Place) -> str:
    """Return the address of the desk page."""
    return f"http://127.0.0.1:{place.port(addresses.PAGE)}"


def venue_url(place: Place) -> str:
    """Return the address of the simulated venue."""
    return f"http://{place.settings.venue_host}:{place.port(addresses.VENUE)}"


def answers(url: str) -> str | None:
    """Ask an address for any good answer; returns what is wrong, or None."""
    try:
        with urlopen(url, timeout=3):  # noqa: S310 - our own address
            return None
    except (URLError, OSError) as failure:
        return f"{url}: {failure}"


def beating(place: Place, process: str) -> str | None:
    """Look for a fresh heartbeat that says ready; returns what is wrong, or None."""
    try:
        url = addresses.database_url(place.settings)
        with closing(psycopg2.connect(url, connect_timeout=3)) as db, db.cursor() as cursor:
            cursor.execute(_BEAT, (process,))
            row = cursor.fetchone()
    except psycopg2.Error as failure:
        return " ".join(str(failure).split())
    if row is None:
        return "no heartbeat yet"
    state, age_s = row
    if age_s > OLDEST_BEAT_S:
        return f"its last heartbeat is {age_s} s old"
    return None if state == "ready" else f"it says {state}"


def _own(place: Place, name: str, command: tuple[str, ...], *, stop_s: int = 10, account: str = "") -> Program:
    """Return the program of the desk's own code: restarted where settings or sources changed."""
    revision = f"{given.settings_revision(place.settings)}-{given.code_revision()}"
    environment = {"DESK_HOME": str(place.home), "PYTHONUNBUFFERED": "1", "MALLOC_ARENA_MAX": "2", **ONE_THREAD}
    environment |= {"ACCOUNT": account} if account else {}
    return Program(name, command, environment=environment, revision=revision, stop_s=stop_s)


def _played(place: Place) -> tuple[str, ...]:
    """Return what the venue plays, as its options."""
    settings = place.settings
    how: tuple[str, ...] = ("--speed", str(settings.speed))
    if settings.venue_faults is not None:
        how = (*how, "--faults", str(settings.venue_faults))
    if settings.recording is None:
        return ("--synthetic", "--seed", str(settings.seed), *how)
    start = ("--from", settings.play_from) if settings.play_from else ()
    return ("--recording", str(settings.recording), *start, *how)
