"""MarketAux: the key in the address alone, 100 requests a day on the free plan.

Source: marketaux.com/documentation.
"""

from __future__ import annotations

from collections.abc import Sequence

from kalshi_desk.adapters.news_feeds.asking import Ask, Source
from kalshi_desk.wire.marketaux import SOURCE, refusal
from kalshi_desk.wire.searches import either

EVERY_S = 1.0
PATH = "/v1/news/all"
QUERY_CHARS = 480


def marketaux(host: str, phrases: Sequence[str], key: str) -> Source:
    """Return the source with one request for the newest articles with any of the phrases."""
    wanted = either(phrases, joiner=" | ", longest=QUERY_CHARS)
    params = {"search": wanted, "language": "en", "sort": "published_at", "api_token": key}
    ask = Ask(f"{SOURCE}:{wanted}", host + PATH, params=params, key=key)
    return Source(SOURCE, EVERY_S, [ask] if wanted else [], refusal)
