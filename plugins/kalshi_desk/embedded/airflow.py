"""Airflow as four processes with the LocalExecutor: its configuration, its first password, its programs, its health."""

from __future__ import annotations

import json
import os
import secrets
import subprocess
from collections.abc import Callable
from contextlib import closing
from hashlib import sha256
from pathlib import Path
from typing import IO
from urllib.error import URLError
from urllib.parse import urlsplit, urlunsplit
from urllib.request import urlopen

import psycopg2
from cryptography.fernet import Fernet

from kalshi_desk.embedded.place import ROOT, Place, filled, private_file
from kalshi_desk.embedded.programs import Program
from kalshi_desk.errors import SettingsError
from kalshi_desk.wiring import addresses

PROCESSES = {
    "airflow-api-server": ("api-server",),
    "airflow-scheduler": ("scheduler", "--skip-serve-logs"),
    "airflow-dag-processor": ("dag-processor",),
    "airflow-triggerer": ("triggerer", "--skip-serve-logs"),
}
REPORTS = {
    "airflow-api-server": "metadatabase", "airflow-scheduler": "scheduler", "airflow-dag-processor": "dag_processor",
    "airflow-triggerer": "triggerer",
}  # fmt: skip
POOLS = {
    "models": {"slots": 2, "description": "Tasks that ask forecasters; each asks for many markets at once"},
    "venue": {"slots": 1, "description": "Tasks that read the venue: its rate limit is counted inside a task"},
    "news": {"slots": 1, "description": "Tasks that read news: each source's rate limit is counted inside a task"},
}
SETUP_S, HEALTH_S = 600, 15


def prepare(place: Place) -> None:
    """Write configuration and first password, see to the database, bring it to Airflow's schema, set the pools."""
    _configure(place)
    if not place.own_postgres:
        _create_database(addresses.database_url(place.settings))
    pools = _home(place) / "pools.json"
    pools.write_text(json.dumps(POOLS, indent=2) + "\n")
    with (place.logs / "airflow-setup.log").open("wb") as log:
        _airflow(place, log, "db", "migrate")
        _airflow(place, log, "pools", "import", str(pools))


def _airflow(place: Place, log: IO[bytes], *command: str) -> None:
    line = [place.program("airflow"), *command]
    code = subprocess.run(
        line,
        cwd=ROOT,
        env={**os.environ, **environment(place), **place.marker},
        stdout=log,
        stderr=log,
        check=False,
        timeout=SETUP_S,
    ).returncode
    if code:
        raise SettingsError([f"airflow {' '.join(command)} failed; the reason is in {log.name}"])


def programs(place: Place, revision: str) -> list[Program]:
    """Return the four programs; ``revision`` stands for the settings that the DAGs read."""
    own = sha256((_configured(place) + revision).encode()).hexdigest()[:12]
    return [
        Program(name, _command(place, name, command), environment=environment(place), revision=own, stop_s=15)
        for name, command in PROCESSES.items()
    ]


def _command(place: Place, name: str, command: tuple[str, ...]) -> tuple[str, ...]:
    whole = (place.program("airflow"), *command)
    return (place.python, "-m", "kalshi_desk.embedded.scheduler", *whole) if name == "airflow-scheduler" else whole


def fault(place: Place, process: str) -> str | None:
    """Ask the API server how the process is; returns what is wrong, or None."""
    try:
        with urlopen(f"{url(place)}/api/v2/monitor/health", timeout=HEALTH_S) as answer:  # noqa: S310 - our own address
            health = json.load(answer)
    except (URLError, OSError, ValueError) as failure:
        return f"the API server does not answer: {failure}"
    status = health[REPORTS[process]]["status"]
    return None if status == "healthy" else f"Airflow calls it {status}"


def url(place: Place) -> str:
    """Return the address of Airflow's page."""
    return f"http://127.0.0.1:{place.port(addresses.AIRFLOW)}"


def password(place: Place) -> str:
    """Return the password of ``admin``, made at the first call."""
    file = place.home / "airflow-password"
    return _kept(file, lambda: secrets.token_urlsafe(12))


def database_url(place: Place) -> str:
    """Return the address of Airflow's own database, on the desk's server."""
    if place.own_postgres:
        return f"postgresql+psycopg2://airflow@127.0.0.1:{place.port(addresses.POSTGRES)}/airflow"
    parts = urlsplit(addresses.database_url(place.settings))
    return urlunsplit(parts._replace(scheme="postgresql+psycopg2", path="/airflow"))


def _home(place: Place) -> Path:
    return place.home / "airflow"


def environment(place: Place) -> dict[str, str]:
    """Return what every process of Airflow, and its own command line, needs in its environment."""
    return {
        "AIRFLOW_HOME": str(_home(place)),
        "DESK_HOME": str(place.home),
        "GX_ANALYTICS_ENABLED": "false",
        "MALLOC_ARENA_MAX": "2",
        "PYTHONWARNINGS": "ignore::DeprecationWarning",  # of Airflow's own libraries, one a task
    }


def _configured(place: Place) -> str:
    home = _home(place)
    return filled(
        "airflow.cfg",
        root=ROOT,
        home=home,
        database=database_url(place).replace("%", "%%"),
        port=place.port(addresses.AIRFLOW),
        url=url(place),
        jwt_secret=_kept(home / "jwt-secret", lambda: secrets.token_urlsafe(48)),
        fernet_key=_kept(home / "fernet-key", lambda: Fernet.generate_key().decode()),
    )


def _configure(place: Place) -> None:
    private_file(_home(place) / "airflow.cfg", _configured(place))
    private_file(_home(place) / "passwords.json", json.dumps({"admin": password(place)}))


def _kept(file: Path, make: Callable[[], str]) -> str:
    if not file.exists():
        file.parent.mkdir(parents=True, exist_ok=True)
        private_file(file, make())
    return file.read_text().strip()


def _create_database(url: str) -> None:
    try:
        with closing(psycopg2.connect(url, connect_timeout=5)) as db:
            db.autocommit = True
            with db.cursor() as cursor:
                cursor.execute("select 1 from pg_database where datname = 'airflow'")
                if cursor.fetchone() is None:
                    cursor.execute("create database airflow")
    except psycopg2.Error as failure:
        reason = " ".join(str(failure).split())
        raise SettingsError([f"DATABASE_URL: no database airflow on that server ({reason}); create it"]) from None
