"""FRED: the key in the address, 120 requests a minute. Source: fred.stlouisfed.org/docs/api."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date as Date
from datetime import timedelta

from kalshi_desk.adapters.news_feeds.asking import Ask, Source
from kalshi_desk.wire.fred import SOURCE, refusal

EVERY_S = 0.6
PATH = "/fred/series/observations"
BACK = timedelta(days=400)


def fred(host: str, series: Sequence[str], key: str, today: Date) -> Source:
    """Return the source with one request a series: every value given in the last 400 days, with its revisions."""
    since = (today - BACK).isoformat()
    params = {
        "file_type": "json", "observation_start": since, "realtime_start": since, "realtime_end": today.isoformat(),
        "sort_order": "desc", "limit": "1000", "api_key": key,
    }  # fmt: skip
    asks = [Ask(f"{SOURCE}:{name}", host + PATH, params={"series_id": name, **params}, key=key) for name in series]
    return Source(SOURCE, EVERY_S, asks, refusal)
