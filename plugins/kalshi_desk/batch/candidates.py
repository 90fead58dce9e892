"""Rows of the watch list as markets that may need an estimate, and all that was known of those that do."""

from __future__ import annotations

import asyncio
from collections import defaultdict
from collections.abc import Sequence
from decimal import Decimal
from typing import Any

from kalshi_desk.adapters.kafka.reader import load_compacted
from kalshi_desk.adapters.kafka.topics import ESTIMATE_REQUESTS, partition_count
from kalshi_desk.adapters.postgres.queries import queries
from kalshi_desk.batch.desk import Run
from kalshi_desk.batch.evidence import economic_for, evidence_for
from kalshi_desk.domain.asked import Asked, BaseRate, Milestone
from kalshi_desk.domain.units import Nanos, Price
from kalshi_desk.errors import ParseError
from kalshi_desk.settings import Settings
from kalshi_desk.steps.estimate import Candidate, Due, LeftOut, Look, mid_of
from kalshi_desk.wire.forecast_prompt import forecast_prompt
from kalshi_desk.wiring import addresses

DATES = 5
Chosen = tuple[Candidate, str]


def candidates(run: Run) -> list[Candidate]:
    """Return the watched forecast markets that are open, with their books and what came since their last look."""
    rows = queries("estimation").candidates(run.connection, account=run.account, now=run.now.datetime())
    wishes = asyncio.run(requests(run.settings, run.now))
    return [_candidate(row, wishes) for row in rows]


async def requests(settings: Settings, now: Nanos) -> dict[str, Nanos]:
    """Return when an estimate was last asked for on ``estimate_requests.v1``, by ticker, up to ``now``."""
    count = partition_count(ESTIMATE_REQUESTS, addresses.underlyings(settings))
    latest = await load_compacted(addresses.broker(settings), ESTIMATE_REQUESTS.name, count)
    found: dict[str, Nanos] = {}
    for value in latest.values():
        try:
            request = ESTIMATE_REQUESTS.decoder()(value)
        except ParseError:  # what is no request asks for nothing; the asset's watcher leaves it out too
            continue
        if request.at <= now:
            found[request.ticker] = request.at
    return found


def _candidate(row: tuple[Any, ...], wishes: dict[str, Nanos]) -> Candidate:
    ticker, rank, primary, secondary, bid, ask, looked_at, last_bid, last_ask, rules, news_at = row
    last = None
    if looked_at is not None:
        last = Look(at=Nanos.of(looked_at), mid=mid_of(_price(last_bid), _price(last_ask)), rules=rules)
    return Candidate(
        ticker=ticker,
        rank=rank,
        rules=rules_text(primary, secondary),
        bid=_price(bid),
        ask=_price(ask),
        last=last,
        news_at=None if news_at is None else Nanos.of(news_at),
        requested_at=wishes.get(ticker),
    )


def rules_text(primary: str | None, secondary: str | None) -> str:
    """Return a market's rules as one text."""
    return "\n".join(part for part in (primary, secondary) if part)


def _price(dollars: Decimal | None) -> Price | None:
    return None if dollars is None else Price.parse(str(dollars))


def gather(run: Run, chosen: Sequence[Chosen]) -> tuple[list[Due], list[LeftOut]]:
    """Return what was known of each chosen market at ``run.now``, and those whose text cannot be asked about."""
    sql, db = queries("estimation"), run.connection
    tickers = [candidate.ticker for candidate, _ in chosen]
    asked, dates = {row[0]: row for row in sql.asked(db, tickers=tickers)}, _milestones(run, tickers)
    rates = [BaseRate(*row) for row in sql.base_rates(db, account=run.account, now=run.now.datetime())]
    known = {(rate.scope, rate.name.casefold()): rate for rate in rates}
    due, left = [], []
    for candidate, reason in chosen:
        each = _due(run, (candidate, reason), asked[candidate.ticker], known, dates[candidate.ticker][:DATES])
        fault = _unaskable(each, run.now)
        if fault is None:
            due.append(each)
        else:
            left.append(LeftOut(candidate.ticker, "unreadable", str(fault)))
    return due, left


def _milestones(run: Run, tickers: Sequence[str]) -> dict[str, list[Milestone]]:
    found: dict[str, list[Milestone]] = defaultdict(list)
    rows = queries("estimation").milestones(run.connection, tickers=list(tickers), now=run.now.datetime())
    for ticker, title, kind, at in rows:
        found[ticker].append(Milestone(title, kind, Nanos.of(at)))
    return found


def _due(
    run: Run, chosen: Chosen, row: tuple[Any, ...], known: dict[tuple[str, str], BaseRate], dates: Sequence[Milestone]
) -> Due:
    (candidate, reason), (ticker, series, category, title, event_title, close_at, about, sources) = chosen, row
    scopes = (("series", series.casefold()), ("category", category.casefold()))
    if candidate.bid is None or candidate.ask is None:
        raise TypeError(f"{ticker} was chosen without a price")
    asked = Asked(
        ticker=ticker,
        category=category,
        title=title if event_title in (None, title) else f"{event_title}: {title}",
        rules=candidate.rules,
        close_at=Nanos.of(close_at),
        about=about or "",
        sources=tuple(name for name in sources or () if isinstance(name, str)),
        base_rates=tuple(known[scope] for scope in scopes if scope in known),
        economic=economic_for(run, category),
        milestones=tuple(dates),
    )
    return Due(asked=asked, evidence=evidence_for(run, ticker), bid=candidate.bid, ask=candidate.ask, reason=reason)


def _unaskable(due: Due, now: Nanos) -> ParseError | None:
    try:
        forecast_prompt(due.asked, due.evidence, now=now)
    except ParseError as fault:
        return fault
    return None
