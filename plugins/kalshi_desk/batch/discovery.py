"""Market discovery: the venue's listing, kept raw by interval, to tables and to the watch list.

Page 0 holds all series, the others events with their markets, of those open and of those not yet opened. One page is
held in memory at a time.
"""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Collection, Iterable
from datetime import datetime, timedelta
from typing import Any

import structlog
from airflow.sdk.exceptions import AirflowSkipException

from kalshi_desk.adapters.postgres.copy import copy_rows, stage_rows
from kalshi_desk.adapters.postgres.queries import queries
from kalshi_desk.batch import listing, watchlist
from kalshi_desk.batch.desk import Run, run_of
from kalshi_desk.batch.inputs import once
from kalshi_desk.domain.arbitrage import Leg, contradictions
from kalshi_desk.domain.control import Watch
from kalshi_desk.domain.market import UNCATEGORISED
from kalshi_desk.domain.units import PAYOUT, Count, Nanos, Price
from kalshi_desk.settings import Settings
from kalshi_desk.steps.discover import DAY_NS, Candidate, Choice, Filters, Listed, choose, judge
from kalshi_desk.wire.kalshi_markets import ListedEvent
from kalshi_desk.wiring import venue

DAG = "market_discovery"
AT_ONCE, FAULTS_LOGGED = 500, 20
WATCHED = ("account", "interval_start", "ticker", "desk", "rank", "score", "observed_at")
REFUSED = ("account", "interval_start", "category", "reason", "markets", "observed_at")
log = structlog.get_logger()
Reasons = Counter[tuple[str, str]]


def fetch_pages(run_after: datetime, period: timedelta, *, refetch: bool) -> int:
    """Store the venue's listing of this interval unless it is stored already; return the number of pages.

    The venue is asked about now alone. Where a later interval is stored, what is stored of this one stays whatever
    ``refetch`` says; raises AirflowSkipException where that is nothing.
    """
    with run_of(run_after, period) as run:
        sql, key = queries("discovery"), _key(run)
        (stored,) = sql.has_pages(run.connection, **key)
        past = sql.later_pages(run.connection, **key) is not None
        if stored and (past or not refetch):
            return int(stored)
        if past:
            raise AirflowSkipException(f"the venue cannot be asked what it listed at {run.now}")
        sql.drop_pages(run.connection, **key)
        return asyncio.run(_fetch(run, sql, key))


async def _fetch(run: Run, sql: Any, key: dict[str, Any]) -> int:
    page, observed = 0, run.now.datetime()
    async with venue.reader(run.settings) as reads:
        sql.add_page(run.connection, **key, page=0, body=(await reads.series_list()).decode(), observed_at=observed)
        for status in ("open", "unopened"):
            async for body in reads.event_pages({"status": status, "with_milestones": "true"}):
                page += 1
                sql.add_page(run.connection, **key, page=page, body=body.decode(), observed_at=observed)
    return page + 1


def store_markets(run_after: datetime, period: timedelta) -> dict[str, Any]:
    """Write what the stored listing says to tables, and choose the watch list from it; return the counts."""
    with run_of(run_after, period) as run:
        sql, db, now = queries("discovery"), run.connection, run.now.datetime()
        with db.cursor() as cursor:
            cursor.execute("select desk.ensure_day(%s)", (now.date(),))
        held = once(run, f"{DAG}.held", set[str], lambda: _held(run))
        refused = Reasons()
        candidates, contradicting = _judge(run, held, refused)
        for merge in (sql.merge_series, sql.merge_events, sql.merge_markets, sql.merge_milestones):
            merge(db)
        choice = choose(candidates.values(), size=run.settings.watchlist_size)
        refused += reasons(candidates.values(), choice)
        _write(run, choice, refused)
    counts = {"listed": len(candidates), "watched": len(choice.watched), "contradictions": contradicting}
    return {**counts, "refused": by_reason(refused)}


def publish_watchlist(run_after: datetime, period: timedelta) -> dict[str, int]:
    """Publish what changed of the watch list; return how many records that took, and what matters to forecasters.

    A list that a later one has followed already is old and changes nothing: the rerun of an old interval.
    ``changed``: forecast markets that came or went since the list before; ``moved``: those whose mid moved by
    FORECAST_MIN_EDGE since then. A slower drift is seen when anything else wakes the forecasters.
    """
    with run_of(run_after, period) as run:
        sql, key = queries("discovery"), {"account": run.account, "interval_start": run.window.start.datetime()}
        chosen = [_watch(run.now, *row) for row in sql.chosen(run.connection, **key)]
        (superseded,) = sql.later_choice(run.connection, **key)
        move = str(run.settings.forecast_min_edge)
        changed, moved = sql.material(run.connection, **key, now=run.now.datetime(), move=move)
        settings = run.settings
    published = 0 if superseded else asyncio.run(watchlist.publish(settings, chosen, now=run.now))
    return {"published": published, "changed": changed, "moved": moved}


def filters_of(settings: Settings) -> Filters:
    """Return the filters that the settings name."""
    return Filters(
        crypto_series=settings.crypto_series,
        min_volume_24h=Count(settings.min_volume_24h * 100),
        min_open_interest=Count(settings.min_open_interest * 100),
        max_spread=Price(round(settings.max_listed_spread * PAYOUT)),
        min_to_close_ns=round(settings.min_days_to_close * DAY_NS),
        max_to_close_ns=round(settings.max_days_to_close * DAY_NS),
        allowed=frozenset(name.casefold() for name in settings.categories_allowed),
        denied=frozenset(name.casefold() for name in settings.categories_denied),
    )


