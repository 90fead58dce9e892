from contextlib import closing

import pytest

from kalshi_desk.adapters.postgres.clock_epochs import store_epochs
from kalshi_desk.adapters.postgres.connection import connect
from kalshi_desk.batch.desk import run_of
from kalshi_desk.batch.evidence import economic_for, evidence_for
from kalshi_desk.domain.asked import EconomicValue
from kalshi_desk.domain.event_clock import ClockSegment
from kalshi_desk.domain.units import Cash
from tests.batch.test_news import FED, FIRST, QUARTER, START
from tests.orders import ACCOUNT

pytestmark = pytest.mark.embedded
ARTICLE = (
    "insert into articles (account, article_id, source, url, title, summary, published_at, observed_at, kept, reason)"
    " values (%s, %s, 'rss:x', 'u', %s, '', %s, %s, true, null)"
)
LINK = "insert into article_markets values (%s, %s, %s, %s, %s)"
FIGURE = "insert into economic_series values (%s, %s, %s, %s, %s, %s)"


@pytest.fixture
def desk(paper_desk):
    segments = [ClockSegment(START, START, 1.0)]
    store_epochs(paper_desk, account=ACCOUNT, mode="paper", bankroll=Cash.parse("50"), segments=segments)
    with closing(connect(paper_desk, "test")) as db, db, db.cursor() as cursor:
        cursor.execute("select 1")
        yield cursor
        db.commit()


def add(cursor, name, *, published, known="2026-11-21T11:00Z", relevance=0.6, account=ACCOUNT, ticker=FED) -> None:
    cursor.execute(ARTICLE, (account, name, name, published, known))
    cursor.execute(LINK, (account, name, ticker, relevance, known))
    cursor.connection.commit()


def names(ticker: str = FED) -> list[str]:
    with run_of(FIRST, QUARTER) as run:
        return [each.article_id for each in evidence_for(run, ticker)]


def test_the_relevant_and_new_come_first(desk):
    add(desk, "week_old", published="2026-11-14T12:00Z", relevance=0.8)  # counts 0.4
    add(desk, "new", published="2026-11-21T10:00Z", relevance=0.5)
    add(desk, "best", published="2026-11-21T10:00Z", relevance=0.9)
    add(desk, "undated", published=None, relevance=0.6)
    assert names() == ["best", "undated", "new", "week_old"]


def test_what_is_old_foreign_or_known_later_is_no_evidence(desk):
    add(desk, "old", published="2026-11-07T11:59Z")
    add(desk, "later", published="2026-11-21T10:00Z", known="2026-11-21T12:00:01Z")
    add(desk, "another_account", published="2026-11-21T10:00Z", account="kalshi:live:x")
    add(desk, "another_market", published="2026-11-21T10:00Z", ticker="KXOTHER")
    assert names() == []
    assert names("KXOTHER") == ["another_market"]


def test_it_is_cut_to_the_best(desk):
    for n in range(25):
        add(desk, f"n{n:02}", published="2026-11-21T10:00Z", relevance=0.5 + n / 100)
    assert names() == [f"n{n:02}" for n in range(24, 4, -1)]


def test_figures_as_they_were_known(desk):
    rows = [
        ("UNRATE", "2026-09-01", "4.1", "2026-10-02", "2026-10-02"),
        ("UNRATE", "2026-10-01", "4.0", "2026-11-06", "2026-11-06"),
        ("UNRATE", "2026-10-01", "4.2", "2026-11-20", "2026-11-20"),  # revised
        ("UNRATE", "2026-11-01", None, "2026-11-21", "2026-11-21"),  # not measured
        ("UNRATE", "2026-10-01", "4.4", "2026-11-21", "2026-11-21T12:00:01Z"),  # known later
        ("FEDFUNDS", "2026-10-01", "3.88", "2026-11-02", "2026-11-02"),
    ]
    for row in rows:
        desk.execute(FIGURE, (ACCOUNT, *row))
    desk.execute(FIGURE, ("kalshi:live:x", "CPI", "2026-10-01", "1", "2026-11-02", "2026-11-02"))
    desk.connection.commit()
    with run_of(FIRST, QUARTER) as run:
        assert economic_for(run, "Economics") == (
            EconomicValue("FEDFUNDS", "2026-10-01", "3.88"), EconomicValue("UNRATE", "2026-10-01", "4.2"),
        )  # fmt: skip
        assert economic_for(run, "Sports") == ()
