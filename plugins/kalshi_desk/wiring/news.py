"""The news sources that the settings name, each with what to ask it in this run."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from pydantic import SecretStr

from kalshi_desk.adapters.news_feeds.asking import Source
from kalshi_desk.adapters.news_feeds.fred import fred
from kalshi_desk.adapters.news_feeds.gdelt import gdelt
from kalshi_desk.adapters.news_feeds.marketaux import marketaux
from kalshi_desk.adapters.news_feeds.newsapi import newsapi
from kalshi_desk.adapters.news_feeds.rss import rss
from kalshi_desk.domain.units import Nanos
from kalshi_desk.settings import Settings
from kalshi_desk.wire.gdelt import query
from kalshi_desk.wiring.forecast_addresses import feeds, news_host

KEYLESS = frozenset({"rss", "gdelt"})
PAPER_KEY = "paper-news-key"  # the simulated venue asks for one, as the services do, and takes any


@dataclass(frozen=True)
class Sources:
    """The sources to ask, those with the longer texts first, and the names of those left out for want of a key."""

    asked: tuple[Source, ...]
    without_key: tuple[str, ...]


def news_sources(settings: Settings, phrases: Sequence[str], now: Nanos) -> Sources:
    """Return the sources of NEWS_SOURCES; ``phrases`` are what the search services are asked for."""
    now_day, wanted = now.datetime().date(), settings.news_sources
    made: dict[str, Callable[[str, str], Source]] = {
        "rss": lambda _host, _key: rss(feeds(settings)),
        "newsapi": lambda host, key: newsapi(host, phrases, key),
        "marketaux": lambda host, key: marketaux(host, phrases, key),
        "fred": lambda host, key: fred(host, settings.fred_series, key, now_day),
        "gdelt": lambda host, _key: gdelt(host, [query(phrases)] if phrases else []),
    }
    keys = {name: _key(settings, name) for name in made if name in wanted}
    asked = [made[name](news_host(settings, name), key) for name, key in keys.items() if key is not None]
    return Sources(tuple(asked), tuple(name for name, key in keys.items() if key is None))


def _key(settings: Settings, name: str) -> str | None:
    if name in KEYLESS:
        return ""
    if settings.desk_mode == "paper":
        return PAPER_KEY
    secret: SecretStr | None = getattr(settings, f"{name}_key")
    return None if secret is None else secret.get_secret_value()
