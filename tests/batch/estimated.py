"""Rows of estimated markets for tests of batch bodies, and the one instant at which they are judged."""

import json
from contextlib import closing
from datetime import datetime, timedelta

from kalshi_desk.adapters.postgres.clock_epochs import store_epochs
from kalshi_desk.adapters.postgres.connection import connect
from kalshi_desk.domain.event_clock import ClockSegment
from kalshi_desk.domain.market import Market
from kalshi_desk.domain.message import encode
from kalshi_desk.domain.units import Cash, Nanos
from tests.orders import ACCOUNT
from tests.steps.desk import market as any_market

START = Nanos.parse("2026-11-21T00:00:00Z")
RUN_AFTER = datetime.fromisoformat("2026-11-21T12:00:10+00:00")
NOW = Nanos.parse("2026-11-21T12:00:00Z")
WINDOW = timedelta(minutes=5)


def at(minutes: float) -> datetime:
    """Return an instant so many minutes after the decision time."""
    return NOW.datetime() + timedelta(minutes=minutes)


def open_account(database: str) -> None:
    """Open the account with a clock that runs by the wall."""
    segments = [ClockSegment(START, START, 1.0)]
    store_epochs(database, account=ACCOUNT, mode="paper", bankroll=Cash.parse("50"), segments=segments)


def listed(ticker: str, **changes) -> Market:
    """Return an open market that closes in ten days."""
    times = {"open_time": START, "close_time": Nanos(NOW + 10 * 86_400 * 10**9), "category": "Economics"}
    return any_market(ticker, **{**times, "title": f"Will {ticker} come true?", **changes})


def execute(database: str, statement: str, *values: object) -> list[tuple]:
    """Run one statement and return its rows, if it has any."""
    with closing(connect(database, "test")) as db, db, db.cursor() as cursor:
        cursor.execute(statement, values)
        return cursor.fetchall() if cursor.description else []


def watch(database: str, market: Market, *, bid="0.48", ask="0.52", exclusive=False, minutes=-2.0, ranked=True) -> None:
    """List a market with its event, put it on the watch list, and quote it so many minutes from the decision time."""
    when = at(minutes)
    execute(
        database,
        "insert into events values (%s, %s, 'Event', 'Economics', %s, '{}', %s) on conflict do nothing",
        market.event_ticker, market.series_ticker, exclusive, when,
    )  # fmt: skip
    execute(
        database,
        """insert into markets (ticker, event_ticker, series_ticker, title, category, desk, status, open_at, close_at,
            definition, first_observed_at, observed_at) values (%s, %s, %s, %s, %s, 'forecast', %s, %s, %s, %s, %s, %s)
            on conflict do nothing""",
        market.ticker, market.event_ticker, market.series_ticker, market.title, market.category, str(market.status),
        market.open_time.datetime(), market.close_time.datetime(), encode(market).decode(), when, when,
    )  # fmt: skip
    quote(database, market.ticker, bid=bid, ask=ask, minutes=minutes)
    if ranked:
        execute(
            database, "insert into watchlist values (%s, %s, %s, 'forecast', 1, null, %s)",
            ACCOUNT, at(-5), market.ticker, at(-5),
        )  # fmt: skip


def quote(database: str, ticker: str, *, bid: str | None, ask: str | None, minutes: float) -> None:
    """Add a snapshot of a market's top of the book."""
    execute(database, "select ensure_day(%s)", at(minutes).date())
    execute(
        database, "insert into market_snapshots values (%s, %s, 40, %s, 25, 100, 100, %s, %s)",
        ticker, bid, ask, at(minutes), at(minutes),
    )  # fmt: skip


def estimate(database: str, ticker: str, p_yes: float, *, minutes: float = -1, stderr: float = 0.02, **changes) -> str:
    """Add an estimate and return its id."""
    name = changes.pop("estimate_id", f"{ticker}:{minutes}")
    row = {
        "estimate_id": name, "account": ACCOUNT, "ticker": ticker, "category": "Economics",
        "p_vendors": json.dumps({"gpt": p_yes, "claude": p_yes}), "p_ensemble": p_yes, "p_ensemble_stderr": stderr,
        "p_calibrated": p_yes, "p_blended": p_yes, "p_yes": p_yes, "p_stderr": stderr,
        "blend_weight": 0.5, "exploratory": False, "details": "{}",
        "occurred_at": at(minutes), "observed_at": at(minutes),
    } | changes  # fmt: skip
    names = ", ".join(row)
    places = ", ".join(["%s"] * len(row))
    execute(database, f"insert into estimates ({names}) values ({places})", *row.values())
    return name
