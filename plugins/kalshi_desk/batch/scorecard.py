"""The scorecard: every estimate scored once its market has settled, each forecaster of it in a row of its own."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

from kalshi_desk.adapters.postgres.queries import queries
from kalshi_desk.batch.desk import Run, run_of
from kalshi_desk.domain.scorecard import Line, Scored, scorecard
from kalshi_desk.domain.scoring import brier, log_score

STAGES = ("ensemble", "calibrated", "blended", "price", "base_rate")


def score_estimates(run_after: datetime, period: timedelta) -> int:
    """Score what has settled and has no score yet, and anew what this run scored or a correction touched.

    Returns the number of estimates.  A certain forecast that failed has the log score Infinity.
    """
    with run_of(run_after, period) as run:
        sql, db, end = queries("scoring"), run.connection, run.window.end.datetime()
        sql.drop_estimate_scores(db, account=run.account, end=end)
        found = list(sql.scorable_estimates(db, account=run.account, end=end))
        for row in (row for estimate in found for row in rows(estimate)):
            sql.add_estimate_score(db, account=run.account, observed_at=end, **row)
        return len(found)


def rows(estimate: tuple[Any, ...]) -> Iterator[dict[str, Any]]:
    """Yield a row of ``estimate_scores`` for each forecaster that named a probability."""
    estimate_id, ticker, category, horizon_days, outcome, vendors, *stages = estimate
    named = {**vendors, **dict(zip(STAGES, stages, strict=True))}
    for forecaster, p in named.items():
        if p is not None:
            yield {
                "estimate_id": estimate_id,
                "ticker": ticker,
                "category": category,
                "forecaster": forecaster,
                "horizon_days": float(horizon_days),
                "outcome": outcome,
                "p": p,
                "brier": brier([p], [outcome]),
                "log_score": log_score([p], [outcome]),
            }


def known_scores(run: Run) -> list[Scored]:
    """Return every score of the account known at the run's decision time."""
    found = queries("scoring").scored(run.connection, account=run.account, now=run.now.datetime())
    return [Scored(*row) for row in found]


def read_scorecard(run: Run) -> list[Line]:
    """Return the scorecard of the account as it was known at the run's decision time."""
    return scorecard(known_scores(run))
