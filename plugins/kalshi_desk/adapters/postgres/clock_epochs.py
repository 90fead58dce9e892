"""The accounts of this database, the one in use, and the segments of its event clock in ``desk.clock_epochs``.

Instants are stored to the microsecond; every process maps through the stored rows, so all of them agree.
"""

from __future__ import annotations

from collections.abc import Iterable
from contextlib import closing

from kalshi_desk.adapters.postgres.connection import Connection, connect
from kalshi_desk.domain.event_clock import ClockSegment
from kalshi_desk.domain.units import Cash, Nanos

_READ = "select from_wall, anchor_event, speed from desk.clock_epochs where account = %s order by from_wall"
_CHOOSE = """
insert into desk.accounts (account, mode, initial_bankroll_dollars, opened_at, chosen_at)
values (%s, %s, %s, coalesce(%s, now()), clock_timestamp())
on conflict (account) do update set chosen_at = clock_timestamp()
"""
_ADD = """
insert into desk.clock_epochs (account, from_wall, anchor_event, speed) values (%s, %s, %s, %s)
on conflict (account, from_wall) do nothing
"""


def store_epochs(
    database_url: str, *, account: str, mode: str, bankroll: Cash, segments: Iterable[ClockSegment]
) -> None:
    """Open the account where it is new, add its new segments, and make it the account in use.

    An account opens at the first event time of its clock. The opening bankroll of a known account stays what it was; a
    segment already stored is left alone.
    """
    rows = [(account, s.from_wall.datetime(), s.anchor_event.datetime(), s.speed) for s in segments]
    with closing(connect(database_url, "clock_epochs")) as db, db, db.cursor() as cursor:
        cursor.execute(_CHOOSE, (account, mode, str(bankroll), min((row[2] for row in rows), default=None)))
        cursor.executemany(_ADD, rows)


def load_epochs(database_url: str, account: str) -> list[ClockSegment]:
    """Return the account's segments, oldest first; empty where its event clock is the wall clock."""
    with closing(connect(database_url, "clock_epochs")) as db:
        return read_segments(db, account)


def read_segments(connection: Connection, account: str) -> list[ClockSegment]:
    """Return the clock segments of an account, oldest first; empty before its first start."""
    with connection, connection.cursor() as cursor:
        cursor.execute(_READ, (account,))
        rows = cursor.fetchall()
    return [ClockSegment(Nanos.of(wall), Nanos.of(event), float(speed)) for wall, event, speed in rows]
