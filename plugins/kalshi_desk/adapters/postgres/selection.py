"""What resting entries gave up to those who knew more, as the fills of an account and the quotes around them tell."""

from __future__ import annotations

from contextlib import closing

from kalshi_desk.adapters.postgres.connection import connect
from kalshi_desk.adapters.postgres.queries import queries
from kalshi_desk.domain.units import Nanos

LEAST_FILLS, MOST_FILLS = 100, 1_000
REACH = {"crypto": "1 minute", "forecast": "1 day"}


def read_selection(database_url: str, account: str, now: Nanos) -> dict[str, float]:
    """Return by desk how far, in dollars per contract, the mid went against a fill by its newest ones; 0 or more.

    A desk with fewer than ``LEAST_FILLS`` that tell is left out: nothing is known of it.
    """
    asked = {"account": account, "now": now.datetime(), "most": MOST_FILLS}
    with closing(connect(database_url, "selection")) as db, db:
        measured = queries("selection").measured
        found = {desk: measured(db, desk=desk, reach=reach, **asked) for desk, reach in REACH.items()}
    return {desk: max(0.0, mean) for desk, (fills, mean) in found.items() if fills >= LEAST_FILLS}
