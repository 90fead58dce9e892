"""The audit log: who changed what and why, chained by hashes so that no entry can be altered or taken out unseen."""

from __future__ import annotations

import asyncio
import json
from contextlib import closing
from hashlib import sha256
from typing import Any

from kalshi_desk.adapters.postgres.connection import connect
from kalshi_desk.adapters.postgres.queries import queries
from kalshi_desk.domain.units import Nanos

GENESIS = "0" * 64
_sql = queries("audit")


class AuditLog:
    """The chain of one account; raises psycopg2.Error where the database is away."""

    def __init__(self, database_url: str, account: str) -> None:
        self._url, self._account = database_url, account

    async def add(self, *, actor: str, action: str, details: dict[str, Any], at: Nanos) -> None:
        """Append an entry and commit it; ``at`` is event time, to the microsecond."""
        await asyncio.to_thread(self._add, actor, action, details, at)

    def _add(self, actor: str, action: str, details: dict[str, Any], at: Nanos) -> None:
        with closing(connect(self._url, "audit")) as db, db:
            _sql.lock(db, account=self._account)
            last = _sql.last(db, account=self._account)
            previous = GENESIS if last is None else last[0]
            entry = {"at": str(_stored(at)), "actor": actor, "action": action, "details": details}
            _sql.add(
                db,
                account=self._account,
                at=at.datetime(),
                actor=actor,
                action=action,
                details=json.dumps(details),
                previous_hash=previous,
                hash=chained(previous, entry),
            )

    async def has(self, *, actor: str, action: str, details: dict[str, Any], at: Nanos) -> bool:
        """Tell whether the log holds this very entry."""
        return await asyncio.to_thread(self._has, actor, action, details, at)

    def _has(self, actor: str, action: str, details: dict[str, Any], at: Nanos) -> bool:
        told = {"actor": actor, "action": action, "details": json.dumps(details), "at": at.datetime()}
        with closing(connect(self._url, "audit")) as db, db:
            return _sql.same(db, account=self._account, **told) is not None

    async def newest(self, action: str) -> dict[str, Any] | None:
        """Return the details of the newest entry of an action, None where there is none."""
        return await asyncio.to_thread(self._newest, action)

    def _newest(self, action: str) -> dict[str, Any] | None:
        with closing(connect(self._url, "audit")) as db, db:
            row = _sql.newest(db, account=self._account, action=action)
        return None if row is None else dict(json.loads(row[0]))

    async def count(self, actions: tuple[str, ...], details: dict[str, Any]) -> int:
        """Return how many entries of these actions have at least these details."""
        return await asyncio.to_thread(self._count, actions, details)

    def _count(self, actions: tuple[str, ...], details: dict[str, Any]) -> int:
        told = {"actions": list(actions), "details": json.dumps(details)}
        with closing(connect(self._url, "audit")) as db, db:
            return int(_sql.count(db, account=self._account, **told)[0])

    def broken_at(self) -> int | None:
        """Return the number of the first entry that does not follow from those before it, None if all do."""
        with closing(connect(self._url, "audit")) as db, db:
            rows = list(_sql.all(db, account=self._account))
        previous = GENESIS
        for number, (at, actor, action, details, told_previous, told) in enumerate(rows, start=1):
            entry = {"at": str(Nanos.of(at)), "actor": actor, "action": action, "details": json.loads(details)}
            if told_previous != previous or told != chained(previous, entry):
                return number
            previous = told
        return None


def chained(previous: str, entry: dict[str, Any]) -> str:
    """Return the hash of an entry on top of the one before it."""
    return sha256(f"{previous}|{json.dumps(entry, sort_keys=True)}".encode()).hexdigest()


def _stored(at: Nanos) -> Nanos:
    return Nanos(at // 1_000 * 1_000)
