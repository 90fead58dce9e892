"""Results of closed markets, verification of what was booked, and scores of the fair value against the mid."""

from __future__ import annotations

import asyncio
from datetime import datetime, timedelta
from typing import Any

import structlog

from kalshi_desk.adapters.kalshi.reads import KalshiReads
from kalshi_desk.adapters.postgres.queries import queries
from kalshi_desk.batch.desk import Run, run_of
from kalshi_desk.domain.scoring import brier, log_score
from kalshi_desk.errors import LedgerError, Rejected
from kalshi_desk.wire.kalshi_markets import MarketBody
from kalshi_desk.wire.kalshi_portfolio import SettlementBody
from kalshi_desk.wiring import venue

log = structlog.get_logger()


def complete_results(run_after: datetime, period: timedelta) -> int:
    """Ask the venue for results that no lifecycle message brought, and for corrections of estimated markets' results.

    Returns how many results came or changed.
    """
    with run_of(run_after, period) as run:
        sql, db, end = queries("scoring"), run.connection, run.window.end.datetime()
        tickers = [ticker for (ticker,) in sql.unresolved(db, account=run.account, end=end)]
        span = {"account": run.account, "start": run.window.start.datetime(), "end": end}
        known = dict(sql.settled_estimated(db, **span))
        bodies = [body for body in asyncio.run(_markets(run, [*tickers, *known])) if body.result]
        fresh = [body for body in bodies if body.ticker not in known]
        corrected = [body for body in bodies if known.get(body.ticker, body.result) != body.result]
        for body in fresh:
            sql.set_result(db, **_result(body, end))
        for body in corrected:
            log.warning("settlement.corrected", ticker=body.ticker, was=known[body.ticker], now=body.result)
            sql.correct_result(db, **_result(body, end))
        return len(fresh) + len(corrected)


async def _markets(run: Run, tickers: list[str]) -> list[MarketBody]:
    async with venue.reader(run.settings) as reads:
        return [body for body in [await _market(reads, ticker) for ticker in tickers] if body is not None]


async def _market(reads: KalshiReads, ticker: str) -> MarketBody | None:
    try:
        return await reads.market(ticker)
    except Rejected:  # a provisional market that nobody traded is gone for good
        return None


def _result(body: MarketBody, end: datetime) -> dict[str, Any]:
    value, settled = body.settlement_value_dollars, body.settlement_ts
    return {
        "ticker": body.ticker,
        "result": body.result,
        "value": None if value is None else str(value),
        "expiration_value": body.expiration_value,
        "status": body.status,
        "settled_at": end if settled is None else settled.datetime(),
    }


def verify_settlements(run_after: datetime, period: timedelta) -> int:
    """Compare booked settlements with the venue's and mark the equal ones; return how many were verified.

    Raises LedgerError that names every market on which the two disagree.
    """
    with run_of(run_after, period) as run:
        sql = queries("scoring")
        booked = list(sql.unverified(run.connection, account=run.account, end=run.window.end.datetime()))
        theirs = {s.ticker: s for s in asyncio.run(_settlements(run))} if booked else {}
        faults = {row[0]: fault for row in booked if (fault := difference(row, theirs.get(row[0])))}
        for ticker in (row[0] for row in booked if row[0] not in faults):
            sql.verify(run.connection, account=run.account, ticker=ticker)
    if faults:
        raise LedgerError("; ".join(faults.values()))
    return len(booked)


async def _settlements(run: Run) -> list[SettlementBody]:
    async with venue.reader(run.settings) as reads:
        return await reads.settlements({})


def difference(booked: tuple[Any, ...], venue_says: SettlementBody | None) -> str:
    """Return what a booked settlement (ticker, result, count, revenue) and the venue's disagree on, or nothing."""
    ticker, result, _count, revenue = booked
    if venue_says is None:
        return f"{ticker}: booked here, unknown to the venue"
    cents = round(revenue * 100)
    if (result, cents) != (venue_says.market_result, venue_says.revenue):
        return f"{ticker}: booked {result} {cents} cents, venue {venue_says.market_result} {venue_says.revenue} cents"
    return ""


def score_markets(run_after: datetime, period: timedelta) -> int:
    """Write the scores of the markets settled in the window anew; return how many rows."""
    with run_of(run_after, period) as run:
        sql, db = queries("scoring"), run.connection
        span = {"start": run.window.start.datetime(), "end": run.window.end.datetime()}
        rows = [score(*row) for row in sql.scorable(db, **span)]
        sql.drop_scores(db, account=run.account, **span)
        for row in rows:
            sql.add_score(db, account=run.account, observed_at=span["end"], **row)
        return len(rows)


def score(ticker: str, minutes: int, outcome: int, p_model: float, p_mid: float | None) -> dict[str, Any]:
    """Return a row of ``scores``; the mid's are None where the book had a side missing."""
    model, mid = [p_model], [] if p_mid is None else [p_mid]
    return {
        "ticker": ticker,
        "minutes_to_close": minutes,
        "outcome": outcome,
        "p_model": p_model,
        "p_mid": p_mid,
        "brier_model": brier(model, [outcome]),
        "log_model": log_score(model, [outcome]),
        "brier_mid": brier(mid, [outcome] * len(mid)),
        "log_mid": log_score(mid, [outcome] * len(mid)),
    }
