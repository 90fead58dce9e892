"""GDELT DOC 2.0 ``artlist``. Source: the GDELT DOC 2.0 API.

It answers HTTP 200 with plain text where it dislikes a query, ``{}`` where nothing matches, and now and then JSON with
escapes that are none.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import UTC, datetime

import msgspec

from kalshi_desk.domain.news import Article, Found, believable, normalised_link
from kalshi_desk.domain.units import Nanos
from kalshi_desk.errors import ParseError
from kalshi_desk.wire.decode import Strict, text_of
from kalshi_desk.wire.plain_text import title_of
from kalshi_desk.wire.searches import either

SOURCE = "gdelt"
QUERY_CHARS = 240
_ESCAPE = re.compile(r'\\(["\\/bfnrt]|u[0-9a-fA-F]{4})|\\')
_CONTROL = re.compile(r"[\x00-\x1f\x7f]")


class _List(msgspec.Struct):
    articles: tuple[msgspec.Raw, ...] = ()


class _Article(msgspec.Struct):
    url: str
    title: str
    domain: str = ""
    seendate: str = ""


_list: Strict[_List] = Strict(_List, SOURCE)
_article: Strict[_Article] = Strict(_Article, f"{SOURCE} article")


def query(phrases: Iterable[str]) -> str:
    """Return a query for articles in English with any of the phrases, as many as fit."""
    wanted = either(phrases, joiner=" OR ", longest=QUERY_CHARS)
    return f"({wanted}) sourcelang:english" if " OR " in wanted else f"{wanted} sourcelang:english"


def parse(body: bytes, *, at: Nanos) -> Found:
    """Read an answer; raises ParseError for text that is no list, with what it says."""
    if not body.lstrip().startswith(b"{"):
        raise ParseError(SOURCE, "an answer in words", text_of(body))
    raws = _list(_mended(body)).articles
    articles = [article for raw in raws if (article := _read(raw, at)) is not None]
    return Found(tuple(articles), len(raws) - len(articles))


def _mended(body: bytes) -> str:
    text = _CONTROL.sub(" ", body.decode("utf-8", "replace"))
    return _ESCAPE.sub(lambda match: match[0] if match[1] else r"\\", text)


def _read(raw: msgspec.Raw, at: Nanos) -> Article | None:
    try:
        found = _article(raw)
        normalised_link(found.url)
    except ParseError:
        return None
    title = title_of(found.title)
    if not title:
        return None
    return Article(
        source=f"{SOURCE}:{found.domain[:100]}", url=found.url, title=title, summary="",
        published_at=believable(_seen(found.seendate), at), observed_at=at,
    )  # fmt: skip


def _seen(text: str) -> Nanos | None:
    try:
        return Nanos.of(datetime.strptime(text, "%Y%m%dT%H%M%SZ").replace(tzinfo=UTC))
    except ValueError:
        return None
