"""MarketAux ``news/all``. Source: marketaux.com/documentation."""

from __future__ import annotations

import msgspec

from kalshi_desk.domain.news import Article, Found, believable, normalised_link
from kalshi_desk.domain.units import Nanos
from kalshi_desk.errors import ParseError
from kalshi_desk.wire.decode import Strict
from kalshi_desk.wire.news_dates import iso
from kalshi_desk.wire.plain_text import summary_of, title_of

SOURCE = "marketaux"
CODES = frozenset(
    {
        "malformed_parameters", "invalid_api_token", "usage_limit_reached", "endpoint_access_restricted",
        "resource_not_found", "invalid_api_endpoint", "rate_limit_reached", "server_error", "maintenance_mode",
    }
)  # fmt: skip


class _Article(msgspec.Struct):
    url: str
    title: str
    description: str | None = None
    snippet: str | None = None
    published_at: str | None = None
    source: str | None = None


class _Reply(msgspec.Struct):
    data: tuple[msgspec.Raw, ...]


class _Code(msgspec.Struct):
    code: str


class _Fault(msgspec.Struct):
    error: _Code


_reply: Strict[_Reply] = Strict(_Reply, SOURCE)
_article: Strict[_Article] = Strict(_Article, f"{SOURCE} article")
_fault: Strict[_Fault] = Strict(_Fault, f"{SOURCE} error")


def parse(body: bytes, *, at: Nanos) -> Found:
    """Read an answer; raises ParseError."""
    raws = _reply(body).data
    articles = [article for raw in raws if (article := _read(raw, at)) is not None]
    return Found(tuple(articles), len(raws) - len(articles))


def refusal(body: bytes) -> str:
    """Return the code of an error's body where it is one of the source's, else nothing."""
    try:
        code = _fault(body).error.code
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
    if not title:
        return None
    texts = (summary_of(found.description or ""), summary_of(found.snippet or ""))
    return Article(
        source=f"{SOURCE}:{title_of(found.source or 'unnamed')[:100]}", url=found.url, title=title,
        summary=max(texts, key=len), published_at=believable(iso(found.published_at), at), observed_at=at,
    )  # fmt: skip
