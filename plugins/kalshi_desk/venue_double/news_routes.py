"""The simulated press and statistics: RSS feeds, GDELT, NewsAPI, MarketAux and FRED, with their refusals and limits.

Source: the sources' API references. Nothing is told before its publication in event time.
"""

from __future__ import annotations

import asyncio
import re
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from datetime import date, timedelta
from email.utils import format_datetime, parsedate_to_datetime
from hashlib import sha256

from aiohttp import web

from kalshi_desk.clock import wall_now
from kalshi_desk.domain.units import NANOS, Nanos
from kalshi_desk.errors import UnitError
from kalshi_desk.simulation.forecast_events import DAY, HOUR, MINUTE
from kalshi_desk.simulation.forecast_figures import figures
from kalshi_desk.simulation.forecast_news import Article, Newsroom, newest_first
from kalshi_desk.simulation.forecast_search import carried, matching, slug
from kalshi_desk.simulation.forecast_subjects import CATEGORIES
from kalshi_desk.venue_double import news_pages
from kalshi_desk.venue_double.api_error import ApiError
from kalshi_desk.venue_double.guard import VENUE

GDELT_EVERY = 5 * NANOS
_FEED_SPAN, _FEED_MOST, _SEARCH_SPAN = 3 * DAY, 400, 7 * DAY
_PUBLISHED_AFTER = timedelta(days=14)
_SPANS = {"min": MINUTE, "h": HOUR, "d": DAY, "day": DAY, "w": 7 * DAY, "week": 7 * DAY, "m": 30 * DAY}
_SERIES = re.compile(r"[A-Z][A-Z0-9]{1,24}", re.ASCII)
_FEEDS = {slug(category): category for category in CATEGORIES}
Handler = Callable[[web.Request], Awaitable[web.Response]]


@dataclass
class Press:
    """The newsroom of the venue's world, made when it is first asked, and when GDELT was last asked (wall time)."""

    newsroom: Newsroom | None = None
    gdelt_at: Nanos = field(default=Nanos(0))


PRESS = web.AppKey("press", Press)


async def _between(request: web.Request, after: Nanos, until: Nanos | None = None) -> list[Article]:
    """Return the articles of a span, newest first; none where the source has no forecast markets."""
    venue, press = request.app[VENUE], request.app[PRESS]
    now = venue.clock.now()
    if press.newsroom is None and venue.source.forecasts is not None:
        press.newsroom = Newsroom(venue.source.forecasts)
    if press.newsroom is None:
        return []
    found: list[Article] = []
    for of_lane in press.newsroom.by_lane(after, now if until is None else min(now, until)):
        found += of_lane
        await asyncio.sleep(0)  # the market goes on meanwhile
    return newest_first(found)


def _limited(handler: Handler) -> Handler:
    """Answer by a handler, unless a fault strikes; refusals keep the shape that the handler gave them."""

    async def answer(request: web.Request) -> web.Response:
        if (status := request.app[VENUE].faults.news_fault()) is not None:
            return web.Response(text="Too many requests" if status == 429 else "Service unavailable", status=status)
        try:
            return await handler(request)
        except ApiError as fault:
            return web.json_response(fault.body, status=fault.status)

    return answer


