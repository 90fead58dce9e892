"""Write many rows at once: COPY into a temporary table, then insert those that are not there yet."""

from __future__ import annotations

import io
from collections.abc import Iterable, Sequence
from typing import Any

from psycopg2 import sql

from kalshi_desk.adapters.postgres.connection import Connection

_ESCAPES = str.maketrans({"\\": "\\\\", "\t": "\\t", "\n": "\\n", "\r": "\\r", "\0": ""})


def copy_rows(connection: Connection, table: str, columns: Sequence[str], rows: Iterable[Sequence[Any]]) -> None:
    """Insert rows into ``desk.<table>`` within the open transaction; rows whose key exists change nothing.

    Values are taken by their ``str``: the exact units print as decimals, instants as ISO 8601; None is null.
    """
    stage_rows(connection, table, columns, rows)
    names = _names(table, columns)
    with connection.cursor() as cursor:
        cursor.execute(
            _statement("insert into {table} ({columns}) select {columns} from {scratch} on conflict do nothing", names)
        )
        cursor.execute(_statement("truncate {scratch}", names))


def stage_rows(connection: Connection, table: str, columns: Sequence[str], rows: Iterable[Sequence[Any]]) -> None:
    """Add rows to the temporary ``new_<table>``, of the shape of ``desk.<table>``, empty again after the commit."""
    names = _names(table, columns)
    with connection.cursor() as cursor:
        cursor.execute(
            _statement("create temp table if not exists {scratch} (like {table}) on commit delete rows", names)
        )
        cursor.copy_expert(_statement("copy {scratch} ({columns}) from stdin", names), _text(rows))


def _names(table: str, columns: Sequence[str]) -> dict[str, sql.Composable]:
    return {
        "scratch": sql.Identifier(f"new_{table}"),
        "table": sql.Identifier("desk", table),
        "columns": sql.SQL(", ").join(map(sql.Identifier, columns)),
    }


def _statement(text: str, names: dict[str, sql.Composable]) -> sql.Composed:
    return sql.SQL(text).format(**names)


def _text(rows: Iterable[Sequence[Any]]) -> io.StringIO:
    return io.StringIO("".join("\t".join(map(_field, row)) + "\n" for row in rows))


def _field(value: Any) -> str:
    return "\\N" if value is None else str(value).translate(_ESCAPES)
