"""Estimation in three steps: choose the markets, ask the models about them in batches, combine and publish.

What a run was to ask is kept in ``desk.pages`` (a page a batch; below 0 the markets left out), so that a rerun asks the
same and pays for nothing twice.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Sequence
from contextlib import closing
from datetime import datetime, timedelta
from typing import Any

import structlog

from kalshi_desk.adapters.postgres.connection import connect
from kalshi_desk.adapters.postgres.queries import queries
from kalshi_desk.batch.asking import Inquiry, ask_all
from kalshi_desk.batch.candidates import candidates, gather
from kalshi_desk.batch.desk import STATEMENT_S, Run, run_of
from kalshi_desk.batch.forecaster_calls import CallLedger
from kalshi_desk.batch.quality import blocked
from kalshi_desk.domain.message import Decoder, encode
from kalshi_desk.domain.risk import Breach
from kalshi_desk.domain.spend import BUDGETS
from kalshi_desk.steps.estimate import Due, LeftOut, Patience, choose, estimate_id
from kalshi_desk.wiring import addresses, forecasters

DAG = "probability_estimation"
BATCH = 20
NOT_CHOSEN, NOT_ESTIMATED = -1, -2
CHECKED = ("markets", "snapshots", "articles")
decode_due: Decoder[list[Due]] = Decoder(list[Due], "desk.pages")
decode_left: Decoder[list[LeftOut]] = Decoder(list[LeftOut], "desk.pages")
log = structlog.get_logger()


def choose_markets(run_after: datetime, period: timedelta) -> tuple[list[int], str]:
    """Store what this run is to ask, unless it is stored; return the batches, and why there are none."""
    with run_of(run_after, period) as run:
        failed = blocked(run, CHECKED)
        if failed:
            return [], f"blocked by data quality: {'; '.join(failed)}"
        vendors = forecasters.present_vendors(run.settings)
        if missing := set(forecasters.VENDORS) - set(vendors):
            log.warning("estimation.vendor_without_key", vendors=sorted(missing))
        if not vendors:
            return [], "no vendor has a key"
        pages = pages_of(run) or _choose(run)
        return sorted(page for page in pages if page >= 0), "no market needs an estimate"


def _choose(run: Run) -> dict[int, str]:
    patience = Patience(run.settings.estimate_every_hours, run.settings.forecast_min_edge)
    chosen, left = choose(candidates(run), patience, now=run.now)
    due, unreadable = gather(run, chosen)
    store_page(run, NOT_CHOSEN, [*left, *unreadable])
    for number, start in enumerate(range(0, len(due), BATCH)):
        store_page(run, number, due[start : start + BATCH])
    return pages_of(run)


def ask_batch(run_after: datetime, period: timedelta, batch: int) -> dict[str, str]:
    """Ask the models about one batch; return the budgets that kept calls from starting, by ticker.

    A market that a budget kept out when the run was first through stays out: the next run is for it.
    """
    with run_of(run_after, period) as run:
        pages = pages_of(run)
        due, capped = decode_due(pages[batch]), _capped(pages)
        done = known_estimates(run, due)
    open_ = [each for each in due if estimate_id(run.account, each.asked.ticker, run.now) not in done]
    breaches = asyncio.run(_ask(run, [each for each in open_ if each.asked.ticker not in capped]))
    for ticker, breach in breaches.items():
        log.warning("estimation.capped", ticker=ticker, limit=breach.reason, value=breach.value)
    return capped | {ticker: breach.reason for ticker, breach in breaches.items()}


def _capped(pages: dict[int, str]) -> dict[str, str]:
    left = decode_left(pages.get(NOT_ESTIMATED, "[]"))
    return {each.ticker: each.reason for each in left if each.reason in BUDGETS}


async def _ask(run: Run, due: Sequence[Due]) -> dict[str, Breach]:
    settings = run.settings
    url = addresses.database_url(settings)
    with closing(connect(url, "airflow", statement_s=STATEMENT_S, autocommit=True)) as db:
        ledger = CallLedger(db, run.account, now=run.now, budget=forecasters.budget(settings))
        async with forecasters.open_panel(settings) as panel:
            inquiry = Inquiry(
                panel, ledger, run.account, run.now, samples=settings.llm_samples, min_edge=settings.forecast_min_edge
            )
            return await ask_all(inquiry, due)


def pages_of(run: Run) -> dict[int, str]:
    """Return the run's stored pages as JSON texts, by number."""
    return dict(queries("estimation").pages(run.connection, **_key(run)))


def store_page(run: Run, page: int, values: Iterable[Any]) -> None:
    """Write one page of the run anew."""
    body = encode(list(values)).decode()
    queries("estimation").add_page(run.connection, **_key(run), page=page, body=body, now=run.now.datetime())


def known_estimates(run: Run, due: Sequence[Due]) -> set[str]:
    """Return which of this run's estimates exist already."""
    wanted = [estimate_id(run.account, each.asked.ticker, run.now) for each in due]
    return {known for (known,) in queries("estimation").known_estimates(run.connection, estimate_ids=wanted)}


def _key(run: Run) -> dict[str, Any]:
    return {"dag_id": DAG, "account": run.account, "interval_start": run.window.start.datetime()}
