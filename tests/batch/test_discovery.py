"""One interval of market discovery on real tables, from a listing written by hand."""

import json
from contextlib import asynccontextmanager, closing
from datetime import datetime, timedelta

import pytest

from kalshi_desk.adapters.postgres.clock_epochs import store_epochs
from kalshi_desk.adapters.postgres.connection import connect
from kalshi_desk.batch import discovery
from kalshi_desk.domain.event_clock import ClockSegment
from kalshi_desk.domain.units import Cash, Nanos
from tests.batch.test_listing import EVENT, MARKET, SERIES
from tests.orders import ACCOUNT

pytestmark = pytest.mark.embedded
START = Nanos.parse("2026-11-21T12:00:00Z")
RUN_AFTER = datetime.fromisoformat("2026-11-21T12:10:10+00:00")
FIVE = timedelta(minutes=5)
CRYPTO = {
    **MARKET, "ticker": "KXBTC15M-26NOV211230-00", "event_ticker": "KXBTC15M-26NOV211230",
    "open_time": "2026-11-21T12:15:00Z", "close_time": "2026-11-21T12:30:00Z", "status": "initialized",
}  # fmt: skip
COIN = {**EVENT, "event_ticker": "KXBTC15M-26NOV211230", "series_ticker": "KXBTC15M", "markets": [CRYPTO]}


class FakeReads:
    """A venue that lists one event as open and one as not yet opened."""

    def __init__(self) -> None:
        self.asked = 0

    async def series_list(self) -> bytes:
        self.asked += 1
        return json.dumps({"series": [SERIES]}).encode()

    async def event_pages(self, query):
        events = {"open": EVENT, "unopened": COIN}[query["status"]]
        yield json.dumps({"events": [events], "cursor": ""}).encode()


@pytest.fixture
def reads(paper_desk, monkeypatch):
    segments = [ClockSegment(START, START, 1.0)]
    store_epochs(paper_desk, account=ACCOUNT, mode="paper", bankroll=Cash.parse("50"), segments=segments)
    fake = FakeReads()

    @asynccontextmanager
    async def reader(_settings):
        yield fake

    monkeypatch.setattr(discovery.venue, "reader", reader)
    return fake


def rows(database: str, query: str) -> list[tuple]:
    with closing(connect(database, "test")) as db, db.cursor() as cursor:
        cursor.execute(query)
        return cursor.fetchall()


def test_the_listing_of_an_interval_is_fetched_once(reads, database):
    assert [discovery.fetch_pages(RUN_AFTER, FIVE, refetch=refetch) for refetch in (False, False, True)] == [3, 3, 3]
    assert reads.asked == 2
    assert rows(database, "select page from pages order by page") == [(0,), (1,), (2,)]


def test_the_stored_listing_becomes_rows_and_again_the_same_ones(reads, database):
    discovery.fetch_pages(RUN_AFTER, FIVE, refetch=False)
    assert [discovery.store_markets(RUN_AFTER, FIVE) for _ in range(2)] == [2, 2]
    assert rows(database, "select ticker, desk, status from markets order by ticker") == [
        (CRYPTO["ticker"], "crypto", "initialized"),
        (MARKET["ticker"], "forecast", "active"),
    ]
    assert rows(database, "select series_ticker from series") == [("KXRAIN",)]
    assert rows(database, "select count(*) from market_snapshots") == [(2,)]


def test_the_watch_list_is_written_by_rank_and_published(reads, database, monkeypatch):
    published = []

    async def publish(settings, chosen, *, now):
        published.append((settings.seed, [watch.ticker for watch in chosen], now))
        return len(chosen)

    monkeypatch.setattr(discovery.watchlist, "publish", publish)
    discovery.fetch_pages(RUN_AFTER, FIVE, refetch=False)
    assert [discovery.publish_watchlist(RUN_AFTER, FIVE) for _ in range(2)] == [2, 2]
    both = [CRYPTO["ticker"], MARKET["ticker"]]
    assert published == [(7, both, Nanos.parse("2026-11-21T12:10:00Z"))] * 2
    assert rows(database, "select ticker, desk from watchlist order by rank") == [
        (both[0], "crypto"),
        (both[1], "forecast"),
    ]
