"""Results of closed markets, verification of what was booked, and scores of the fair value against the mid."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

import structlog

from kalshi_desk.adapters.postgres.queries import queries
from kalshi_desk.batch.alarm import raise_alarm
from kalshi_desk.batch.desk import Run, run_of
from kalshi_desk.batch.inputs import forget, once
from kalshi_desk.batch.scorecard import SCORECARD
from kalshi_desk.domain.scoring import brier, log_score
from kalshi_desk.errors import LedgerError
from kalshi_desk.wire.kalshi_markets import MarketBody
from kalshi_desk.wire.kalshi_portfolio import SettlementBody
from kalshi_desk.wiring import venue

RESULTS, SCORES = "settlement_scoring.results", "settlement_scoring.scores"
AT_ONCE = 50  # so many long tickers still fit into the line of a request
Priced = tuple[str, int, int, float, float | None]  # ticker, minutes to the close, outcome, model, mid
log = structlog.get_logger()


def complete_results(run_after: datetime, period: timedelta) -> int:
    """Ask the venue for results that no lifecycle message brought, and whether it has changed those of the last day.

    A rerun asks for changes alone. Returns how many results came or changed.
    """
    with run_of(run_after, period) as run:
        return _correct(run) + once(run, RESULTS, int, lambda: _complete(run))


def _complete(run: Run) -> int:
    sql, end = queries("scoring"), run.window.end.datetime()
    tickers = [ticker for (ticker,) in sql.unresolved(run.connection, account=run.account, end=end)]
    bodies = [body for body in asyncio.run(_markets(run, tickers)) if body.result]
    for body in bodies:
        sql.set_result(run.connection, **_result(body, end))
    return len(bodies)


def _correct(run: Run) -> int:
    """Take over the results of estimated markets that the venue has changed; what was scored by them is scored anew."""
    span = {"start": run.window.start.datetime(), "end": run.window.end.datetime()}
    known = dict(queries("scoring").settled_estimated(run.connection, account=run.account, **span))
    bodies = asyncio.run(_markets(run, sorted(known)))
    corrected = [body for body in bodies if body.result not in ("", known[body.ticker])]
    for body in corrected:
        _take_over(run, body, known[body.ticker])
    for name in (SCORES, SCORECARD) if corrected else ():
        forget(run, name)
    return len(corrected)


def _take_over(run: Run, body: MarketBody, was: str) -> None:
    """Write a result that the venue changed, record the change and tell a person."""
    sql, now = queries("scoring"), run.now.datetime()
    sql.correct_result(run.connection, **_result(body, now))
    row = {"account": run.account, "ticker": body.ticker, "was": was, "became": body.result, "observed_at": now}
    sql.add_correction(run.connection, **row)
    sql.unverify(run.connection, account=run.account, ticker=body.ticker)
    log.warning("settlement.corrected", ticker=body.ticker, was=was, became=body.result)
    text = (
        f"The venue settled {body.ticker} {was} and says {body.result} now. Its estimates are scored anew with this "
        f"run; `verify` of settlement_scoring is red where what was booked for it no longer agrees with the venue."
    )
    raise_alarm(severity="warning", subject=f"a settlement was corrected: {body.ticker}", text=text, at=run.now)


async def _markets(run: Run, tickers: Sequence[str]) -> list[MarketBody]:
    """Return these markets, some at a time; a provisional one that nobody traded is gone for good."""
    some = [tickers[start : start + AT_ONCE] for start in range(0, len(tickers), AT_ONCE)]
    async with venue.reader(run.settings) as reads:
        return [body for part in some for body in await reads.markets({"tickers": ",".join(part)})]


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
        rows = [score(*row) for row in once(run, SCORES, list[Priced], lambda: _scorable(run))]
        for row in rows:
            queries("scoring").add_score(
                run.connection, account=run.account, observed_at=run.window.end.datetime(), **row
            )
        return len(rows)


def _scorable(run: Run) -> list[Priced]:
    sql, window = queries("scoring"), run.window
    span = {"account": run.account, "start": window.start.datetime(), "end": window.end.datetime()}
    sql.drop_scores(run.connection, **span)
    return list(sql.scorable(run.connection, **span))


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
