"""NewsAPI: the key in a header, 100 requests a day on the free plan. Source: newsapi.org/docs."""

from __future__ import annotations

from collections.abc import Sequence

from kalshi_desk.adapters.news_feeds.asking import Ask, Source
from kalshi_desk.wire.newsapi import SOURCE, refusal
from kalshi_desk.wire.searches import either

EVERY_S = 1.0
PATH = "/v2/everything"
QUERY_CHARS = 480


def newsapi(host: str, phrases: Sequence[str], key: str) -> Source:
    """Return the source with one request for the newest 100 articles with any of the phrases."""
    wanted = either(phrases, joiner=" OR ", longest=QUERY_CHARS)
    params = {"q": wanted, "language": "en", "sortBy": "publishedAt", "pageSize": "100"}
    ask = Ask(f"{SOURCE}:{wanted}", host + PATH, params=params, headers={"X-Api-Key": key}, key=key)
    return Source(SOURCE, EVERY_S, [ask] if wanted else [], refusal)
