"""News: the sources' answers, kept raw by interval, to articles, links to markets and economic series."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

import httpx
import msgspec
import structlog

from kalshi_desk.adapters.news_feeds.asking import Earlier, Source, answers, open_client
from kalshi_desk.adapters.postgres.queries import queries
from kalshi_desk.adapters.sentences import embed
from kalshi_desk.batch.alarm import raise_alarm
from kalshi_desk.batch.desk import Run, run_of
from kalshi_desk.batch.inputs import forget, once
from kalshi_desk.batch.news_pages import Page, encoded, figures_in, found_in, fresh, left_out, page_of
from kalshi_desk.batch.news_rows import (
    DAG,
    known_ids,
    recent_articles,
    recent_ids,
    save_articles,
    save_figures,
    save_links,
    topics_of,
    watched_before,
)
from kalshi_desk.domain.news import Article, Judged, Link, Observation, Topic
from kalshi_desk.domain.units import NANOS, Nanos, seconds
from kalshi_desk.errors import ParseError, SourceAway
from kalshi_desk.steps.gather_news import Compared, link, repetitions, sift
from kalshi_desk.steps.search_news import phrases
from kalshi_desk.wiring.news import news_sources

PERIOD_S = 900
PHRASES = 8
IN_A_ROW = 4
DAY_NS = 86_400 * NANOS
log = structlog.get_logger()


def fetch_news(run_after: datetime, period: timedelta, *, refetch: bool) -> int | None:
    """Store the sources' answers of this interval unless they are stored already; return the number of pages.

    None where the interval is over and nothing was stored in its time: what the world said then cannot be asked now.
    Raises SourceAway where no source answered.
    """
    with run_of(run_after, period) as run:
        sql, key = queries("news"), _key(run)
        stored, later = sql.has_pages(run.connection, **key)
        if later and not stored:
            return None
        if stored and (later or not refetch):
            return int(stored)
        last = {address: rest for address, *rest in sql.last_answers(run.connection, **key)}
        topics = topics_of(run)
    pages = asyncio.run(_ask_all(run, topics, last))  # outside, since no transaction waits for the world
    with run_of(run_after, period) as run:
        sql.drop_pages(run.connection, **key)
        forget(run, DAG)
        for number, page in enumerate(pages):
            row = {"page": number, "body": encoded(page), "observed_at": run.now.datetime()}
            sql.add_page(run.connection, **key, **row)
        for source, address, fault in sql.failing(run.connection, **key, times=IN_A_ROW):
            _tell(run, source, address, fault)
        return len(pages)


def _tell(run: Run, source: str, address: str, fault: str) -> None:
    text = (
        f"{address} failed {IN_A_ROW} times in a row, the last: {fault}. Until it answers no evidence comes from it; "
        f"if its address or key is wrong, see the settings of {source} in .env.example."
    )
    raise_alarm(severity="warning", subject=f"a news source fails: {address}", text=text, at=run.now)


async def _ask_all(run: Run, topics: list[Topic], last: dict[str, list[Any]]) -> list[Page]:
    earlier = {address: Earlier(etag, modified) for address, (_, etag, modified) in last.items()}
    youngest = run.now.datetime() - timedelta(seconds=run.settings.news_cache_ttl)
    cached = {address for address, (at, *_) in last.items() if at > youngest}
    turn = int(run.now) // seconds(PERIOD_S)
    sources = news_sources(run.settings, phrases(topics, turn=turn, most=PHRASES), run.now)
    for name in sources.without_key:
        if name not in last:
            log.info("news.left_out", source=name, reason="no key")
    async with open_client(run.settings.news_contact) as client:
        asked = await asyncio.gather(*[_ask(client, source, earlier, cached) for source in sources.asked])
    return [*map(left_out, sources.without_key), *_told([page for pages in asked for page in pages])]


async def _ask(client: httpx.AsyncClient, source: Source, earlier: dict[str, Earlier], cached: set[str]) -> list[Page]:
    pages = [fresh(source.name, ask) for ask in source.asks if ask.address in cached]
    due = replace(source, asks=[ask for ask in source.asks if ask.address not in cached])
    async for ask, outcome in answers(client, due, earlier):
        pages.append(page_of(source.name, ask, outcome))
    return pages


def _told(pages: list[Page]) -> list[Page]:
    """Log each source that failed; raises SourceAway where all that were asked did."""
    faults = [page for page in pages if page["kind"] == "fault"]
    for page in faults:
        log.warning("news.source_failed", source=page["source"], address=page["address"], fault=page["fault"])
    if faults and len(faults) == len(pages):
        raise SourceAway(faults[0]["source"], f"no source answered: {faults[0]['fault']}")
    return pages


def store_news(run_after: datetime, period: timedelta) -> dict[str, int]:
    """Judge the interval's articles, link them to the watched markets; return what became of them, counted.

    ``links`` counts new links: where it is 0, nothing new is known of any market.
    """
    with run_of(run_after, period) as run:
        known = _known(run)
    fit, unfit = sift(known.found, known.recent.articles, known.around.known_ids, oldest=known.oldest)
    kept, repeated = _apart(Compared(tuple(fit), embed([article.text for article in fit])), known.recent)
    links = _links(known, kept)
    with run_of(run_after, period) as run:  # not the same one, since reading so many texts may take minutes
        save_articles(run, [*unfit, *repeated], kept)
        return {
            "found": len(known.found), "new": len(fit) + len(unfit), "fit": len(kept.articles),
            "links": save_links(run, links), "figures": save_figures(run, known.figures),
        }  # fmt: skip


class Around(msgspec.Struct, frozen=True):
    """What a run's articles are compared with: watched markets, which of them are old, what was known and is recent."""

    topics: list[Topic]
    watched_before: set[str]
    known_ids: set[str]
    recent_ids: list[str]


