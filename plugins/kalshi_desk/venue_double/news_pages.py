"""The simulated press in the shapes of its services: RSS, Atom, GDELT, NewsAPI, MarketAux.

Source: the sources' API references.
"""

from __future__ import annotations

from email.utils import format_datetime
from typing import Any
from uuid import NAMESPACE_URL, uuid5
from xml.sax.saxutils import escape

from kalshi_desk.domain.units import Nanos
from kalshi_desk.errors import UnitError
from kalshi_desk.simulation.forecast_news import Article

Body = dict[str, Any]


def rss(feed: str, articles: list[Article]) -> str:
    """Return a feed in RSS 2.0; an article's date that is none is passed on as it is."""
    items = "\n".join(_item(article) for article in articles)
    return (
        f'<?xml version="1.0" encoding="UTF-8"?>\n<rss version="2.0"><channel><title>{escape(feed)}</title>'
        f"<link>https://{escape(feed)}/</link><description>News</description><ttl>15</ttl>\n{items}\n</channel></rss>\n"
    )


def _item(article: Article) -> str:
    return (
        f"<item><title>{escape(article.title)}</title><link>{escape(article.link)}</link>"
        f'<guid isPermaLink="false">{escape(article.guid)}</guid><pubDate>{escape(_rfc822(article.dated))}</pubDate>'
        f"<category>{escape(article.category)}</category><description>{escape(article.summary)}</description></item>"
    )


def _rfc822(dated: str) -> str:
    try:
        return format_datetime(Nanos.parse(dated).datetime(), usegmt=True)
    except UnitError:
        return dated


def atom(feed: str, articles: list[Article]) -> str:
    """Return a feed in Atom."""
    entries = "\n".join(
        f'<entry><id>{escape(one.guid)}</id><title>{escape(one.title)}</title><link href="{escape(one.link)}"/>'
        f"<updated>{escape(one.dated[:19])}Z</updated><published>{escape(one.dated[:19])}Z</published>"
        f'<summary type="html">{escape(one.summary)}</summary></entry>'
        for one in articles
    )
    return (
        f'<?xml version="1.0" encoding="UTF-8"?>\n<feed xmlns="http://www.w3.org/2005/Atom"><id>{escape(feed)}</id>'
        f"<title>{escape(feed)}</title>\n{entries}\n</feed>\n"
    )


def gdelt(articles: list[Article]) -> Body:
    """Return a list of articles as GDELT does: an empty object where there are none."""
    found = [
        {
            "url": one.link, "url_mobile": "", "title": one.title, "seendate": _compact(one.at), "socialimage": "",
            "domain": one.domain, "language": "English", "sourcecountry": "United States",
        }
        for one in articles
    ]  # fmt: skip
    return {"articles": found} if found else {}


def _compact(at: Nanos) -> str:
    return f"{at.datetime():%Y%m%dT%H%M%SZ}"


def newsapi(articles: list[Article], total: int) -> Body:
    """Return a page as NewsAPI does: texts may be missing, and what was taken down says so."""
    found = [
        {
            "source": {"id": None, "name": one.outlet}, "author": None, "title": one.title,
            "description": one.summary, "url": one.link, "urlToImage": None, "publishedAt": _seconds(one.at),
            "content": f"{one.summary[:200]}… [+812 chars]",
        }
        for one in articles
    ]  # fmt: skip
    return {"status": "ok", "totalResults": total, "articles": found}


def marketaux(articles: list[Article], *, total: int, limit: int, page: int) -> Body:
    """Return a page as MarketAux does."""
    found: list[Body] = [
        {
            "uuid": str(uuid5(NAMESPACE_URL, one.guid)), "title": one.title, "description": one.summary, "keywords": "",
            "snippet": one.summary[:120], "url": one.link, "image_url": None, "language": "en",
            "published_at": f"{_seconds(one.at)[:-1]}.000000Z", "source": one.domain, "relevance_score": None,
            "entities": [], "similar": [],
        }
        for one in articles
    ]  # fmt: skip
    return {"meta": {"found": total, "returned": len(found), "limit": limit, "page": page}, "data": found}


def _seconds(at: Nanos) -> str:
    return f"{str(at)[:19]}Z"
