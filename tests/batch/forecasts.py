"""Rows of a forecast desk's tables, written by hand, for tests of what is learned from them."""

import json
from contextlib import closing
from datetime import datetime, timedelta

from kalshi_desk.adapters.postgres.clock_epochs import store_epochs
from kalshi_desk.adapters.postgres.connection import connect
from kalshi_desk.domain.event_clock import ClockSegment
from kalshi_desk.domain.units import Cash, Nanos
from tests.orders import ACCOUNT

START = datetime.fromisoformat("2026-11-01T00:00:00+00:00")
DAY, HOUR = timedelta(days=1), timedelta(hours=1)
LAG = timedelta(seconds=10)


def at(days: float) -> datetime:
    """Return an instant of event time, in days after the desk's first."""
    return START + timedelta(days=days)


def run_after(days: float) -> datetime:
    """Return when a run is due whose decision time is ``at(days)``."""
    return at(days) + LAG


def open_account(url: str) -> None:
    """Open the account of the tests; its event clock is the wall clock."""
    segments = [ClockSegment(Nanos.of(START), Nanos.of(START), 1.0)]
    store_epochs(url, account=ACCOUNT, mode="paper", bankroll=Cash.parse("50"), segments=segments)


def execute(url: str, statement: str, values=None) -> None:
    with closing(connect(url, "test")) as db, db, db.cursor() as cursor:
        cursor.execute(statement, values)


def rows(url: str, statement: str, values=None) -> list[tuple]:
    with closing(connect(url, "test")) as db, db, db.cursor() as cursor:
        cursor.execute(statement, values)
        return cursor.fetchall()


def add_market(
    url: str, ticker: str, *, settled: float | None = None, result: str | None = None, event: str | None = None
) -> None:
    """Add a market that closes 20 days in, settled so many days after the start."""
    execute(
        url,
        """insert into desk.markets (ticker, event_ticker, series_ticker, title, category, desk, status, open_at,
               close_at, result, settled_at, definition, first_observed_at, observed_at)
           values (%s, %s, 'S', 'Will it rain?', 'Climate', 'forecast', 'open', %s, %s, %s, %s, '{}', %s, %s)""",
        (ticker, event or ticker, at(0), at(20), result, None if settled is None else at(settled), at(0), at(0)),
    )


def add_estimate(url: str, ticker: str, *, days: float, p: dict[str, float | None], category: str = "Climate") -> str:
    """Add an estimate made so many days after the start: ``p`` has gpt, claude, price, base_rate and blended."""
    estimate_id = f"{ticker}-{days}"
    vendors = json.dumps({name: p[name] for name in ("gpt", "claude") if name in p})
    execute(
        url,
        """insert into desk.estimates (estimate_id, account, ticker, category, p_vendors, p_ensemble, p_ensemble_stderr,
               p_calibrated, p_blended, p_yes, p_stderr, p_price, p_base_rate, blend_weight, exploratory, details,
               occurred_at, observed_at)
           values (%s, %s, %s, %s, %s, 0.6, 0.05, 0.65, %s, %s, 0.05, %s, %s, 0.5, true, '{}', %s, %s)""",
        (estimate_id, ACCOUNT, ticker, category, vendors, p.get("blended", 0.6), p.get("blended", 0.6), p.get("price"),
         p.get("base_rate"), at(days), at(days)),
    )  # fmt: skip
    return estimate_id


def add_score(url: str, ticker: str, *, days: float, outcome: int, known: float) -> None:
    """Add the blended score of an estimate, known so many days after the start."""
    execute(
        url,
        """insert into desk.estimate_scores (estimate_id, account, ticker, category, forecaster, horizon_days, outcome,
               p, brier, log_score, observed_at)
           select estimate_id, account, ticker, category, 'blended', 5, %s, p_yes, (p_yes - %s)^2, 0.5, %s
           from desk.estimates where estimate_id = %s""",
        (outcome, outcome, at(known), f"{ticker}-{days}"),
    )
