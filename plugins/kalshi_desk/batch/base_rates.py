"""Base rates, once a day of event time: the newest settled events of the venue, kept raw, counted."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterator
from datetime import datetime, timedelta
from typing import Any

import structlog

from kalshi_desk.adapters.postgres.copy import copy_rows
from kalshi_desk.adapters.postgres.queries import queries
from kalshi_desk.batch import listing
from kalshi_desk.batch.desk import Run, run_of
from kalshi_desk.batch.inputs import once
from kalshi_desk.domain.units import NANOS, Nanos
from kalshi_desk.errors import VenueError
from kalshi_desk.steps.base_rates import Settled, base_rates
from kalshi_desk.wiring import venue

PAGES = "market_discovery.settled"
MOST_PAGES = 25
BACK_NS = 90 * 24 * 3600 * NANOS
COLUMNS = ("account", "scope", "name", "markets", "yes", "observed_at")
log = structlog.get_logger()


def fetch_settled(run_after: datetime, period: timedelta) -> int:
    """Store what settled in the last 90 days, where the base rates are a day old; return the number of pages.

    A venue that does not answer is asked again with the next interval: old base rates are better than no discovery.
    """
    with run_of(run_after, period) as run:
        return once(run, "base_rates", int, lambda: _store_pages(run))


def _store_pages(run: Run) -> int:
    if _fresh(run):
        return 0
    try:
        bodies = asyncio.run(_fetch(run))
    except VenueError as fault:
        log.warning("base_rates.not_read", fault=str(fault))
        return 0
    for page, body in enumerate(bodies):
        row = {"page": page, "body": body.decode(), "observed_at": run.now.datetime()}
        queries("discovery").add_page(run.connection, **key_of(run), **row)
    return len(bodies)


def store_base_rates(run_after: datetime, period: timedelta) -> int:
    """Write the base rates of this interval anew from its stored pages, where it has any; return how many."""
    with run_of(run_after, period) as run:
        sql, at = queries("discovery"), run.now.datetime()
        (stored,) = sql.has_pages(run.connection, **key_of(run))
        if not stored:
            return 0
        rates = base_rates(_settled(run), now=run.now)
        sql.drop_base_rates(run.connection, account=run.account, now=at)
        rows = [(run.account, rate.scope, rate.name, rate.markets, rate.yes, at) for rate in rates]
        copy_rows(run.connection, "base_rates", COLUMNS, rows)
        return len(rates)


def _fresh(run: Run) -> bool:
    found = queries("discovery").base_rates_fresh(run.connection, account=run.account, now=run.now.datetime())
    return found is not None


def key_of(run: Run) -> dict[str, Any]:
    """Return what names this interval's pages of settled events."""
    return {"dag_id": PAGES, "account": run.account, "interval_start": run.window.start.datetime()}


async def _fetch(run: Run) -> list[bytes]:
    async with venue.reader(run.settings) as reads:
        since = (run.now - BACK_NS) // NANOS
        pages = reads.event_pages({"status": "settled", "min_close_ts": since})
        return [await reads.series_list(), *[page async for page in _newest(pages)]]


async def _newest(pages: AsyncIterator[bytes]) -> AsyncIterator[bytes]:
    taken = 0
    async for page in pages:
        yield page
        taken += 1
        if taken == MOST_PAGES:
            return


def _settled(run: Run) -> Iterator[Settled]:
    for entry in listing.entries(listing.stored_pages(run.connection, key_of(run))):
        if entry.market is not None and entry.body is not None and entry.body.settlement_ts is not None:
            yield Settled(entry.market, Nanos(entry.body.settlement_ts))
