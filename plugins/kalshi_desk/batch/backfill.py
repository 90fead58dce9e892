"""Backfill of DAGs that can see only now: a run of the past lives from the pages stored in its time."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from airflow.sdk.exceptions import AirflowSkipException

from kalshi_desk.adapters.postgres.queries import queries
from kalshi_desk.batch.desk import run_of
from kalshi_desk.batch.lateness import BACKFILL


def require_pages(dag_run: Any, period: timedelta) -> None:
    """Go on with a run of the present, and with a backfilled one whose interval has pages in ``desk.pages``.

    Raises AirflowSkipException for any other backfilled run: the world outside cannot be asked what it said then.
    """
    if dag_run.run_type != BACKFILL:
        return
    with run_of(dag_run.run_after, period) as run:
        start = run.window.start.datetime()
        key = {"dag_id": dag_run.dag_id, "account": run.account, "interval_start": start}
        (stored,) = queries("backfill").stored_pages(run.connection, **key)
    if not stored:
        raise AirflowSkipException(f"{dag_run.dag_id} sees only now and stored nothing for the interval at {start}")
