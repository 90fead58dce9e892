"""Retention: what is dropped once it is older than RETENTION_DAYS (raw listings: LISTING_DAYS), and nothing else.

The ledger, signals, equity, estimates, every forecaster's call, articles, scores, checks and reports are the record and
stay. What goes is bulk that the record does not need to be explained.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path

import structlog
from psycopg2 import sql

from kalshi_desk.adapters.postgres.queries import queries
from kalshi_desk.batch.desk import Run, run_of
from kalshi_desk.errors import DeskError
from kalshi_desk.settings import load_settings

BULK = ("books", "fair_values", "index_values", "market_snapshots", "marks", "refusals", "spot_trades")
BY_INTERVAL = ("pages", "watchlists", "discovery_refusals")
LOCK_WAIT, CLEAN_S = "5s", 300
# By these Airflow takes its database away from tasks; its own command needs what its configuration says.
NO_DATABASE = ("AIRFLOW__DATABASE__SQL_ALCHEMY_CONN", "AIRFLOW__CORE__SQL_ALCHEMY_CONN")
log = structlog.get_logger()


def drop_old(run_after: datetime, period: timedelta) -> dict[str, int]:
    """Drop bulk rows of days that ended RETENTION_DAYS of event time ago, and old listings; return how many of what."""
    with run_of(run_after, period) as run:
        now = run.now.datetime()
        before = now - timedelta(days=run.settings.retention_days)
        listed = now - timedelta(days=run.settings.listing_days)
        found = queries("retention")
        dropped = {"partitions": _drop_partitions(run, before)}
        dropped["listings"] = found.drop_listings(run.connection, account=run.account, before=listed)
        for subject in BY_INTERVAL:
            dropped[subject] = getattr(found, f"drop_{subject}")(run.connection, account=run.account, before=before)
        dropped["inputs"] = found.empty_inputs(run.connection, account=run.account, before=before)
    log.info("retention.dropped", before=before.isoformat(), **dropped)
    return dropped


def _drop_partitions(run: Run, before: datetime) -> int:
    """Drop whole days; a writer that holds a table for long makes this run fail, never the writer wait for long."""
    names = [name for name, _ in queries("retention").partitions(run.connection, tables=list(BULK), day=before.date())]
    with run.connection.cursor() as cursor:
        cursor.execute("set local lock_timeout = %s", (LOCK_WAIT,))
        for name in names:
            cursor.execute(sql.SQL("drop table desk.{}").format(sql.Identifier(name)))
    return len(names)


def clean_airflow(run_after: datetime) -> str:
    """Purge Airflow's own rows and task logs of RETENTION_DAYS ago, by the wall clock; return that instant.

    Raises DeskError with the tool's last words. The newest run of each DAG stays in any case.
    """
    before = run_after.astimezone(UTC) - timedelta(days=load_settings().retention_days)
    command = ("db", "clean", "--clean-before-timestamp", before.isoformat(), "--skip-archive", "--yes")
    environment = {name: value for name, value in os.environ.items() if name not in NO_DATABASE}
    done = subprocess.run(  # noqa: S603 - Airflow's own command
        [Path(sys.executable).with_name("airflow"), *command, "--error-on-cleanup-failure"],
        env=environment, capture_output=True, text=True, timeout=CLEAN_S, check=False,
    )  # fmt: skip
    if done.returncode:
        raise DeskError(f"airflow db clean failed: {done.stderr.strip()[-400:]}")
    drop_logs(Path(os.environ["AIRFLOW_HOME"]) / "logs", before)
    return before.isoformat()


def drop_logs(folder: Path, before: datetime) -> int:
    """Remove the folders of runs below ``folder`` that were last written before an instant; return how many."""
    old = [path for path in folder.glob("dag_id=*/run_id=*") if path.stat().st_mtime < before.timestamp()]
    for path in old:
        shutil.rmtree(path)
    return len(old)
