"""Correlations of the watched forecast markets, from titles, kinship and a week of hourly mids."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from typing import Any, NamedTuple

import msgspec
import numpy as np

from kalshi_desk.adapters.postgres.copy import copy_rows
from kalshi_desk.adapters.postgres.queries import queries
from kalshi_desk.adapters.sentences import embed
from kalshi_desk.batch.desk import WRITTEN_S, Run, run_of
from kalshi_desk.batch.inputs import once
from kalshi_desk.domain.correlation import Matrix, Subject
from kalshi_desk.steps.correlate import correlate, groups, pairs_above

LEAST = 0.2
HISTORY = timedelta(days=7)
COLUMNS = ("ticker_a", "ticker_b", "p_correlation", "observed_at")


class Compared(msgspec.Struct, frozen=True):
    """What is compared: markets by ticker, and their mids (ticker, hour, mid), the hours in order."""

    subjects: list[Subject]
    mids: list[tuple[str, datetime, float]]


class Written(NamedTuple):
    """How many pairs were written, how many clusters of markets would be refused together, and the largest's size."""

    pairs: int
    clusters: int
    largest: int


def write_correlations(run_after: datetime, period: timedelta) -> Written:
    """Write the correlations of at least ``LEAST`` in size as known at the run's decision time, anew on a rerun."""
    with run_of(run_after, period, lag_s=WRITTEN_S) as run:
        subjects, mids = priced(once(run, "correlation", Compared, lambda: _compared(run)))
        tickers = [subject.ticker for subject in subjects]
        matrix = correlate(subjects, vectors(subjects), mids)
        found = pairs_above(tickers, matrix, LEAST)
        now = run.now.datetime()
        queries("correlation").drop_correlations(run.connection, now=now, tickers=tickers)
        rows = [(*pair, f"{value:.4f}", now) for pair, value in found.items()]
        copy_rows(run.connection, "correlations", COLUMNS, rows)
        alike = groups(tickers, matrix, run.settings.max_correlation)
    return Written(len(found), len(alike), max(map(len, alike), default=0))


def vectors(subjects: Sequence[Subject]) -> Matrix:
    """Return the meanings of the markets' titles as unit rows."""
    return embed([subject.title for subject in subjects]).astype(np.float64)


def subject_of(row: Iterable[Any]) -> Subject:
    """Return a row of ticker, event, series, title and whether the event's outcomes exclude each other."""
    ticker, event, series, title, exclusive = row
    return Subject(
        ticker=ticker, event_ticker=event, series_ticker=series, title=title, exclusive=exclusive, p_yes=None
    )


def _subjects(run: Run) -> list[Subject]:
    key = {"account": run.account, "now": run.now.datetime()}
    held = [subject_of(row[:-1]) for row in queries("signals").staked(run.connection, **key)]
    watched = [subject_of(row) for row in queries("correlation").subjects(run.connection, **key)]
    return sorted({one.ticker: one for one in held + watched}.values(), key=lambda one: one.ticker)


def _compared(run: Run) -> Compared:
    now, subjects = run.now.datetime(), _subjects(run)
    tickers = [subject.ticker for subject in subjects]
    rows = queries("correlation").mids(run.connection, tickers=tickers, since=now - HISTORY, now=now)
    return Compared(subjects, list(rows))


def priced(compared: Compared) -> tuple[list[Subject], Matrix]:
    """Return the subjects with their last mid, and all their hourly mids (hours, n), NaN where there was none."""
    subjects, rows = compared.subjects, compared.mids
    hours = {hour: place for place, hour in enumerate(sorted({hour for _, hour, _ in rows}))}
    places = {subject.ticker: place for place, subject in enumerate(subjects)}
    mids = np.full((max(1, len(hours)), len(subjects)), np.nan)
    for ticker, hour, mid in rows:
        mids[hours[hour], places[ticker]] = mid
    last = {ticker: mid for ticker, _, mid in rows}
    known = [msgspec.structs.replace(subject, p_yes=last.get(subject.ticker)) for subject in subjects]
    return known, mids
