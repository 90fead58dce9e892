from contextlib import closing

import numpy as np
import pytest

from kalshi_desk.adapters.postgres.clock_epochs import store_epochs
from kalshi_desk.adapters.postgres.connection import connect
from kalshi_desk.adapters.sentences import WIDTH
from kalshi_desk.batch import news_rows
from kalshi_desk.batch.desk import run_of
from kalshi_desk.domain.event_clock import ClockSegment
from kalshi_desk.domain.news import Article, Judged, Link
from kalshi_desk.domain.units import Cash, Nanos
from kalshi_desk.steps.gather_news import Compared
from tests.batch.test_news import FED, FIRST, QUARTER, SECOND, START, rows, watch
from tests.orders import ACCOUNT

pytestmark = pytest.mark.embedded
ROW = np.eye(1, WIDTH, dtype=np.float32)


@pytest.fixture
def desk(paper_desk):
    segments = [ClockSegment(START, START, 1.0)]
    store_epochs(paper_desk, account=ACCOUNT, mode="paper", bankroll=Cash.parse("50"), segments=segments)
    return paper_desk


def article(title: str, published: str | None = "2026-11-20T19:00:00Z") -> Article:
    return Article(
        source="rss:x", url=f"https://x.test/{title}", title=title, summary="More",
        published_at=None if published is None else Nanos.parse(published),
        observed_at=Nanos.parse("2026-11-21T12:00:00Z"),
    )  # fmt: skip


def test_articles_come_back_with_their_vectors(desk):
    kept, dropped = article("kept"), article("dropped", None)
    with run_of(FIRST, QUARTER) as run:
        news_rows.save_articles(run, [Judged(dropped, "old")], Compared((kept,), ROW))
        assert news_rows.recent_ids(run) == []  # nothing of this run was known before it
        assert news_rows.recent_articles(run, []).articles == ()
    with run_of(SECOND, QUARTER) as run:
        recent = news_rows.recent_articles(run, news_rows.recent_ids(run))
        assert recent.articles == (kept,)
        assert np.array_equal(recent.vectors, ROW)
        assert news_rows.known_ids(run, [kept, dropped, article("new")]) == {kept.article_id, dropped.article_id}


def test_an_article_is_kept_while_a_market_is_linked(desk):
    with run_of(FIRST, QUARTER) as run:
        news_rows.save_articles(run, [], Compared((article("a"), article("b")), np.vstack([ROW, ROW])))
        assert news_rows.save_links(run, [Link(article("a").article_id, FED, 0.7)]) == 1
    assert rows(desk, "select title, kept, reason from articles order by 1") == [
        ("a", True, None), ("b", False, "off_topic"),
    ]  # fmt: skip
    with run_of(FIRST, QUARTER) as run:
        assert news_rows.save_links(run, [Link(article("b").article_id, FED, 0.7)]) == 1
    assert rows(desk, "select title, kept from articles order by 1") == [("a", False), ("b", True)]


def test_a_known_link_is_not_new(desk):
    links = [Link(article("a").article_id, FED, 0.7)]
    for at, new in ((FIRST, 1), (SECOND, 0), (FIRST, 1)):
        with run_of(at, QUARTER) as run:
            news_rows.save_articles(run, [], Compared((article("a"),), ROW))
            assert news_rows.save_links(run, links) == new
    assert rows(desk, "select distinct observed_at = '2026-11-21T12:00Z' from article_markets") == [(True,)]


def test_topics_are_the_forecast_desks_watched_markets_as_listed_then(desk):
    watch(desk, FED, "Federal funds rate", "Will the Fed cut?")
    watch(desk, "KXSAME", "Will it rain?", "Will it rain? In Seattle")
    watch(desk, "KXLATER", "Later", "Will it be later?", at="2026-11-21T12:10:00Z")
    with run_of(FIRST, QUARTER) as run:
        texts = {topic.ticker: topic.text for topic in news_rows.topics_of(run)}
    assert texts == {FED: "Federal funds rate. Will the Fed cut?", "KXSAME": "Will it rain? In Seattle"}


def test_markets_that_the_run_before_saw_are_not_new(desk):
    watch(desk, FED, "Federal funds rate", "Will the Fed cut?")
    watch(desk, "KXLATER", "Later", "Will it be later?", at="2026-11-21T12:10:00Z")
    with closing(connect(desk, "test")) as db, db, db.cursor() as cursor:
        cursor.execute(
            "insert into pages values ('news_aggregation', %s, '2026-11-21T11:45Z', 0, '{}', '2026-11-21T12:00Z')",
            (ACCOUNT,),
        )
    with run_of(FIRST, QUARTER) as run:
        assert news_rows.watched_before(run) == set()
    with run_of(SECOND, QUARTER) as run:
        assert news_rows.watched_before(run) == {FED}
        assert {topic.ticker for topic in news_rows.topics_of(run)} == {FED, "KXLATER"}
