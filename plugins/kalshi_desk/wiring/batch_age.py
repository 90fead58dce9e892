"""Which batch work is older than its schedule allows: a DAG whose runs do not end writes nothing, and says nothing."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import closing
from datetime import datetime

from kalshi_desk.adapters.postgres.clock_epochs import read_segments
from kalshi_desk.adapters.postgres.connection import connect
from kalshi_desk.adapters.postgres.queries import queries
from kalshi_desk.clock import ScaledClock, wall_now
from kalshi_desk.domain.units import NANOS, Nanos
from kalshi_desk.errors import LedgerError
from kalshi_desk.settings import Settings
from kalshi_desk.wiring import addresses

# What each DAG writes, and its period in seconds of event time. It has written once its last task has kept its inputs.
TABLES = {
    "news_aggregation": ("articles", 900.0),
    "settlement_scoring": ("estimate_scores", 3_600.0),
    "data_quality": ("quality_checks", 3_600.0),
    "calibration": ("calibrations", 86_400.0),
    "correlation": ("correlations", 86_400.0),
    "daily_report": ("daily_reports", 86_400.0),
    "graduation": ("rungs", 86_400.0),
}
KEPT = {"market_discovery": "market_discovery.held", "settlement_scoring": "settlement_scoring.scorecard"}
SHORTEST_WALL_S, RUN_WALL_S, START_WALL_S = 30.0, 300.0, 600.0


def tables(settings: Settings) -> dict[str, tuple[str, float]]:
    """Return by DAG the table that it writes and its period in event seconds."""
    return {"market_discovery": ("watchlist", float(settings.scan_interval)), **TABLES}


def overdue(settings: Settings) -> list[str]:
    """Return in words the tables whose DAG has missed two runs; none in the first ten minutes after a start.

    Raises LedgerError where the account was never opened, psycopg2.Error where the database is away.
    """
    account, written = addresses.desk_account(settings), tables(settings)
    with closing(connect(addresses.database_url(settings), "batch age", autocommit=True)) as db:
        row = queries("health").opened(db, account=account)
        if row is None:
            raise LedgerError(f"no account {account} in this database yet")
        runs = list(queries("health").batch_runs(db, account=account))
        segments = read_segments(db, account)
    opened_at, up_s = row
    if up_s < START_WALL_S:
        return []
    now, speed = (ScaledClock(segments).now(), segments[-1].speed) if segments else (wall_now(), 1.0)
    ages = {dag: (now - Nanos.of(_last(dag, runs) or opened_at)) / NANOS for dag in written}
    return [
        _words(dag, *written[dag], age_s) for dag, age_s in ages.items() if age_s > allowed_s(written[dag][1], speed)
    ]


def _last(dag: str, runs: Sequence[tuple[str, datetime]]) -> datetime | None:
    return max((at for name, at in runs if name.startswith(KEPT.get(dag, dag))), default=None)


def allowed_s(period_s: float, speed: float) -> float:
    """Return how old, in event seconds, what a DAG wrote may be: two periods, and time for a run on a busy machine."""
    return 2 * max(period_s, SHORTEST_WALL_S * speed) + RUN_WALL_S * speed


def _words(dag: str, table: str, period_s: float, age_s: float) -> str:
    return f"{table} ({dag}): nothing since {age_s / 60:.0f} minutes, due every {period_s / 60:.0f}"
