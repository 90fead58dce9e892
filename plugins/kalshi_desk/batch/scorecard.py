"""The scorecard: every estimate scored once its market has settled, each forecaster of it in a row of its own."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from airflow.sdk.exceptions import AirflowSkipException

from kalshi_desk.adapters.postgres.queries import queries
from kalshi_desk.batch.desk import Run, run_of
from kalshi_desk.batch.inputs import once
from kalshi_desk.domain.scoring import brier, log_score

# Of an estimate: id, ticker, category, days to the close, outcome, the vendors' probabilities, those of the stages.
Estimated = tuple[
    str, str, str, Decimal, int, dict[str, float], float | None, float | None, float | None, float | None, float | None
]
SCORECARD = "settlement_scoring.scorecard"
STAGES = ("ensemble", "calibrated", "blended", "price", "base_rate")


def score_estimates(run_after: datetime, period: timedelta) -> int:
    """Score what has settled and has no score yet, and anew what a correction touched; return how many estimates.

    A certain forecast that failed has the log score Infinity.
    """
    with run_of(run_after, period) as run:
        found = once(run, SCORECARD, list[Estimated], lambda: _scorable(run))
        for row in (row for estimate in found for row in rows(estimate)):
            at = run.now.datetime()
            queries("scoring").add_estimate_score(run.connection, account=run.account, observed_at=at, **row)
        return len(found)


def score_or_skip(run_after: datetime, period: timedelta) -> int:
    """Do as ``score_estimates``; raises AirflowSkipException where there was none to score."""
    if scored := score_estimates(run_after, period):
        return scored
    raise AirflowSkipException("no estimate has settled")


def _scorable(run: Run) -> list[Estimated]:
    sql, key = queries("scoring"), {"account": run.account, "end": run.now.datetime()}
    sql.drop_estimate_scores(run.connection, **key)
    return list(sql.scorable_estimates(run.connection, **key))


def rows(estimate: Estimated) -> Iterator[dict[str, Any]]:
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