async def rss(request: web.Request) -> web.Response:
    """Serve a feed: a category's by its name, a mixture under any other; ``.atom`` at the end makes it Atom."""
    name, now = request.match_info["feed"], request.app[VENUE].clock.now()
    stem = name.removesuffix(".atom")
    articles = await _between(request, Nanos(now - _FEED_SPAN))
    shown = list(carried(articles, stem, _FEEDS.get(stem)))[:_FEED_MOST]
    text = (news_pages.atom if name.endswith(".atom") else news_pages.rss)(stem, shown)
    if request.app[VENUE].faults.breaks_feed(stem):
        return web.Response(text=text[: len(text) // 2], content_type="application/rss+xml")
    kind = "application/atom+xml" if name.endswith(".atom") else "application/rss+xml"
    return _cached(request, text, kind, shown[0].at if shown else Nanos(0))


def _cached(request: web.Request, text: str, kind: str, changed: Nanos) -> web.Response:
    """Return a page with its version, or 304 where the asker has it."""
    etag = f'"{sha256(text.encode()).hexdigest()[:20]}"'
    headers = {"ETag": etag, "Last-Modified": format_datetime(changed.datetime(), usegmt=True)}
    asked, since = request.headers.get("If-None-Match"), request.headers.get("If-Modified-Since")
    unchanged = asked == etag if asked is not None else since is not None and _not_after(changed, since)
    if unchanged:
        return web.Response(status=304, headers=headers)
    return web.Response(text=text, content_type=kind, headers=headers)


def _not_after(changed: Nanos, since: str) -> bool:
    try:
        return changed // NANOS <= parsedate_to_datetime(since).timestamp()
    except ValueError:
        return False


async def gdelt(request: web.Request) -> web.Response:
    """Serve GDELT's ``artlist``; it refuses in plain text, with HTTP 200 where it dislikes the query."""
    press, wall, query = request.app[PRESS], wall_now(), request.query.get("query", "")
    if wall - press.gdelt_at < GDELT_EVERY:
        text = "Please limit requests to one every 5 seconds or contact us for larger queries."
        return web.Response(text=text, status=429)
    press.gdelt_at = wall
    if len(query) < 5:
        return web.Response(text="The specified phrase is too short.")
    if request.query.get("mode", "artlist").lower() != "artlist":
        return web.Response(text="Invalid mode.")
    after, until = _gdelt_span(request)
    most = min(250, int(request.query.get("maxrecords", "75")))
    found = list(matching(await _between(request, after, until), query))[:most]
    return web.json_response(news_pages.gdelt(found))


def _gdelt_span(request: web.Request) -> tuple[Nanos, Nanos | None]:
    start, end = request.query.get("startdatetime"), request.query.get("enddatetime")
    if start is not None:
        return _compact(start), None if end is None else _compact(end)
    match = re.fullmatch(r"(\d+)([a-z]+)", request.query.get("timespan", "1w"))
    length = 7 * DAY if match is None else int(match[1]) * _SPANS.get(match[2], DAY)
    return Nanos(request.app[VENUE].clock.now() - min(length, 90 * DAY)), None


def _compact(text: str) -> Nanos:
    try:
        return Nanos.parse(f"{text[:4]}-{text[4:6]}-{text[6:8]}T{text[8:10]}:{text[10:12]}:{text[12:14]}Z")
    except UnitError:
        raise ApiError(200, {}) from None


async def newsapi(request: web.Request) -> web.Response:
    """Serve NewsAPI's ``everything``."""
    query = request.query
    if not (request.headers.get("X-Api-Key") or query.get("apiKey")):
        raise _newsapi_error(401, "apiKeyMissing", "Your API key is missing.")
    if not query.get("q"):
        raise _newsapi_error(400, "parametersMissing", "Required parameters are missing.")
    size, page = _whole(query.get("pageSize"), 100), _whole(query.get("page"), 1)
    if not 1 <= size <= 100 or page < 1:
        raise _newsapi_error(400, "parameterInvalid", "pageSize must be between 1 and 100.")
    found = list(matching(await _between(request, _instant(request, "from"), _until(request, "to")), query["q"]))
    return web.json_response(news_pages.newsapi(found[(page - 1) * size : page * size], len(found)))


def _newsapi_error(status: int, code: str, message: str) -> ApiError:
    return ApiError(status, {"status": "error", "code": code, "message": message})


async def marketaux(request: web.Request) -> web.Response:
    """Serve MarketAux' ``news/all``."""
    query = request.query
    if not query.get("api_token"):
        raise _marketaux_error(401, "invalid_api_token", "An invalid API token was supplied.")
    limit, page = _whole(query.get("limit"), 3), _whole(query.get("page"), 1)
    if not 1 <= limit <= 100 or page < 1:
        raise _marketaux_error(400, "malformed_parameters", "limit must be between 1 and 100.")
    articles = await _between(request, _instant(request, "published_after"), _until(request, "published_before"))
    words = query.get("search", "").replace("|", " ").replace("+", " ")
    found = list(matching(articles, words)) if words else articles
    shown = found[(page - 1) * limit : page * limit]
    return web.json_response(news_pages.marketaux(shown, total=len(found), limit=limit, page=page))


def _marketaux_error(status: int, code: str, message: str) -> ApiError:
    return ApiError(status, {"error": {"code": code, "message": message}})


def _whole(text: str | None, default: int) -> int:
    if text is None:
        return default
    return int(text) if text.isdecimal() else 0


def _instant(request: web.Request, name: str) -> Nanos:
    """Return the beginning of a search: as asked, else as far back as searches go."""
    return _until(request, name) or Nanos(request.app[VENUE].clock.now() - _SEARCH_SPAN)


def _until(request: web.Request, name: str) -> Nanos | None:
    text = request.query.get(name)
    if not text:
        return None
    whole = text if "T" in text else f"{text}T00:00:00"
    try:
        return Nanos.parse(whole if whole.endswith("Z") or "+" in whole else f"{whole}Z")
    except UnitError:
        return None


async def fred(request: web.Request) -> web.Response:
    """Serve FRED's observations: monthly, published two weeks after the month, XML unless JSON is asked for."""
    query, seed = request.query, _seed(request)
    if not query.get("api_key"):
        raise _fred_error("Variable api_key is not set.")
    series = query.get("series_id", "")
    if _SERIES.fullmatch(series) is None:
        raise _fred_error("Bad Request.  The series does not exist.")
    today = request.app[VENUE].clock.now().datetime().date()
    found = figures(seed, series, today - _PUBLISHED_AFTER)
    kept = [(day, value) for day, value in found if _wanted(day, query.get("observation_start"))]
    if query.get("sort_order") == "desc":
        kept.reverse()
    if query.get("file_type") != "json":
        rows = "".join(f'<observation date="{day}" value="{value}"/>' for day, value in kept)
        return web.Response(text=f"<observations>{rows}</observations>", content_type="text/xml")
    return web.json_response(_observations(kept, today, query.get("sort_order", "asc"), _whole(query.get("limit"), 0)))


def _seed(request: web.Request) -> int:
    world = request.app[VENUE].source.forecasts
    return 0 if world is None else world.seed


def _wanted(day: date, start: str | None) -> bool:
    return start is None or str(day) >= start


def _observations(kept: list[tuple[date, str]], today: date, order: str, limit: int) -> news_pages.Body:
    shown = kept[:limit] if limit else kept
    real = {"realtime_start": str(today), "realtime_end": str(today)}
    return real | {
        "observation_start": "1600-01-01", "observation_end": "9999-12-31", "units": "lin", "output_type": 1,
        "file_type": "json", "order_by": "observation_date", "sort_order": order, "count": len(kept), "offset": 0,
        "limit": limit or 100_000,
        "observations": [real | {"date": str(day), "value": value} for day, value in shown],
    }  # fmt: skip


def _fred_error(message: str) -> ApiError:
    return ApiError(400, {"error_code": 400, "error_message": message})


ROUTES = [
    web.get("/news/rss/{feed:.+}", _limited(rss)),
    web.get("/news/gdelt/api/v2/doc/doc", _limited(gdelt)),
    web.get("/news/newsapi/v2/everything", _limited(newsapi)),
    web.get("/news/marketaux/v1/news/all", _limited(marketaux)),
    web.get("/news/fred/fred/series/observations", _limited(fred)),
]
