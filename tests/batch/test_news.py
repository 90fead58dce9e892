"""Intervals of the news on real tables, from sources on real sockets."""

import asyncio
from contextlib import closing
from datetime import datetime, timedelta

import pytest
from aiohttp import web
from structlog.testing import capture_logs

from kalshi_desk.adapters.postgres.clock_epochs import store_epochs
from kalshi_desk.adapters.postgres.connection import connect
from kalshi_desk.batch import news
from kalshi_desk.domain.event_clock import ClockSegment
from kalshi_desk.domain.units import Cash, Nanos
from kalshi_desk.errors import SourceAway
from tests.batch.alerts import alerts
from tests.batch.reruns import everything as every_row
from tests.news_host import running_host
from tests.orders import ACCOUNT
from tests.wire import news_frames

pytestmark = pytest.mark.embedded
START = Nanos.parse("2026-11-21T10:00:00Z")
QUARTER = timedelta(minutes=15)
FIRST = datetime.fromisoformat("2026-11-21T12:00:10+00:00")
SECOND = FIRST + QUARTER
FED = "KXFED-26DEC-T3.50"
FEEDS = "https://www.fed.test/feed.xml,https://bls.test/cpi.rss"
GDELT = "/news/gdelt/api/v2/doc/doc"


@pytest.fixture
def host(paper_desk, monkeypatch):
    segments = [ClockSegment(START, START, 1.0)]
    store_epochs(paper_desk, account=ACCOUNT, mode="paper", bankroll=Cash.parse("50"), segments=segments)
    with running_host() as running:
        monkeypatch.setenv("PORT_BASE", str(running.port - 2))
        monkeypatch.setenv("RSS_FEEDS", FEEDS)
        monkeypatch.setenv("NEWS_SOURCES", "rss,gdelt")
        running.replies = {"/news/rss/fed.test": news_frames.RSS, "/news/rss/bls.test": 404, GDELT: news_frames.GDELT}
        watch(paper_desk, FED, "Federal funds rate in December", "Will the Federal Reserve cut rates in December 2026?")
        yield running


def watch(database: str, ticker: str, event: str, title: str, *, at: str = "2026-11-21T11:30:00Z") -> None:
    with closing(connect(database, "test")) as db, db, db.cursor() as cursor:
        cursor.execute(
            "insert into events values (%s, 'KXFED', %s, 'Economics', false, '{}', %s) on conflict do nothing",
            (f"E-{ticker}", event, at),
        )
        cursor.execute(
            "insert into markets (ticker, event_ticker, series_ticker, title, desk, status, open_at, close_at,"
            " definition, first_observed_at, observed_at)"
            " values (%s, %s, 'KXFED', %s, 'forecast', 'active', %s, '2026-12-16', '{}', %s, %s)",
            (ticker, f"E-{ticker}", title, at, at, at),
        )
        cursor.execute(
            "insert into watchlist (account, interval_start, ticker, desk, rank, observed_at)"
            " values (%s, '2026-11-21T11:30:00Z', %s, 'forecast', 0, %s)",
            (ACCOUNT, ticker, at),
        )


def rows(database: str, query: str) -> list[tuple]:
    with closing(connect(database, "test")) as db, db.cursor() as cursor:
        cursor.execute(query)
        return cursor.fetchall()


def everything(database: str) -> list[list[tuple]]:
    tables = ("articles", "article_markets", "economic_series", "pages")
    return [rows(database, f"select t::text from {table} t order by 1") for table in tables]


def later_feed(title: str, link: str) -> bytes:
    """Return the feed with another entry above the known ones."""
    entry = f"<item><title>{title}</title><link>{link}</link></item><item>"
    return news_frames.RSS.replace(b"<item>", entry.encode(), 1)


def run(at: datetime) -> dict[str, int]:
    news.fetch_news(at, QUARTER, refetch=False)
    return news.store_news(at, QUARTER)


def test_answers_become_articles_with_verdicts_and_links(host, database):
    assert run(FIRST) == {"found": 4, "new": 4, "fit": 4, "links": 2, "figures": 0}
    assert rows(database, "select title, kept, reason, published_at::text from articles order by title") == [
        ("A forecast published in the time to come", False, "off_topic", None),
        ("Fed officials signal another rate cut in December, minutes show", True, None, "2026-11-21 03:15:00+00"),
        ("Federal Reserve lowers the target range by 25 basis points", True, None, "2026-11-20 19:00:00+00"),
        ("Snowfall buries the mountain pass as a storm reaches the north of the country", False, "off_topic", None),
    ]
    assert rows(database, "select distinct ticker, relevance between 0.43 and 1 from article_markets") == [(FED, True)]


