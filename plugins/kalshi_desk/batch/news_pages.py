"""Raw answers of the news sources as rows of ``desk.pages`` and back.

A page is ``{"source", "address", "kind", …}``; its kind is answer (``text`` or, where that is no UTF-8, ``base64``),
unchanged, fresh (asked too short a while ago), fault or left_out (no key).
"""

from __future__ import annotations

from base64 import b64decode, b64encode
from collections.abc import Callable
from typing import Any

import msgspec

from kalshi_desk.adapters.news_feeds.asking import Answer, Ask
from kalshi_desk.domain.news import Found, Observation
from kalshi_desk.domain.units import Nanos
from kalshi_desk.errors import SourceError
from kalshi_desk.wire import fred, gdelt, marketaux, newsapi, rss

Page = dict[str, Any]
_PARSERS: dict[str, Callable[[bytes, str, Nanos], Found]] = {
    rss.SOURCE: lambda body, address, at: rss.parse(body, feed=address.removeprefix("rss:"), at=at),
    gdelt.SOURCE: lambda body, _address, at: gdelt.parse(body, at=at),
    newsapi.SOURCE: lambda body, _address, at: newsapi.parse(body, at=at),
    marketaux.SOURCE: lambda body, _address, at: marketaux.parse(body, at=at),
}


def page_of(source: str, ask: Ask, outcome: Answer | SourceError) -> Page:
    """Return what is stored of an answer, or of why there is none."""
    page: Page = {"source": source, "address": ask.address}
    if isinstance(outcome, SourceError):
        return page | {"kind": "fault", "fault": outcome.problem}
    page |= {"etag": outcome.etag, "modified": outcome.modified}
    return page | ({"kind": "unchanged"} if outcome.body is None else {"kind": "answer", **_packed(outcome.body)})


def fresh(source: str, ask: Ask) -> Page:
    """Return the page of a request whose last answer is young enough."""
    return {"source": source, "address": ask.address, "kind": "fresh"}


def left_out(source: str) -> Page:
    """Return the page of a source that has no key."""
    return {"source": source, "address": source, "kind": "left_out"}


def _packed(body: bytes) -> Page:
    try:
        text = body.decode()
    except UnicodeDecodeError:
        return {"base64": b64encode(body).decode()}
    return {"base64": b64encode(body).decode()} if "\0" in text else {"text": text}


def body_of(page: Page) -> bytes:
    """Return the body of an answer."""
    return page["text"].encode() if "text" in page else b64decode(page["base64"])


def encoded(page: Page) -> str:
    """Return a page as JSON."""
    return msgspec.json.encode(page).decode()


def found_in(page: Page, at: Nanos) -> Found:
    """Return the articles of a page that was got at ``at``, none where it is no answer or holds figures.

    Raises ParseError.
    """
    if page["kind"] != "answer" or page["source"] == fred.SOURCE:
        return Found(())
    return _PARSERS[page["source"]](body_of(page), page["address"], at)


def figures_in(page: Page) -> list[Observation]:
    """Return the economic figures of a page, none where it is no answer or holds articles; raises ParseError."""
    if page["kind"] != "answer" or page["source"] != fred.SOURCE:
        return []
    return fred.parse(body_of(page), series_id=page["address"].removeprefix(f"{fred.SOURCE}:"))
