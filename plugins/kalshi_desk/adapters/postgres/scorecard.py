"""The scorecard of an account's forecasters, as the scores of settled estimates have it."""

from __future__ import annotations

from kalshi_desk.adapters.postgres.connection import Connection
from kalshi_desk.adapters.postgres.queries import queries
from kalshi_desk.domain.scorecard import Line, Scored, scorecard
from kalshi_desk.domain.units import Nanos

_sql = queries("scoring")


def last_scored(db: Connection, *, account: str, at: Nanos) -> Nanos | None:
    """Return when the newest score known at an instant was written, None before the first. Rows must be tuples."""
    ((newest,),) = _sql.last_scored(db, account=account, now=at.datetime())
    return None if newest is None else Nanos.of(newest)


def read_scorecard(db: Connection, *, account: str, at: Nanos) -> list[Line]:
    """Return the scorecard as it was known at an instant. Rows must be tuples."""
    return scorecard(Scored(*row) for row in _sql.scored(db, account=account, now=at.datetime()))
