"""A point on the curves of the account's result by strategy and by category."""

from __future__ import annotations

from datetime import datetime, timedelta
from functools import partial

from kalshi_desk.adapters.postgres.attribution import read_parts, store_parts
from kalshi_desk.batch.desk import WRITTEN_S, run_of
from kalshi_desk.batch.inputs import once
from kalshi_desk.domain.attribution import Part


def store_results(run_after: datetime, period: timedelta) -> int:
    """Keep the result of every strategy and category as known at the run's decision time; return how many there are."""
    with run_of(run_after, period, lag_s=WRITTEN_S) as run:
        read = partial(read_parts, run.connection, account=run.account, at=run.now)
        parts = once(run, "result_parts", list[Part], read)
        store_parts(run.connection, parts, account=run.account, at=run.now)
        return len(parts)
