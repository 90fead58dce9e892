"""NewsAPI ``everything``. Source: newsapi.org/docs. Nearly every field may be null."""

from __future__ import annotations

import msgspec

from kalshi_desk.domain.news import Article, Found, believable, normalised_link
from kalshi_desk.domain.units import Nanos
from kalshi_desk.errors import ParseError
from kalshi_desk.wire.decode import Strict
from kalshi_desk.wire.news_dates import iso
from kalshi_desk.wire.plain_text import summary_of, title_of

SOURCE = "newsapi"
REMOVED = "[Removed]"
CODES = frozenset(
    {
        "apiKeyDisabled", "apiKeyExhausted", "apiKeyInvalid", "apiKeyMissing", "parameterInvalid", "parametersMissing",
        "rateLimited", "sourcesTooMany", "sourceDoesNotExist", "unexpectedError",
    }
)  # fmt: skip


class _Outlet(msgspec.Struct):
    name: str | None = None


class _Article(msgspec.Struct):
    url: str
    title: str
    source: _Outlet | None = None
    description: str | None = None
    content: str | None = None
    publishedAt: str | None = None


class _Reply(msgspec.Struct):
    status: str
    articles: tuple[msgspec.Raw, ...]


class _Fault(msgspec.Struct):
    code: str


_reply: Strict[_Reply] = Strict(_Reply, SOURCE)
_article: Strict[_Article] = Strict(_Article, f"{SOURCE} article")
_fault: Strict[_Fault] = Strict(_Fault, f"{SOURCE} error")


def parse(body: bytes, *, at: Nanos) -> Found:
    """Read an answer; raises ParseError. Articles that were withdrawn count as unreadable."""
    raws = _reply(body).articles
    articles = [article for raw in raws if (article := _read(raw, at)) is not None]
    return Found(tuple(articles), len(raws) - len(articles))


def refusal(body: bytes) -> str:
    """Return the code of an error's body where it is one of the source's, else nothing."""
    try:
        code = _fault(body).code
    except ParseError:
        return ""
    return code if code in CODES else ""


def _read(raw: msgspec.Raw, at: Nanos) -> Article | None:
    try:
        found = _article(raw)
        normalised_link(found.url)
    except ParseError:
        return None
    title = title_of(found.title)
    if not title or title == REMOVED:
        return None
    outlet = (found.source.name if found.source else None) or "unnamed"
    return Article(
        source=f"{SOURCE}:{title_of(outlet)[:100]}", url=found.url, title=title,
        summary=summary_of(found.description or found.content or ""),
        published_at=believable(iso(found.publishedAt), at), observed_at=at,
    )  # fmt: skip
