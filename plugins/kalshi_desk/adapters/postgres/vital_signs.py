"""What the door looks at to know whether the rest of the desk is well: heartbeats and failed checks of the data."""

from __future__ import annotations

from collections.abc import Sequence

from kalshi_desk.adapters.postgres.connection import Connection, connect
from kalshi_desk.adapters.postgres.queries import queries
from kalshi_desk.domain.units import Nanos


class VitalSigns:
    """One account's signs, read on one connection; raises psycopg2.Error where the database is away."""

    def __init__(self, database_url: str, account: str) -> None:
        self._url, self._account = database_url, account
        self._connection: Connection = None

    def beats(self) -> list[tuple[str, str, float]]:
        """Return each process with its state and the age of its last heartbeat in seconds of wall time."""
        with self._connected() as db:
            return [(process, state, age) for process, state, age, _ in queries("health").heartbeats(db)]

    def failed(self, suites: Sequence[str], now: Nanos) -> list[str]:
        """Return the critical checks of these suites, known at ``now``, that failed and did not pass since."""
        with self._connected() as db:
            rows = queries("quality").failed_critical(
                db, account=self._account, suites=list(suites), now=now.datetime()
            )
            return [f"{suite}: {expectation}" for suite, expectation in rows]

    def _connected(self) -> Connection:
        if self._connection is None or self._connection.closed:
            self._connection = connect(self._url, "vital signs")
        return self._connection
