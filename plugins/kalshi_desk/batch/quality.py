"""Data quality: what the newest checks forbid."""

from __future__ import annotations

from collections.abc import Sequence

from kalshi_desk.adapters.postgres.queries import queries
from kalshi_desk.batch.desk import Run

SUITES = ("markets", "snapshots", "articles", "estimates", "fills", "spot_trades")


def blocked(run: Run, suites: Sequence[str]) -> list[str]:
    """Return why a run must not go on: the critical expectations of these suites that failed when last checked.

    Only checks known at ``run.now`` count; each reason reads ``suite: expectation``. An expectation that was never
    checked blocks nothing; one that failed blocks until it passes again.
    """
    now = run.now.datetime()
    found = queries("quality").failed_critical(run.connection, account=run.account, suites=list(suites), now=now)
    return [f"{suite}: {expectation}" for suite, expectation in found]
