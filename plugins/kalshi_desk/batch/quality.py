"""Data quality: the window's rows against the desk's expectations, and what the newest checks forbid."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

import structlog
from psycopg2.extras import RealDictCursor

from kalshi_desk.adapters.expectations import Rows, validate
from kalshi_desk.adapters.postgres.queries import queries
from kalshi_desk.batch.alarm import raise_alarm
from kalshi_desk.batch.desk import WRITTEN_S, Run, run_of
from kalshi_desk.batch.inputs import once
from kalshi_desk.domain.message import encode
from kalshi_desk.domain.quality import SUITES, Verdict
from kalshi_desk.errors import QualityError

DOCS = "data-docs"
log = structlog.get_logger()


def blocked(run: Run, suites: Sequence[str]) -> list[str]:
    """Return why a run must not go on: the critical expectations of these suites that failed when last checked.

    Only checks known at ``run.now`` count; each reason reads ``suite: expectation``. An expectation that was never
    checked blocks nothing; one that failed blocks until it passes again.
    """
    now = run.now.datetime()
    found = queries("quality").failed_critical(run.connection, account=run.account, suites=list(suites), now=now)
    return [f"{suite}: {expectation}" for suite, expectation in found]


def check(run_after: datetime, period: timedelta) -> dict[str, int]:
    """Check the window's rows, write a row for each expectation and build the Data Docs; return how many failed.

    A critical failure that the newest interval had not shown before raises an alert, and the docs show that interval.
    """
    with run_of(run_after, period, lag_s=WRITTEN_S) as run:
        sql, key = queries("quality"), _key(run)
        rows = once(run, "data_quality", dict[str, Rows], lambda: {suite: _rows(run, suite) for suite in SUITES})
        (superseded,) = sql.later_checks(run.connection, **key)
        docs = None if superseded else run.settings.desk_home.resolve() / DOCS
        verdicts = validate(rows, label=f"{run.window.end.datetime():%Y-%m-%dT%H:%M:%SZ}", docs=docs)
        known = set(sql.stored_checks(run.connection, **key))
        sql.drop_checks(run.connection, **key)
        for verdict in verdicts:
            sql.add_check(run.connection, **key, **_row(verdict), observed_at=run.now.datetime())
    failed = [verdict for verdict in verdicts if not verdict.passed]
    critical = [verdict for verdict in failed if verdict.expectation.critical]
    if not superseded:  # what a later interval has shown since is told already
        _tell(run, [verdict for verdict in critical if (verdict.suite, verdict.expectation.text) not in known])
    return {"checks": len(verdicts), "warnings": len(failed) - len(critical), "critical": len(critical)}


def verdict(run_after: datetime, period: timedelta) -> None:
    """Raise QualityError naming the critical expectations that the interval's rows failed, if there are any."""
    with run_of(run_after, period, lag_s=WRITTEN_S) as run:
        failed = sorted(queries("quality").stored_checks(run.connection, **_key(run)))
    if failed:
        raise QualityError("; ".join(f"{suite}: {expectation}" for suite, expectation in failed))


def _key(run: Run) -> dict[str, Any]:
    return {"account": run.account, "interval_start": run.window.start.datetime()}


def _rows(run: Run, suite: str) -> Rows:
    span = {"account": run.account, "start": run.window.start.datetime(), "end": run.window.end.datetime()}
    statement = getattr(queries("quality"), suite).sql
    with run.connection.cursor(cursor_factory=RealDictCursor) as cursor:
        cursor.execute(statement, span)
        return [dict(row) for row in cursor.fetchall()]


def _row(verdict: Verdict) -> dict[str, Any]:
    observed = {"rows": verdict.rows, "unexpected": verdict.unexpected, "examples": verdict.examples}
    return {
        "suite": verdict.suite,
        "expectation": verdict.expectation.text,
        "critical": verdict.expectation.critical,
        "passed": verdict.passed,
        "observed": encode(observed).decode(),
    }


def _tell(run: Run, failed: Sequence[Verdict]) -> None:
    for each in failed:
        text = (
            f"{each.unexpected} of {each.rows} rows of {each.suite} break: {each.expectation.text} "
            f"({'; '.join(each.examples)}). Estimates and signals that need them wait until a later check passes. "
            f"See Data Docs, and rerun data_quality once it is mended."
        )
        log.error("quality.failed", suite=each.suite, expectation=each.expectation.text, unexpected=each.unexpected)
        raise_alarm(severity="critical", subject=f"{each.suite} failed a check", text=text[:1000], at=run.now)
