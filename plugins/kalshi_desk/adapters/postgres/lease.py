"""The lease on an account: one process at a time may send its orders. Wall clock throughout."""

from __future__ import annotations

import time

from kalshi_desk.adapters.postgres.connection import Connection, connect
from kalshi_desk.adapters.postgres.queries import queries
from kalshi_desk.errors import LeaseLost

LIFE_S = 5.0
RENEW_S = 1.0


class Lease:
    """A row of ``desk.leases``; ``epoch`` grows by one with each change of hands.

    ``holder`` must be unique to this process: after a crash the next one waits until the lease has run out.
    """

    def __init__(self, database_url: str, account: str, holder: str, *, life_s: float = LIFE_S) -> None:
        self._url, self.account, self._holder, self._life_s = database_url, account, holder, life_s
        self._connection: Connection = None
        self._until = 0.0
        self.epoch: int | None = None

    def take(self) -> bool:
        """Take the lease if it is free; raises psycopg2.Error where the database is away."""
        if self._connection is None:
            self._connection = connect(self._url, "lease", statement_s=self._life_s, autocommit=True)
        asked = time.monotonic()
        row = queries("lease").take(self._connection, account=self.account, holder=self._holder, life_s=self._life_s)
        if row is None:
            return False
        self.epoch, self._until = row[0], asked + self._life_s
        return True

    def renew(self) -> None:
        """Extend the lease; raises LeaseLost where another owns it or it ran out."""
        asked = time.monotonic()
        row = queries("lease").renew(
            self._connection, account=self.account, holder=self._holder, epoch=self.epoch, life_s=self._life_s
        )
        if row is None:
            raise LeaseLost(self.account)
        self._until = asked + self._life_s

    def give_up(self) -> None:
        """End the lease now, so that the next process need not wait."""
        if self.epoch is not None:
            queries("lease").give_up(self._connection, account=self.account, holder=self._holder, epoch=self.epoch)
            self._until = 0.0

    @property
    def seconds_left(self) -> float:
        """How long the lease surely lives on, counted from before the last renewal was asked for."""
        return max(0.0, self._until - time.monotonic())
