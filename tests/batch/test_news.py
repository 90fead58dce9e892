"""Intervals of the news on real tables, from sources on real sockets."""

from contextlib import closing
from datetime import datetime, timedelta

import pytest

from kalshi_desk.adapters.postgres.clock_epochs import store_epochs
from kalshi_desk.adapters.postgres.connection import connect
from kalshi_desk.batch import news
from kalshi_desk.domain.event_clock import ClockSegment
from kalshi_desk.domain.units import Cash, Nanos
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


def run(at: datetime) -> dict[str, int]:
    news.fetch_news(at, QUARTER, refetch=False)
    return news.store_news(at, QUARTER)


def test_answers_become_articles_with_verdicts_and_links(host, database):
    assert run(FIRST) == {"found": 4, "new": 4, "fit": 4, "topics": 1, "links": 2, "figures": 0}
    assert rows(database, "select title, kept, reason, published_at::text from articles order by title") == [
        ("A forecast published in the time to come", False, "off_topic", None),
        ("Fed officials signal another rate cut in December, minutes show", True, None, "2026-11-21 03:15:00+00"),
        ("Federal Reserve lowers the target range by 25 basis points", True, None, "2026-11-20 19:00:00+00"),
        ("Snowfall buries the mountain pass as a storm reaches the north of the country", False, "off_topic", None),
    ]
    assert rows(database, "select distinct ticker, relevance between 0.45 and 1 from article_markets") == [(FED, True)]
