"""Where the forecast desk's sources are in each mode: paper asks the simulated venue alone, demo and live the world."""

from __future__ import annotations

from urllib.parse import urlsplit

from kalshi_desk.settings import Settings
from kalshi_desk.wiring import addresses

NEWS_HOSTS = {
    "gdelt": "https://api.gdeltproject.org",
    "newsapi": "https://newsapi.org",
    "marketaux": "https://api.marketaux.com",
    "fred": "https://api.stlouisfed.org",
}


def news_host(settings: Settings, source: str) -> str:
    """Return the root of a news service's addresses; feeds have none in common."""
    return _simulated(settings, source) if settings.desk_mode == "paper" else NEWS_HOSTS.get(source, "")


def feeds(settings: Settings) -> dict[str, str]:
    """Return the addresses of RSS_FEEDS by name, which is the host's; the second of one host has its path as well."""
    named: dict[str, str] = {}
    for url in settings.rss_feeds:
        parts = urlsplit(url)
        host = (parts.hostname or url).removeprefix("www.")
        named[host if host not in named else f"{host}{parts.path}"] = url
    if settings.desk_mode != "paper":
        return named
    return {name: _simulated(settings, f"rss/{name.replace('/', '-')}") for name in named}


def _simulated(settings: Settings, path: str) -> str:
    return f"http://{settings.venue_host}:{addresses.port(settings, addresses.VENUE)}/news/{path}"
