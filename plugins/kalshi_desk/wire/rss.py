"""RSS 2.0 and Atom: a feed's body to articles. Source: the RSS 2.0 specification and RFC 4287."""

from __future__ import annotations

from calendar import timegm
from collections.abc import Iterator
from io import BytesIO
from typing import Any

import feedparser

from kalshi_desk.domain.news import Article, Found, believable, normalised_link
from kalshi_desk.domain.units import NANOS, Nanos
from kalshi_desk.errors import ParseError, UnitError
from kalshi_desk.wire.decode import sane, text_of
from kalshi_desk.wire.plain_text import summary_of, title_of

SOURCE = "rss"
MOST = 200


def parse(body: bytes, *, feed: str, at: Nanos) -> Found:
    """Read a feed's newest 200 entries; ``feed`` names it, ``at`` is when the desk got it.

    Raises ParseError where it is no feed. Entries without a title or a web address are counted as unreadable.
    """
    entries = _feed(body).get("entries", [])[:MOST]
    articles = [article for entry in entries if (article := _article(entry, feed, at)) is not None]
    return Found(tuple(articles), len(entries) - len(articles))


def _feed(body: bytes) -> Any:
    # a stream, since bytes that look like an address or a file name would be opened
    try:
        feed = feedparser.parse(BytesIO(body), sanitize_html=False, resolve_relative_uris=False)
    except Exception as fault:  # noqa: BLE001 - whatever the library stumbles over, the feed is unreadable
        raise ParseError(SOURCE, f"unreadable: {type(fault).__name__}", text_of(body)) from None
    if not feed.get("version"):
        raise ParseError(SOURCE, "neither RSS nor Atom", text_of(body))
    return feed


def _article(entry: Any, feed: str, at: Nanos) -> Article | None:
    title, link = title_of(_text(entry, "title")), _text(entry, "link").strip()
    try:
        normalised_link(link)
    except ParseError:
        return None
    summary = max(_summaries(entry), key=len, default="")
    published = _published(entry, at)
    if not title:
        return None
    return Article(
        source=f"{SOURCE}:{feed}", url=link, title=title, summary=summary, published_at=published, observed_at=at
    )


def _summaries(entry: Any) -> Iterator[str]:
    yield summary_of(_text(entry, "summary"))
    for content in entry.get("content") or []:
        yield summary_of(_text(content, "value"))


def _text(entry: Any, name: str) -> str:
    value = entry.get(name)
    return value if isinstance(value, str) else ""


def _published(entry: Any, at: Nanos) -> Nanos | None:
    # the first date of the entry; that of its last change tells less
    for name in ("published_parsed", "updated_parsed"):
        if name in entry and entry[name] is not None:
            return _instant(entry[name], at)
    return None


def _instant(moment: Any, at: Nanos) -> Nanos | None:
    try:
        return believable(sane(Nanos(timegm(moment) * NANOS)), at)
    except (UnitError, ValueError, OverflowError, TypeError):
        return None
