"""News and economic figures: what a source said, when it says it said so, and when the desk knew.

Instants are UTC nanoseconds. ``published_at`` is None where the source gives no date, a wrong one or one to come.
"""

from __future__ import annotations

from datetime import date as Date
from decimal import Decimal
from hashlib import sha256
from urllib.parse import SplitResult, parse_qsl, urlencode, urlsplit

import msgspec

from kalshi_desk.domain.units import Nanos
from kalshi_desk.errors import ParseError

ECONOMIC_CATEGORIES = frozenset({"economics", "financials"})
_TRACKING = ("utm_", "mc_", "fb_")
_TRACKERS = frozenset({"fbclid", "gclid", "cmpid", "ftag", "ref", "src", "source", "taid", "guccounter", "s", "smid"})
_LONGEST_LINK = 2_000


class Article(msgspec.Struct, frozen=True, kw_only=True):
    """One article as plain text; ``source`` names the feed or service, with its domain where it has many."""

    source: str
    url: str
    title: str
    summary: str
    published_at: Nanos | None
    observed_at: Nanos

    @property
    def article_id(self) -> str:
        """The identity of the normalised link: the same text found twice is one article. Raises ParseError."""
        return sha256(normalised_link(self.url).encode()).hexdigest()[:32]

    @property
    def text(self) -> str:
        """What of it is compared with other texts."""
        return f"{self.title}. {self.summary}" if self.summary else self.title


class Found(msgspec.Struct, frozen=True):
    """What one answer of a source holds; ``unreadable`` counts the entries that are not what it promises."""

    articles: tuple[Article, ...]
    unreadable: int = 0


class Observation(msgspec.Struct, frozen=True, kw_only=True):
    """An economic series' value for ``date`` as given from ``vintage_at`` on; None where the source has no number."""

    series_id: str
    date: Date
    value: Decimal | None
    vintage_at: Nanos


class Topic(msgspec.Struct, frozen=True):
    """A watched market as a text that articles are compared with."""

    ticker: str
    text: str


class Judged(msgspec.Struct, frozen=True):
    """An article with the reason why it is no evidence: old, thin, duplicate or off_topic; None keeps it."""

    article: Article
    reason: str | None = None


class Link(msgspec.Struct, frozen=True):
    """An article speaks of a market; ``relevance`` in [0, 1]."""

    article_id: str
    ticker: str
    relevance: float


def normalised_link(url: str) -> str:
    """Return a link without scheme, ``www.``, fragment, tracking and order of parameters; raises ParseError."""
    parts = _split(url.strip())
    kept = sorted((key, value) for key, value in parse_qsl(parts.query) if not _tracks(key.lower()))
    host = (parts.hostname or "").removeprefix("www.")
    query = f"?{urlencode(kept)}" if kept else ""
    return f"{host}{parts.path.rstrip('/')}{query}"


def _split(url: str) -> SplitResult:
    try:
        parts = urlsplit(url)
        good = parts.scheme in ("http", "https") and parts.hostname and len(url) <= _LONGEST_LINK
    except ValueError as fault:
        raise ParseError("link", str(fault), url) from None
    if not good:
        raise ParseError("link", "not a web address", url)
    return parts


def _tracks(key: str) -> bool:
    return key.startswith(_TRACKING) or key in _TRACKERS


def believable(at: Nanos | None, now: Nanos) -> Nanos | None:
    """Return a date of publication if it is not to come, else None: nobody knows then."""
    return at if at is not None and at <= now else None
