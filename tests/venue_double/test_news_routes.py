"""The simulated press over HTTP: shapes, versions, limits, faults, and nothing before its time."""

import asyncio
import xml.etree.ElementTree as ET

import aiohttp
import feedparser
import pytest

from kalshi_desk.domain.units import NANOS, Nanos
from kalshi_desk.simulation.forecast_news import Newsroom
from kalshi_desk.venue_double.faults import FaultPlan, Faults
from kalshi_desk.venue_double.news_routes import PRESS
from kalshi_desk.venue_double.sources import SyntheticSource


@pytest.fixture
async def running(start):
    return await start(SyntheticSource(7, forecast_markets=120))


@pytest.fixture
async def session(running):
    async with aiohttp.ClientSession(running.root) as opened:
        yield opened


async def body(session, path, *, status=200, **more):
    async with session.get(f"/news{path}", **more) as reply:
        assert reply.status == status, await reply.text()
        return await reply.json()


async def text(session, path, *, status=200, **more):
    async with session.get(f"/news{path}", **more) as reply:
        assert reply.status == status
        return await reply.text(), reply.headers


async def test_a_feed_carries_articles_of_its_category_or_a_mixture(running, session):
    page, _ = await text(session, "/rss/economics")
    found = feedparser.parse(page)
    assert not found.bozo
    assert {entry.category for entry in found.entries} == {"Economics"}
    assert len({entry.id for entry in found.entries}) == len(found.entries) > 3
    mixed = feedparser.parse((await text(session, "/rss/federalreserve.gov"))[0])
    assert len({entry.category for entry in mixed.entries}) > 4
    other = feedparser.parse((await text(session, "/rss/bls.gov"))[0])
    assert {entry.id for entry in mixed.entries} != {entry.id for entry in other.entries}
    atom = feedparser.parse((await text(session, "/rss/world.atom"))[0])
    assert atom.version == "atom10"
    assert atom.entries


async def test_a_feed_that_has_not_changed_says_so(running, session):
    page, headers = await text(session, "/rss/politics")
    again = {"If-None-Match": headers["ETag"]}
    assert (await text(session, "/rss/politics", status=304, headers=again))[0] == ""
    since = {"If-Modified-Since": headers["Last-Modified"]}
    await text(session, "/rss/politics", status=304, headers=since)
    assert (await text(session, "/rss/politics", headers={"If-Modified-Since": "nonsense"}))[0] == page


async def test_a_broken_feed_and_failing_sources_on_demand(running, session):
    running.venue.faults = Faults(FaultPlan(broken_feeds=("politics",)))
    with pytest.raises(ET.ParseError):
        ET.fromstring((await text(session, "/rss/politics"))[0])
    ET.fromstring((await text(session, "/rss/world"))[0])
    running.venue.faults = Faults(FaultPlan(news_error=1.0))
    await text(session, "/rss/world", status=503)
    running.venue.faults = Faults(FaultPlan(news_limit=1.0))
    await text(session, "/gdelt/api/v2/doc/doc?query=inflation", status=429)


async def test_gdelt_finds_by_phrase_and_refuses_in_words(running, session):
    path = "/gdelt/api/v2/doc/doc"
    article = Newsroom(running.venue.source.forecasts).between(
        Nanos(running.venue.clock.now() - 86_400 * NANOS), running.venue.clock.now()
    )[0]
    query = {"query": f'("{article.title}" OR "zzz") sourcelang:english', "timespan": "1d", "maxrecords": "250"}
    found = (await body(session, path, params=query))["articles"]
    assert article.title in {one["title"] for one in found}
    assert set(found[0]) >= {"url", "title", "seendate", "domain", "language", "sourcecountry"}
    limited, _ = await text(session, path, status=429, params=query)
    assert "5 seconds" in limited
    press = running.runner.app[PRESS]
    for query, answer in (({"query": "a"}, "too short"), ({"query": "inflation", "mode": "x"}, "Invalid mode")):
        press.gdelt_at = Nanos(0)
        assert answer in (await text(session, path, params=query))[0]
    press.gdelt_at = Nanos(0)
    assert await body(session, path, params={"query": "qqqqq wwwww"}) == {}


async def test_newsapi_pages_and_wants_its_key(running, session):
    path = "/newsapi/v2/everything"
    refused = await body(session, path, status=401)
    assert (refused["status"], refused["code"]) == ("error", "apiKeyMissing")
    key = {"X-Api-Key": "k"}
    assert (await body(session, path, status=400, headers=key))["code"] == "parametersMissing"
    wide = {"q": "inflation", "pageSize": "101"}
    assert (await body(session, path, status=400, headers=key, params=wide))["code"] == "parameterInvalid"
    first = await body(session, path, headers=key, params={"q": "figures OR latest", "pageSize": "5"})
    second = await body(session, path, headers=key, params={"q": "figures OR latest", "pageSize": "5", "page": "2"})
    assert first["totalResults"] > 10
    assert len(first["articles"]) == len(second["articles"]) == 5
    assert {one["url"] for one in first["articles"]}.isdisjoint(one["url"] for one in second["articles"])
    none = {"q": "figures", "from": "2030-01-01", "to": "2030-01-02"}
    assert (await body(session, path, headers=key, params=none))["articles"] == []


async def test_marketaux_pages_and_wants_its_token(running, session):
    path = "/marketaux/v1/news/all"
    assert (await body(session, path, status=401))["error"]["code"] == "invalid_api_token"
    wrong = {"api_token": "t", "limit": "x"}
    assert (await body(session, path, status=400, params=wrong))["error"]["code"] == "malformed_parameters"
    page = await body(session, path, params={"api_token": "t", "search": "figures|latest"})
    assert (page["meta"]["limit"], len(page["data"])) == (3, 3)
    assert page["data"][0]["published_at"].endswith(".000000Z")


async def test_fred_serves_strings_and_xml_by_default(running, session):
    path = "/fred/fred/series/observations"
    await body(session, path, status=400, params={"series_id": "UNRATE"})
    await body(session, path, status=400, params={"series_id": "no such", "api_key": "k"})
    assert (await text(session, path, params={"series_id": "UNRATE", "api_key": "k"}))[0].startswith("<observations>")
    asked = {"series_id": "UNRATE", "api_key": "k", "file_type": "json", "sort_order": "desc", "limit": "2"}
    page = await body(session, path, params=asked)
    assert [len(page["observations"]), page["count"] > 90] == [2, True]
    assert page["observations"][0]["date"] > page["observations"][1]["date"]
    assert float(page["observations"][0]["value"]) > 0
    later = await body(session, path, params=asked | {"observation_start": "2026-01-01", "sort_order": "asc"})
    assert later["observations"][0]["date"] == "2026-01-01"


async def test_nothing_is_told_before_its_publication(start):
    running = await start(SyntheticSource(7, forecast_markets=120), speed=100.0)
    async with aiohttp.ClientSession(running.root) as session:
        path, key = "/newsapi/v2/everything", {"X-Api-Key": "k"}
        for _ in range(3):
            page = await body(session, path, headers=key, params={"q": "figures OR latest OR analysts"})
            assert page["articles"][0]["publishedAt"] <= str(running.venue.clock.now())
            await asyncio.sleep(0.2)


async def test_without_forecast_markets_there_is_no_news(start):
    running = await start(SyntheticSource(7))
    async with aiohttp.ClientSession(running.root) as session:
        assert feedparser.parse((await text(session, "/rss/world"))[0]).entries == []
