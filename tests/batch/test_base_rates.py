"""Base rates on real tables, from settled events written by hand."""

import json
from contextlib import asynccontextmanager
from datetime import timedelta

import pytest

from kalshi_desk.adapters.postgres.clock_epochs import store_epochs
from kalshi_desk.batch import base_rates
from kalshi_desk.domain.event_clock import ClockSegment
from kalshi_desk.domain.units import Cash
from kalshi_desk.errors import Retryable
from tests.batch.test_discovery import FIVE, RUN_AFTER, START, rows
from tests.batch.test_listing import EVENT, MARKET, SERIES
from tests.orders import ACCOUNT

pytestmark = pytest.mark.embedded
DAY = timedelta(days=1)
RATES = "select scope, name, markets, yes from base_rates order by observed_at, scope"


def over(ticker, result, settled="2026-11-20T00:00:00Z"):
    return {**MARKET, "ticker": ticker, "status": "finalized", "result": result, "settlement_ts": settled}


class FakeReads:
    """A venue with two settled markets and more pages than anybody wants."""

    def __init__(self) -> None:
        self.asked, self.pages, self.away = [], 0, False
        self.markets = [over("A", "yes"), over("B", "no"), over("LATER", "yes", settled="2026-11-21T12:30:00Z")]

    async def series_list(self):
        return json.dumps({"series": [SERIES]}).encode()

    async def event_pages(self, query):
        if self.away:
            raise Retryable("GET /events", 503, "unavailable")
        self.asked.append(query)
        for _ in range(1000):
            self.pages += 1
            yield json.dumps({"events": [{**EVENT, "markets": self.markets}], "cursor": "more"}).encode()


@pytest.fixture
def reads(paper_desk, monkeypatch):
    segments = [ClockSegment(START, START, 1.0)]
    store_epochs(paper_desk, account=ACCOUNT, mode="paper", bankroll=Cash.parse("50"), segments=segments)
    fake = FakeReads()

    @asynccontextmanager
    async def reader(_settings):
        yield fake

    monkeypatch.setattr(base_rates.venue, "reader", reader)
    return fake


def run(after):
    return base_rates.fetch_settled(after, FIVE), base_rates.store_base_rates(after, FIVE)


def test_only_what_had_settled_is_counted_and_a_rerun_counts_the_same(reads, database):
    expected = [("category", "Climate and Weather", 2, 1), ("series", "KXRAIN", 2, 1)]
    assert run(RUN_AFTER) == (1 + base_rates.MOST_PAGES, 2)
    assert rows(database, RATES) == expected
    reads.markets = []
    assert run(RUN_AFTER) == (1 + base_rates.MOST_PAGES, 2)
    assert rows(database, RATES) == expected
    assert len(reads.asked) == 1
    assert (reads.pages, reads.asked[0]["status"]) == (base_rates.MOST_PAGES, "settled")


def test_they_are_read_again_when_they_are_a_day_old(reads, database):
    run(RUN_AFTER)
    assert run(RUN_AFTER + FIVE) == (0, 0)
    assert run(RUN_AFTER + DAY) == (1 + base_rates.MOST_PAGES, 2)
    assert rows(database, "select count(distinct observed_at) from base_rates") == [(2,)]
    newest = "select markets, yes from base_rates where scope = 'series' order by observed_at desc limit 1"
    assert rows(database, newest) == [(3, 2)]


def test_a_venue_that_does_not_answer_keeps_nothing_else_back(reads, database):
    reads.away = True
    assert run(RUN_AFTER) == (0, 0)
    reads.away = False
    assert run(RUN_AFTER) == (0, 0)  # it would count what its own time did not know
    assert run(RUN_AFTER + FIVE)[1] == 2
