"""Market discovery: the venue's listing, kept raw by interval, to tables and to the watch list.

Page 0 holds all series, the others events with their markets, of those open and of those not yet opened.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta
from typing import Any

import structlog

from kalshi_desk.adapters.postgres.queries import queries
from kalshi_desk.batch import listing, watchlist
from kalshi_desk.batch.desk import Run, run_of
from kalshi_desk.steps.discover import Listed, owner, watch_list
from kalshi_desk.wiring import venue

DAG = "market_discovery"
log = structlog.get_logger()


def fetch_pages(run_after: datetime, period: timedelta, *, refetch: bool) -> int:
    """Store the venue's listing of this interval unless it is stored already; return the number of pages."""
    with run_of(run_after, period) as run:
        sql, key = queries("discovery"), _key(run)
        (stored,) = sql.has_pages(run.connection, **key)
        if stored and not refetch:
            return int(stored)
        sql.drop_pages(run.connection, **key)
        return asyncio.run(_fetch(run, sql, key))


async def _fetch(run: Run, sql: Any, key: dict[str, Any]) -> int:
    page, observed = 0, run.now.datetime()
    async with venue.reader(run.settings) as reads:
        sql.add_page(run.connection, **key, page=0, body=(await reads.series_list()).decode(), observed_at=observed)
        for status in ("open", "unopened"):
            async for body in reads.event_pages({"status": status}):
                page += 1
                sql.add_page(run.connection, **key, page=page, body=body.decode(), observed_at=observed)
    return page + 1


def store_markets(run_after: datetime, period: timedelta) -> int:
    """Write series, events, markets and snapshots from the stored listing; return the number of markets."""
    with run_of(run_after, period) as run:
        sql, db, written = queries("discovery"), run.connection, 0
        _partitions(run)
        for kind, row in sorted(_rows(run), key=_in_lock_order):
            getattr(sql, kind)(db, **row)
            written += kind == "upsert_market"
        return written


def publish_watchlist(run_after: datetime, period: timedelta) -> int:
    """Write the interval's watch list and publish what changed of it; return how many changes."""
    with run_of(run_after, period) as run:
        sql, db = queries("discovery"), run.connection
        chosen = watch_list(_listed(run), crypto_series=run.settings.crypto_series, now=run.now)
        key = {"account": run.account, "interval_start": run.window.start.datetime()}
        sql.drop_watchlist(db, **key)
        for rank, watch in enumerate(chosen):
            row = {"ticker": watch.ticker, "desk": watch.desk, "rank": rank, "observed_at": run.now.datetime()}
            sql.add_watch(db, **key, **row)
    return asyncio.run(watchlist.publish(run.settings, chosen, now=run.now))


def _key(run: Run) -> dict[str, Any]:
    return {"dag_id": DAG, "account": run.account, "interval_start": run.window.start.datetime()}


def _listing(run: Run) -> Iterator[listing.Entry]:
    pages = [body for body, _ in queries("discovery").pages(run.connection, **_key(run))]
    for entry in listing.entries(pages):
        if entry.fault is not None:
            log.warning("market.unreadable", fault=str(entry.fault))
        yield entry


def _rows(run: Run) -> Iterable[tuple[str, dict[str, Any]]]:
    for entry in _listing(run):
        yield from listing.rows(
            entry,
            owner=lambda series: owner(series, run.settings.crypto_series),
            interval_start=run.window.start.datetime(),
            observed_at=run.now.datetime(),
        )


def _in_lock_order(row: tuple[str, dict[str, Any]]) -> tuple[str, str]:
    """Every writer of ``markets`` goes by ticker, so that none waits for another that waits for it."""
    kind, values = row
    return kind, str(values.get("ticker"))


def _listed(run: Run) -> list[Listed]:
    return [
        Listed(entry.market, int(entry.body.volume_24h_fp)) for entry in _listing(run) if entry.body and entry.market
    ]


def _partitions(run: Run) -> None:
    with run.connection.cursor() as cursor:
        cursor.execute("select desk.ensure_day(%s)", (run.now.datetime().date(),))
