"""One interval of market discovery on real tables, from a listing written by hand."""

import json
from contextlib import asynccontextmanager, closing
from datetime import datetime, timedelta

import pytest
from airflow.sdk.exceptions import AirflowSkipException

from kalshi_desk.adapters.postgres.clock_epochs import store_epochs
from kalshi_desk.adapters.postgres.connection import connect
from kalshi_desk.adapters.postgres.queries import queries
from kalshi_desk.adapters.postgres.rows import fill_values
from kalshi_desk.batch import discovery
from kalshi_desk.domain.event_clock import ClockSegment
from kalshi_desk.domain.units import Cash, Count, Nanos, Price
from kalshi_desk.settings import load_settings
from tests.batch.reruns import everything, records
from tests.batch.test_listing import EVENT, MARKET, MILESTONE, SERIES
from tests.orders import ACCOUNT, fill, order

pytestmark = pytest.mark.embedded
START = Nanos.parse("2026-11-21T12:00:00Z")
RUN_AFTER = datetime.fromisoformat("2026-11-21T12:10:10+00:00")
FIVE = timedelta(minutes=5)
CRYPTO = {
    **MARKET, "ticker": "KXBTC15M-26NOV211230-00", "event_ticker": "KXBTC15M-26NOV211230",
    "open_time": "2026-11-21T12:15:00Z", "close_time": "2026-11-21T12:30:00Z", "status": "initialized",
}  # fmt: skip
COIN = {**EVENT, "event_ticker": "KXBTC15M-26NOV211230", "series_ticker": "KXBTC15M", "markets": [CRYPTO]}

TRADED = {**MARKET, "yes_ask_dollars": "0.4600", "yes_ask_size_fp": "9.00", "close_time": "2026-11-24T23:00:00Z"}


class FakeReads:
    """A venue that lists one event as open and one as not yet opened."""

    def __init__(self) -> None:
        self.asked, self.rain, self.more, self.milestones = 0, MARKET, [], []

    async def series_list(self) -> bytes:
        self.asked += 1
        return json.dumps({"series": [SERIES]}).encode()

    async def event_pages(self, query):
        events = {"open": {**EVENT, "markets": [self.rain, *self.more]}, "unopened": COIN}[query["status"]]
        yield json.dumps({"events": [events], "milestones": self.milestones, "cursor": ""}).encode()


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


def test_the_past_is_not_asked_for(reads, database):
    discovery.fetch_pages(RUN_AFTER + FIVE, FIVE, refetch=False)
    with pytest.raises(AirflowSkipException):
        discovery.fetch_pages(RUN_AFTER, FIVE, refetch=False)
    discovery.fetch_pages(RUN_AFTER + 2 * FIVE, FIVE, refetch=False)
    assert discovery.fetch_pages(RUN_AFTER + FIVE, FIVE, refetch=True) == 3
    assert reads.asked == 2


def test_the_stored_listing_becomes_rows_and_again_the_same_ones(reads, database):
    discovery.fetch_pages(RUN_AFTER, FIVE, refetch=False)
    counts = {"listed": 2, "watched": 1, "contradictions": 0, "refused": {"one_sided_quote": 1}}
    assert [discovery.store_markets(RUN_AFTER, FIVE) for _ in range(2)] == [counts, counts]
    assert rows(database, "select ticker, desk, status from markets order by ticker") == [
        (CRYPTO["ticker"], "crypto", "initialized"),
        (MARKET["ticker"], "forecast", "active"),
    ]
    assert rows(database, "select series_ticker from series") == [("KXRAIN",)]
    assert rows(database, "select event_ticker from events order by 1") == [
        ("KXBTC15M-26NOV211230",),
        ("KXRAIN-26NOV22",),
    ]
    assert rows(database, "select ticker from market_snapshots") == [(CRYPTO["ticker"],)]
    refused = "select category, reason, markets from discovery_refusals"
    assert rows(database, refused) == [("Climate and Weather", "one_sided_quote", 1)]


def test_a_market_that_is_as_it_was_keeps_its_row_and_one_that_changed_is_told(reads, database):
    reads.rain = TRADED
    seen = "select observed_at, title from markets where desk = 'forecast'"
    run(RUN_AFTER)
    (first,) = rows(database, seen)
    run(RUN_AFTER + FIVE)
    assert rows(database, seen) == [first]
    reads.rain = {**TRADED, "title": "Rain at all?"}
    run(RUN_AFTER + 2 * FIVE)
    assert rows(database, seen) == [(first[0] + 2 * FIVE, "Rain at all?")]
    run(RUN_AFTER)
    assert rows(database, seen) == [(first[0] + 2 * FIVE, "Rain at all?")]


