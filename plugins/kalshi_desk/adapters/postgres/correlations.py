"""The correlations of YES outcomes that the correlation step last found, as the gate reads them."""

from __future__ import annotations

from contextlib import closing
from datetime import timedelta

from kalshi_desk.adapters.postgres.connection import connect
from kalshi_desk.adapters.postgres.queries import queries
from kalshi_desk.domain.units import Nanos

AGE = timedelta(days=3)


def read_correlations(database_url: str, now: Nanos) -> dict[tuple[str, str], float]:
    """Return the newest correlation of each pair of tickers, in order, that was found in the last ``AGE``."""
    at = now.datetime()
    with closing(connect(database_url, "correlations")) as db, db:
        return {(one, other): value for one, other, value in queries("correlation").known(db, now=at, oldest=at - AGE)}
