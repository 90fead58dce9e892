"""RSS and Atom feeds: no key; conditional requests. Source: the RSS 2.0 specification and RFC 4287."""

from __future__ import annotations

from collections.abc import Mapping

from kalshi_desk.adapters.news_feeds.asking import Ask, Source

SOURCE = "rss"
EVERY_S = 0.5


def rss(feeds: Mapping[str, str]) -> Source:
    """Return the source of the feeds, by name and address."""
    return Source(SOURCE, EVERY_S, [Ask(f"{SOURCE}:{name}", url) for name, url in feeds.items()])