@dataclass(frozen=True)
class _Known:
    """What a run begins with: its pages' contents, and what was known before it."""

    found: list[Article]
    figures: list[Observation]
    around: Around
    recent: Compared
    oldest: Nanos


def _known(run: Run) -> _Known:
    found, figures = _readable(run)
    around = once(run, DAG, Around, lambda: _around(run, found))
    oldest = Nanos(run.now - round(run.settings.news_max_age_days * DAY_NS))
    return _Known(found, figures, around, recent_articles(run, around.recent_ids), oldest)


def _around(run: Run, found: list[Article]) -> Around:
    return Around(topics_of(run), watched_before(run), known_ids(run, found), recent_ids(run))


def _links(known: _Known, kept: Compared) -> list[Link]:
    """Compare new articles with every watched market, and those of the last days with the markets that are new."""
    topics = known.around.topics
    tickers = {topic.ticker for topic in topics}
    vectors = embed([topic.text for topic in topics])
    return link(kept, topics, vectors=vectors, wanted=tickers) + link(
        known.recent, topics, vectors=vectors, wanted=tickers - known.around.watched_before
    )


def _apart(fresh_ones: Compared, recent: Compared) -> tuple[Compared, list[Judged]]:
    again = repetitions(fresh_ones, recent)
    places = [place for place in range(len(fresh_ones.articles)) if place not in again]
    kept = Compared(tuple(fresh_ones.articles[place] for place in places), fresh_ones.vectors[places])
    return kept, [Judged(fresh_ones.articles[place], "duplicate") for place in sorted(again)]


def _readable(run: Run) -> tuple[list[Article], list[Observation]]:
    """Return what the interval's pages hold; a page that cannot be read is logged and spoils no other."""
    articles: list[Article] = []
    figures: list[Observation] = []
    for page, observed_at in queries("news").pages(run.connection, **_key(run)):
        try:
            found, more = found_in(page, Nanos.of(observed_at)), figures_in(page)
        except ParseError as fault:
            log.warning("news.unreadable", source=page["source"], address=page["address"], fault=fault.problem)
            continue
        if found.unreadable:
            log.info("news.entries_unreadable", address=page["address"], count=found.unreadable)
        articles += found.articles
        figures += more
    return articles, figures


def _key(run: Run) -> dict[str, Any]:
    return {"dag_id": DAG, "account": run.account, "interval_start": run.window.start.datetime()}
