"""Bring the database to the newest schema: forward only, each file in one transaction with its record."""

from __future__ import annotations

from contextlib import closing
from hashlib import sha256
from pathlib import Path

import psycopg2
from psycopg2.extensions import connection as Connection

from kalshi_desk.errors import SettingsError

_LOCK = 0x6B616C736869  # one number for all of the desk's migrators
_RECORDS = """
create schema if not exists desk;
create table if not exists desk.schema_migrations (
    name text primary key, checksum text not null, applied_at timestamptz not null default now()
);
"""


def migrate(database_url: str, migrations: Path) -> list[str]:
    """Apply the files of ``migrations`` that are new, by name, and return their names.

    Two migrators at once are safe: one waits for the other. Raises SettingsError where an applied file has changed or
    is gone, or where the folder holds none.
    """
    files = sorted(migrations.glob("*.sql"))
    if not files:
        raise SettingsError([f"no migrations in {migrations}"])
    with closing(psycopg2.connect(database_url)) as db:
        _execute(db, "select pg_advisory_lock(%s)", _LOCK)
        _execute(db, _RECORDS)
        known = _applied(db)
        _compare(known, files)
        fresh = [file for file in files if file.name not in known]
        for file in fresh:
            _apply(db, file)
        return [file.name for file in fresh]


def _execute(db: Connection, statement: str, *values: object) -> None:
    with db, db.cursor() as cursor:
        cursor.execute(statement, values or None)


def _applied(db: Connection) -> dict[str, str]:
    with db, db.cursor() as cursor:
        cursor.execute("select name, checksum from desk.schema_migrations")
        return dict(cursor.fetchall())


def _checksum(file: Path) -> str:
    return sha256(file.read_bytes()).hexdigest()


def _compare(known: dict[str, str], files: list[Path]) -> None:
    here = {file.name: _checksum(file) for file in files}
    faults = [f"applied migration {name} has changed or is missing" for name in known if here.get(name) != known[name]]
    if faults:
        raise SettingsError(faults)


def _apply(db: Connection, file: Path) -> None:
    with db, db.cursor() as cursor:
        cursor.execute(file.read_text())
        cursor.execute(
            "insert into desk.schema_migrations (name, checksum) values (%s, %s)", (file.name, _checksum(file))
        )
