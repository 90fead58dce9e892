"""GDELT's list of articles: no key, one request in five seconds. Source: the GDELT DOC 2.0 API."""

from __future__ import annotations

from collections.abc import Sequence

from kalshi_desk.adapters.news_feeds.asking import Ask, Source

SOURCE = "gdelt"
EVERY_S = 5.5
PATH = "/api/v2/doc/doc"
MOST = 75


def gdelt(host: str, queries: Sequence[str]) -> Source:
    """Return the source with one request per query, for the newest 75 articles of the last day."""
    fixed = {"mode": "artlist", "format": "json", "maxrecords": str(MOST), "timespan": "1d", "sort": "datedesc"}
    asks = [Ask(f"{SOURCE}:{query}", host + PATH, params={"query": query, **fixed}) for query in queries]
    return Source(SOURCE, EVERY_S, asks)
