"""The news sources that the settings name, each with what to ask it in this run."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from kalshi_desk.adapters.news_feeds.asking import Source
from kalshi_desk.adapters.news_feeds.gdelt import gdelt
from kalshi_desk.adapters.news_feeds.rss import rss
from kalshi_desk.settings import Settings
from kalshi_desk.wire.gdelt import query
from kalshi_desk.wiring.forecast_addresses import feeds, news_host

PAPER_KEY = "paper"


@dataclass(frozen=True)
class Sources:
    """The sources to ask, best texts first, and the names of those left out for want of a key."""

    asked: tuple[Source, ...]
    without_key: tuple[str, ...]


def news_sources(settings: Settings, phrases: Sequence[str]) -> Sources:
    """Return the sources of NEWS_SOURCES; ``phrases`` are what the search services are asked for."""
    asked: list[Source] = []
    without: list[str] = []
    if "rss" in settings.news_sources:
        asked.append(rss(feeds(settings)))
    if "gdelt" in settings.news_sources and phrases:
        asked.append(gdelt(news_host(settings, "gdelt"), [query(phrases)]))
    return Sources(tuple(asked), tuple(without))