def test_a_rerun_changes_no_row_and_asks_nobody(host, database):
    run(FIRST)
    host.replies["/news/rss/fed.test"] = later_feed("The Fed calls another meeting on rates", "https://www.fed.test/2")
    run(SECOND)
    before, asked = everything(database), len(host.asked)
    for at in (FIRST, SECOND, FIRST):
        run(at)
    assert everything(database) == before
    assert len(host.asked) == asked


def test_a_rerun_knows_no_market_that_was_found_since(host, database):
    run(FIRST)
    watch(database, "KXSNOW-26", "Snowfall of the storm", "Will snow fall on the mountain pass?")
    run(SECOND)
    before = every_row(database)
    assert run(FIRST)["links"] == 2
    assert every_row(database) == before


def test_asked_anew_it_is_compared_anew(host, database):
    run(FIRST)
    watch(database, "KXSNOW-26", "Snowfall of the storm", "Will snow fall on the mountain pass?")
    news.fetch_news(FIRST, QUARTER, refetch=True)
    assert news.store_news(FIRST, QUARTER)["links"] == 3


def test_a_later_run_leaves_what_was_known_as_it_was(host, database):
    run(FIRST)
    before = rows(database, "select article_id, observed_at, published_at, title from articles order by 1")
    host.replies["/news/rss/fed.test"] = news_frames.RSS.replace(b"basis points</title>", b"points, corrected</title>")
    assert run(SECOND)["new"] == 0
    assert rows(database, "select article_id, observed_at, published_at, title from articles order by 1") == before


def test_a_market_that_comes_later_finds_the_articles_that_were_there(host, database):
    run(FIRST)
    watch(
        database,
        "KXSNOW-26",
        "Snowfall of the storm",
        "Will snow fall on the mountain pass?",
        at="2026-11-21T12:00:01Z",
    )
    assert run(SECOND)["links"] >= 1
    (snow,) = rows(
        database, "select kept, reason, observed_at = '2026-11-21T12:00Z' from articles where title ~ 'Snowfall'"
    )
    assert snow == (True, None, True)
    (link,) = rows(
        database, "select distinct observed_at = '2026-11-21T12:15Z' from article_markets where ticker ~ 'SNOW'"
    )
    assert link == (True,)
    before = everything(database)
    run(FIRST)
    assert everything(database) == before


def test_only_while_an_interval_is_the_newest_is_it_asked_again(host, database):
    run(FIRST)
    asked = len(host.asked)
    news.fetch_news(FIRST, QUARTER, refetch=True)
    assert len(host.asked) > asked
    run(SECOND)
    asked = len(host.asked)
    news.fetch_news(FIRST, QUARTER, refetch=True)
    assert len(host.asked) == asked


def test_an_interval_of_the_past_without_answers_is_not_made_up(host, database):
    run(SECOND)
    assert news.fetch_news(FIRST, QUARTER, refetch=False) is None
    assert rows(database, "select count(*) from pages where interval_start < '2026-11-21T12:00Z'") == [(0,)]


def test_a_source_that_fails_is_told_and_stops_no_other(host, database):
    with capture_logs() as logs:
        news.fetch_news(FIRST, QUARTER, refetch=False)
    (told,) = [entry for entry in logs if entry["event"] == "news.source_failed"]
    assert (told["address"], told["fault"], told["log_level"]) == ("rss:bls.test", "HTTP 404", "warning")
    kinds = rows(database, "select body ->> 'kind', count(*) from pages group by 1 order by 1")
    assert kinds == [("answer", 2), ("fault", 1)]


async def test_a_source_that_fails_four_times_in_a_row_is_told_once(host, database, broker, monkeypatch):
    monkeypatch.setenv("KAFKA_BOOTSTRAP", broker.bootstrap)
    before = len(await alerts(broker))
    for number, reply in enumerate((404, 404, news_frames.RSS, 404, 404, 404, 404, 404)):
        host.replies["/news/rss/bls.test"] = reply
        await asyncio.to_thread(news.fetch_news, FIRST + number * QUARTER, QUARTER, refetch=False)
        assert len(await alerts(broker)) - before == (number >= 6)
    told = (await alerts(broker))[-1]
    assert (told.severity, told.subject) == ("warning", "a news source fails: rss:bls.test")
    assert "4 times in a row, the last: HTTP 404" in told.text