def test_each_version_of_a_milestone_is_kept_once_with_when_it_was_known(reads, database):
    stored = "select title, start_at::text, observed_at::time::text from milestones order by observed_at"
    first = ("The rain is measured", "2026-11-22 23:00:00+00", "12:10:00")
    later = ("The rain is measured", "2026-11-23 23:00:00+00", "12:20:00")
    reads.milestones = [MILESTONE]
    run(RUN_AFTER)
    run(RUN_AFTER + FIVE)
    assert rows(database, stored) == [first]
    reads.milestones = [{**MILESTONE, "start_date": "2026-11-23T23:00:00Z"}]
    run(RUN_AFTER + 2 * FIVE)
    assert rows(database, stored) == [first, later]
    for again in range(3):
        run(RUN_AFTER + again * FIVE)
    assert rows(database, stored) == [first, later]


def run(run_after):
    discovery.fetch_pages(run_after, FIVE, refetch=False)
    return discovery.store_markets(run_after, FIVE)


def test_quotes_that_contradict_each_other_beyond_the_fees_are_counted(reads, database):
    ladder = {"strike_type": "greater", "yes_bid_size_fp": "9.00", "yes_ask_size_fp": "9.00"}
    easy = {"ticker": "EASY", "floor_strike": 1, "yes_bid_dollars": "0.3000", "yes_ask_dollars": "0.3500"}
    hard = {"ticker": "HARD", "floor_strike": 2, "yes_bid_dollars": "0.4200", "yes_ask_dollars": "0.4600"}
    reads.rain, reads.more = {**TRADED, **ladder, **easy}, [{**TRADED, **ladder, **hard}]
    assert run(RUN_AFTER)["contradictions"] == 1


def test_what_is_held_stays_watched_though_it_passes_no_filter(reads, database):
    with closing(connect(database, "test")) as db, db:
        values = fill_values(fill(order(ticker=MARKET["ticker"])))
        queries("ledger").add_fill(db, **values)
    assert run(RUN_AFTER)["watched"] == 2


def test_the_watch_list_is_written_by_rank_and_published(reads, database, monkeypatch):
    published = []

    async def publish(settings, chosen, *, now):
        published.append((settings.seed, [watch.ticker for watch in chosen], now))
        return len(chosen)

    monkeypatch.setattr(discovery.watchlist, "publish", publish)
    reads.rain = TRADED
    run(RUN_AFTER)
    told = {"published": 2, "changed": 1, "moved": 0}
    assert [discovery.publish_watchlist(RUN_AFTER, FIVE) for _ in range(2)] == [told, told]
    both = [CRYPTO["ticker"], MARKET["ticker"]]
    assert published == [(7, both, Nanos.parse("2026-11-21T12:10:00Z"))] * 2
    assert rows(database, "select ticker, desk, score > 0 from watchlist order by rank") == [
        (both[0], "crypto", None),
        (both[1], "forecast", True),
    ]


def test_a_rerun_of_an_old_interval_changes_no_row_and_sends_nothing(reads, database, broker, monkeypatch):
    monkeypatch.setenv("KAFKA_BOOTSTRAP", broker.bootstrap)
    run(RUN_AFTER)
    discovery.publish_watchlist(RUN_AFTER, FIVE)
    with closing(connect(database, "test")) as db, db:
        queries("ledger").add_fill(db, **fill_values(fill(order(ticker=MARKET["ticker"]))))
    reads.rain = {**TRADED, "title": "Rain at all?"}
    run(RUN_AFTER + FIVE)
    discovery.publish_watchlist(RUN_AFTER + FIVE, FIVE)
    reads.rain = {**TRADED, "status": "closed", "close_time": "2026-11-21T12:19:00Z"}
    run(RUN_AFTER + 2 * FIVE)
    discovery.publish_watchlist(RUN_AFTER + 2 * FIVE, FIVE)
    before, sent = everything(database), records(broker)
    for again in (RUN_AFTER, RUN_AFTER + FIVE):
        run(again)
        assert discovery.publish_watchlist(again, FIVE)["published"] == 0
    assert (everything(database), records(broker)) == (before, sent)


@pytest.mark.parametrize(("bid", "ask", "moved"), [("0.3700", "0.4100", 0), ("0.4600", "0.5100", 1)])
def test_a_mid_that_moved_by_the_least_edge_matters_to_forecasters(reads, monkeypatch, bid, ask, moved):
    async def publish(settings, chosen, *, now):
        return 0

    monkeypatch.setattr(discovery.watchlist, "publish", publish)
    reads.rain = TRADED
    run(RUN_AFTER)
    reads.rain = {**TRADED, "yes_bid_dollars": bid, "yes_ask_dollars": ask}
    run(RUN_AFTER + FIVE)
    assert discovery.publish_watchlist(RUN_AFTER + FIVE, FIVE) == {"published": 0, "changed": 0, "moved": moved}


def test_the_filters_are_the_settings():
    settings = load_settings(_env_file=None, categories_denied="Sports", max_listed_spread=0.07, min_volume_24h=3)
    filters = discovery.filters_of(settings)
    assert (filters.max_spread, filters.min_volume_24h, filters.denied) == (Price(700), Count(300), {"sports"})
    assert filters.min_to_close_ns == 86_400 * 10**9
