"""The venue's own durable state: one SQLite file, synchronous on commit, one JSON body a row.

Nothing is answered or told before the transaction that holds it is on disk.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TypeVar

from kalshi_desk.domain.message import Decoder, encode

T = TypeVar("T")
_SCHEMA = """
create table if not exists facts (account text, name text, body blob not null, primary key (account, name));
create table if not exists orders (account text, order_id text, body blob not null, primary key (account, order_id));
create table if not exists events (
    account text, kind text, number integer, body blob not null, primary key (account, kind, number)
);
create table if not exists client_ids (account text, client_order_id text, primary key (account, client_order_id));
"""


class Store:
    """The rows of one account in the file."""

    def __init__(self, path: Path, account: str) -> None:
        self.account = account
        self._db = sqlite3.connect(path, isolation_level=None)
        self._db.execute("pragma journal_mode=wal")
        self._db.execute("pragma synchronous=full")
        self._db.executescript(_SCHEMA)

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """Commit everything written inside, or nothing."""
        self._db.execute("begin immediate")
        try:
            yield
        except BaseException:
            self._db.execute("rollback")
            raise
        self._db.execute("commit")

    def put_fact(self, name: str, value: object) -> None:
        """Write a single value."""
        row = (self.account, name, value if isinstance(value, bytes) else encode(value))
        self._db.execute("insert or replace into facts values (?, ?, ?)", row)

    def drop_fact(self, name: str) -> None:
        """Take a single value out."""
        self._db.execute("delete from facts where account = ? and name = ?", (self.account, name))

    def fact(self, name: str) -> bytes | None:
        """Return a single value's JSON, None if it was never written."""
        query = "select body from facts where account = ? and name = ?"
        row = self._db.execute(query, (self.account, name)).fetchone()
        return None if row is None else bytes(row[0])

    def facts(self, prefix: str) -> list[bytes]:
        """Return the values whose names begin so."""
        query = "select body from facts where account = ? and substr(name, 1, ?) = ? order by name"
        return [bytes(row[0]) for row in self._db.execute(query, (self.account, len(prefix), prefix))]

    def put_order(self, order_id: str, order: object) -> None:
        """Write an order's present state."""
        row = (self.account, order_id, encode(order))
        self._db.execute("insert or replace into orders values (?, ?, ?)", row)

    def put_events(self, kind: str, first: int, events: Iterable[object]) -> None:
        """Write fills or settlements, numbered from ``first``."""
        rows = ((self.account, kind, first + place, encode(event)) for place, event in enumerate(events))
        self._db.executemany("insert into events values (?, ?, ?, ?)", rows)

    def put_client_id(self, client_order_id: str) -> None:
        """Burn a client order id."""
        self._db.execute("insert into client_ids values (?, ?)", (self.account, client_order_id))

    def orders(self, kind: type[T]) -> list[T]:
        """Return all orders in the order of their first writing."""
        rows = self._db.execute("select body from orders where account = ? order by rowid", (self.account,))
        decode: Decoder[T] = Decoder(kind, "venue orders")
        return [decode(bytes(row[0])) for row in rows]

    def events(self, kind: str, struct: type[T]) -> list[T]:
        """Return fills or settlements in order."""
        query = "select body from events where account = ? and kind = ? order by number"
        decode: Decoder[T] = Decoder(struct, f"venue {kind}")
        return [decode(bytes(row[0])) for row in self._db.execute(query, (self.account, kind))]

    def client_ids(self) -> set[str]:
        """Return all burnt client order ids."""
        query = "select client_order_id from client_ids where account = ?"
        return {row[0] for row in self._db.execute(query, (self.account,))}

    def close(self) -> None:
        """Close the file."""
        self._db.close()