def reasons(candidates: Iterable[Candidate], choice: Choice) -> Reasons:
    """Count who is not watched by (category, reason); who passed but ranks too low is ``ranked_too_low``."""
    watched = {candidate.watch.ticker for candidate in choice.watched}
    return Reasons(
        (candidate.category, candidate.reason or "ranked_too_low")
        for candidate in candidates
        if candidate.watch.ticker not in watched
    )


def by_reason(refused: Reasons) -> dict[str, int]:
    """Return the counts by reason, the most frequent first."""
    counts = Counter[str]()
    for (_, reason), number in refused.items():
        counts[reason] += number
    return dict(counts.most_common())


def _held(run: Run) -> set[str]:
    return {
        ticker for (ticker,) in queries("discovery").held(run.connection, account=run.account, now=run.now.datetime())
    }


def _key(run: Run) -> dict[str, Any]:
    return {"dag_id": DAG, "account": run.account, "interval_start": run.window.start.datetime()}


def _judge(run: Run, held: Collection[str], refused: Reasons) -> tuple[dict[str, Candidate], int]:
    """Stage the rows of everything listed; return the markets as judged, by ticker, and the contradictions found.

    What is unreadable is counted in ``refused``.
    """
    filters, candidates, staging = filters_of(run.settings), dict[str, Candidate](), _Staging(run)
    ladders = _Ladders(run.now)
    for entry in listing.entries(listing.stored_pages(run.connection, _key(run))):
        if entry.fault is not None:
            refused[UNCATEGORISED, "unreadable"] += 1
            if refused[UNCATEGORISED, "unreadable"] <= FAULTS_LOGGED:
                log.warning("market.unreadable", fault=str(entry.fault))
            continue
        found = listing.listed(entry)
        candidate = None if found is None else judge(found, filters=filters, held=held, now=run.now)
        if found is not None and candidate is not None:
            candidates[candidate.watch.ticker] = candidate
            ladders.add(entry.event, found)
        staging.add(entry, candidate)
    staging.flush()
    return candidates, ladders.close()


class _Ladders:
    """The markets of one event after another, checked for quotes that contradict each other by more than the fees."""

    def __init__(self, now: Nanos) -> None:
        self._event: ListedEvent | None = None
        self._now, self._legs, self._found = now, list[Leg](), 0

    def add(self, event: ListedEvent | None, listed: Listed) -> None:
        if event is not self._event:
            self.close()
            self._event = event
        self._legs.append(Leg(listed.market, listed.quote))

    def close(self) -> int:
        """Check the last event too; return how many contradictions there were in all."""
        exclusive = self._event is not None and self._event.mutually_exclusive
        for violation in contradictions(self._legs, exclusive=exclusive, at=self._now):
            if violation.net > 0:
                self._found += 1
                log.info("quotes.contradict", kind=violation.kind, tickers=violation.tickers, net=str(violation.net))
        self._legs.clear()
        return self._found


class _Staging:
    """Rows on their way to the temporary tables, some hundred at a time; parlays stay out."""

    def __init__(self, run: Run) -> None:
        self._db, self._observed_at = run.connection, run.now.datetime()
        self._rows: dict[str, list[listing.Row]] = {table: [] for table in listing.COLUMNS}
        self.flush()  # so that all the tables are there

    def add(self, entry: listing.Entry, candidate: Candidate | None) -> None:
        if candidate is not None and candidate.reason == "parlay":
            return
        table, row = listing.row(entry, None if candidate is None else candidate.watch.desk, self._observed_at)
        self._rows[table].append(row)
        if len(self._rows[table]) >= AT_ONCE:
            self._send(table)

    def flush(self) -> None:
        for table in self._rows:
            self._send(table)

    def _send(self, table: str) -> None:
        stage_rows(self._db, table, listing.COLUMNS[table], self._rows[table])
        self._rows[table].clear()


def _write(run: Run, choice: Choice, refused: Reasons) -> None:
    start, at = run.window.start.datetime(), run.now.datetime()
    queries("discovery").drop_choice(run.connection, account=run.account, interval_start=start)
    watched = [
        (run.account, start, candidate.watch.ticker, candidate.watch.desk, rank, candidate.score, at)
        for rank, candidate in enumerate(choice.watched)
    ]
    copy_rows(run.connection, "watchlist", WATCHED, watched)
    counts = [(run.account, start, category, reason, number, at) for (category, reason), number in refused.items()]
    copy_rows(run.connection, "discovery_refusals", REFUSED, counts)
    kept = (*choice.watched, *choice.bench)
    snapshots = [listing.snapshot_row(candidate, start, at) for candidate in kept]
    copy_rows(run.connection, "market_snapshots", listing.SNAPSHOT_COLUMNS, snapshots)


def _watch(now: Nanos, *row: Any) -> Watch:
    ticker, series_ticker, desk, open_at, close_at = row
    return Watch(
        at=now, ticker=ticker, series_ticker=series_ticker, desk=desk,
        open_time=Nanos.of(open_at), close_time=Nanos.of(close_at),
    )  # fmt: skip