def test_where_nobody_answers_the_run_fails_and_stores_nothing(host, database):
    host.replies = {}
    with pytest.raises(SourceAway):
        news.fetch_news(FIRST, QUARTER, refetch=False)
    assert rows(database, "select count(*) from pages") == [(0,)]


def test_an_answer_in_words_spoils_no_other(host, database):
    host.replies[GDELT] = b"Your query was too short or too long."
    with capture_logs() as logs:
        counts = run(FIRST)
    assert counts["found"] == 2
    assert [entry["source"] for entry in logs if entry["event"] == "news.unreadable"] == ["gdelt"]


def test_what_has_not_changed_is_not_stored_again_and_stays_conditional(host, database):
    def feed(request):
        known = request.headers.get("If-None-Match") == '"7"'
        return web.Response(status=304) if known else web.Response(body=news_frames.RSS, headers={"ETag": '"7"'})

    host.replies["/news/rss/fed.test"] = feed
    for at in (FIRST, SECOND, SECOND + QUARTER):
        run(at)
    kinds = "select body ->> 'kind', body ->> 'etag' from pages where body ->> 'address' = 'rss:fed.test'"
    assert rows(database, f"{kinds} order by interval_start") == [
        ("answer", '"7"'),
        ("unchanged", '"7"'),
        ("unchanged", '"7"'),
    ]


def test_a_young_answer_is_not_asked_for_again(host, database, monkeypatch):
    monkeypatch.setenv("NEWS_CACHE_TTL", "1800")
    run(FIRST)
    asked = len([request for request in host.asked if "fed.test" in request.path])
    news.fetch_news(SECOND, QUARTER, refetch=False)
    assert len([request for request in host.asked if "fed.test" in request.path]) == asked
    assert ("fresh",) in rows(database, "select body ->> 'kind' from pages")


def test_figures_are_stored_by_vintage_and_revisions_beside_them(host, database, monkeypatch):
    monkeypatch.setenv("NEWS_SOURCES", "fred")
    monkeypatch.setenv("FRED_SERIES", "UNRATE")
    path = "/news/fred/fred/series/observations"
    host.replies[path] = news_frames.FRED
    assert run(FIRST)["figures"] == 4
    host.replies[path] = news_frames.fred(
        ("2026-11-21", "2026-10-01", "3.88"), ("2026-11-21", "2026-09-01", "4.3"), ("2026-11-21", "2026-11-01", "4.0")
    )
    assert run(SECOND)["figures"] == 2  # what says the same is no vintage
    before = everything(database)
    run(FIRST)
    run(SECOND)
    assert everything(database) == before
    values = "select date::text, value::text, vintage_at::date::text from economic_series order by date, vintage_at"
    assert rows(database, values) == [
        ("2025-10-01", None, "2026-11-02"),
        ("2026-09-01", "4.1", "2026-10-02"),
        ("2026-09-01", "4.22", "2026-11-02"),
        ("2026-09-01", "4.3", "2026-11-21"),
        ("2026-10-01", "3.88", "2026-11-02"),
        ("2026-11-01", "4.0", "2026-11-21"),
    ]


def test_a_source_without_its_key_is_told_once(host, database, monkeypatch):
    monkeypatch.setattr("kalshi_desk.wiring.news.PAPER_KEY", None)
    monkeypatch.setenv("NEWS_SOURCES", "rss,newsapi")
    told = []
    for at in (FIRST, SECOND):
        with capture_logs() as logs:
            news.fetch_news(at, QUARTER, refetch=False)
        told.append([entry["source"] for entry in logs if entry["event"] == "news.left_out"])
    assert told == [["newsapi"], []]
    assert rows(database, "select count(*) from pages where body ->> 'kind' = 'left_out'") == [(2,)]


def test_a_flood_of_copies_is_one_article(host, database):
    copies = "".join(
        f"<item><title>Fed holds its rates in December after all</title><link>https://c{n}.test/</link></item>"
        for n in range(5_000)
    )
    host.replies["/news/rss/fed.test"] = f'<rss version="2.0"><channel>{copies}</channel></rss>'.encode()
    host.replies[GDELT] = b"{}"
    assert run(FIRST)["fit"] == 1
    assert rows(database, "select reason, count(*) from articles group by 1 order by 1") == [
        ("duplicate", 199),
        (None, 1),
    ]
