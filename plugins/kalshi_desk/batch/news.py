"""News: the sources' answers, kept raw by interval, to articles, links to markets and economic series."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import httpx
import structlog

from kalshi_desk.adapters.news_feeds.asking import Earlier, Source, answers, open_client
from kalshi_desk.adapters.postgres.queries import queries
from kalshi_desk.adapters.sentences import embed
from kalshi_desk.batch.desk import Run, run_of
from kalshi_desk.batch.news_pages import Page, encoded, figures_in, found_in, fresh, left_out, page_of
from kalshi_desk.batch.news_rows import known_ids, recent_articles, save_articles, save_figures, save_links, topics_of
from kalshi_desk.domain.news import Article, Judged, Observation
from kalshi_desk.domain.units import NANOS, Nanos, seconds
from kalshi_desk.errors import ParseError, SourceAway
from kalshi_desk.steps.gather_news import Compared, link, repetitions, sift
from kalshi_desk.steps.search_news import phrases
from kalshi_desk.wiring.news import news_sources

DAG = "news_aggregation"
PERIOD_S = 900
PHRASES = 8
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
        pages = asyncio.run(_ask_all(run))
        sql.drop_pages(run.connection, **key)
        for number, page in enumerate(pages):
            row = {"page": number, "body": encoded(page), "observed_at": run.now.datetime()}
            sql.add_page(run.connection, **key, **row)
        return len(pages)


async def _ask_all(run: Run) -> list[Page]:
    last = {address: rest for address, *rest in queries("news").last_answers(run.connection, **_key(run))}
    earlier = {address: Earlier(etag, modified) for address, (_, etag, modified) in last.items()}
    youngest = run.now.datetime() - timedelta(seconds=run.settings.news_cache_ttl)
    cached = {address for address, (at, *_) in last.items() if at > youngest}
    turn = int(run.now) // seconds(PERIOD_S)
    sources = news_sources(run.settings, phrases(topics_of(run), turn=turn, most=PHRASES), run.now)
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
        found, figures = _readable(run)
        recent = recent_articles(run)
        oldest = Nanos(run.now - round(run.settings.news_max_age_days * DAY_NS))
        fit, unfit = sift(found, recent.articles, known_ids(run, found), oldest=oldest)
        fresh_ones = Compared(tuple(fit), embed([article.text for article in fit]))
        kept, repeated = _apart(fresh_ones, recent)
        save_articles(run, [*unfit, *repeated], kept)
        topics = topics_of(run)
        vectors = embed([topic.text for topic in topics])
        links = [each for group in (kept, recent) for each in link(group, topics, vectors)]
        return {
            "found": len(found), "new": len(fit) + len(unfit), "fit": len(kept.articles), "topics": len(topics),
            "links": save_links(run, links), "figures": save_figures(run, figures),
        }  # fmt: skip


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
