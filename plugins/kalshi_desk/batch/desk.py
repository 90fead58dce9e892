"""What every batch run holds: settings, a connection, its account and its window."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta

from kalshi_desk.adapters.postgres.clock_epochs import read_segments
from kalshi_desk.adapters.postgres.connection import Connection, connect
from kalshi_desk.domain.event_clock import ClockSegment
from kalshi_desk.domain.units import Nanos
from kalshi_desk.errors import LedgerError
from kalshi_desk.settings import Settings, load_settings
from kalshi_desk.steps.window import Window, window_of
from kalshi_desk.wiring import addresses

LAG_S, WRITTEN_S = 10.0, 120.0
STATEMENT_S = 120.0


@dataclass(frozen=True)
class Run:
    """One run of a DAG: ``now`` is its decision time, ``window`` what belongs to it, both in event time."""

    settings: Settings
    connection: Connection
    account: str
    now: Nanos
    window: Window


@contextmanager
def run_of(run_after: datetime, period: timedelta, *, lag_s: float = LAG_S) -> Iterator[Run]:
    """Open a run; its transaction commits when the body ends well and rolls back when it raises.

    ``lag_s`` is how long ago in wall time it decides: LAG_S, when what the streams saw by then has been recorded, or
    WRITTEN_S, when the runs of other DAGs that had decided by then have written too, so that a rerun reads the same.
    Raises LedgerError where the account was never opened.
    """
    settings = load_settings()
    account = addresses.account(settings)
    with closing(connect(addresses.database_url(settings), "airflow", statement_s=STATEMENT_S)) as db:
        wall, period_s = Nanos.of(run_after), period.total_seconds()
        segments = read_segments(db, account) or _wall_clock(db, account)
        window = window_of(wall, period_s=period_s, lag_s=lag_s, segments=segments)
        with db:
            yield Run(settings, db, account, window.end, window)


def _wall_clock(db: Connection, account: str) -> list[ClockSegment]:
    with db, db.cursor() as cursor:
        cursor.execute("select opened_at from desk.accounts where account = %s", (account,))
        row = cursor.fetchone()
    if row is None:
        raise LedgerError(f"no account {account} in this database yet: run make up")
    return [ClockSegment(Nanos.of(row[0]), Nanos.of(row[0]), 1.0)]
