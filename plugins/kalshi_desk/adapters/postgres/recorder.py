"""The recorder's writing: a batch of messages and the reader's new place, in one transaction.

Numbers that the driver must not touch travel as decimal strings; a batch written twice changes nothing.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Sequence
from datetime import date
from typing import Any, NamedTuple

from kalshi_desk.adapters.postgres.connection import Connection
from kalshi_desk.adapters.postgres.copy import copy_rows
from kalshi_desk.adapters.postgres.queries import queries
from kalshi_desk.domain.message import Message

Values = tuple[Any, ...]
Place = tuple[str, int]


class Kept(NamedTuple):
    """A record, and the message to keep of it; None where only its place counts."""

    topic: str
    partition: int
    offset: int
    value: bytes | None
    message: Message | None


class Layout(NamedTuple):
    """How messages become rows: the pure part, handed in by the process.

    ``row`` gives table and values or None, ``columns`` a table's columns, ``upsert`` the query and values of a
    message that changes a row instead.
    """

    row: Callable[[Message, int, int], tuple[str, Values] | None]
    columns: Callable[[str], tuple[str, ...]]
    upsert: Callable[[Message], tuple[str, dict[str, Any]] | None]


class RowWriter:
    """Writes batches for one reader."""

    def __init__(self, reader: str, layout: Layout) -> None:
        self._reader, self._layout = reader, layout
        self._queries = queries("recorder")
        self._days: set[date] = set()

    def positions(self, connection: Connection) -> dict[Place, int]:
        """Return the next offset of each partition that the reader has read."""
        with connection:
            rows = list(self._queries.positions(connection, reader=self._reader))
        return {(topic, partition): offset for topic, partition, offset in rows}

    def write(self, connection: Connection, batch: Sequence[Kept]) -> int:
        """Write a batch and return the number of rows appended; on any fault nothing of it is written."""
        rows: dict[str, list[Values]] = defaultdict(list)
        days: set[date] = set()
        with connection:
            for kept in batch:
                if kept.message is not None:
                    self._place(connection, kept, rows)
                    days.add(kept.message.at.datetime().date())
            self._ensure(connection, days)
            for table, values in rows.items():
                copy_rows(connection, table, self._layout.columns(table), values)
            self._keep_positions(connection, batch)
        self._days |= days
        return sum(map(len, rows.values()))

    def _place(self, connection: Connection, kept: Kept, rows: dict[str, list[Values]]) -> None:
        message = kept.message
        if message is None:
            return
        if (change := self._layout.upsert(message)) is not None:
            query, values = change
            getattr(self._queries, query)(connection, **values)
        elif (row := self._layout.row(message, kept.partition, kept.offset)) is not None:
            rows[row[0]].append(row[1])

    def _ensure(self, connection: Connection, days: set[date]) -> None:
        for day in sorted(days - self._days):
            self._queries.ensure_day(connection, day=day)

    def _keep_positions(self, connection: Connection, batch: Sequence[Kept]) -> None:
        ends = {(kept.topic, kept.partition): kept.offset + 1 for kept in batch}
        for (topic, partition), end in ends.items():
            self._queries.keep_position(
                connection, reader=self._reader, topic=topic, topic_partition=partition, next_offset=end
            )
