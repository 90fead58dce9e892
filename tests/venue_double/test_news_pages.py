import feedparser

from kalshi_desk.domain.units import Nanos
from kalshi_desk.simulation.forecast_news import Article
from kalshi_desk.venue_double import news_pages

AT = Nanos.parse("2026-11-21T15:45:30Z")


def article(**changes):
    given = {
        "guid": "a.example/1", "category": "World", "outlet": "A", "domain": "a.example", "title": "R&D up <3 %>",
        "summary": "<p>x</p>", "link": "https://a.example/1?x=1&y=2", "at": AT, "dated": str(AT),
    } | changes  # fmt: skip
    return Article(**given)


def test_rss_is_well_formed_whatever_the_texts_hold():
    feed = feedparser.parse(news_pages.rss("bls.gov", [article(), article(guid="b", dated="last Tuesday")]))
    assert not feed.bozo
    first, second = feed.entries
    assert (first.title, first.link, first.id) == ("R&D up <3 %>", "https://a.example/1?x=1&y=2", "a.example/1")
    assert first.published == "Sat, 21 Nov 2026 15:45:30 GMT"
    assert (second.published, second.get("published_parsed")) == ("last Tuesday", None)


def test_atom_tells_the_same():
    feed = feedparser.parse(news_pages.atom("world", [article()]))
    assert (feed.version, feed.entries[0].id, feed.entries[0].updated) == (
        "atom10",
        "a.example/1",
        "2026-11-21T15:45:30Z",
    )


def test_the_services_bodies():
    assert news_pages.gdelt([]) == {}
    assert news_pages.gdelt([article()])["articles"][0]["seendate"] == "20261121T154530Z"
    page = news_pages.newsapi([article()], 9)
    assert (page["totalResults"], page["articles"][0]["publishedAt"]) == (9, "2026-11-21T15:45:30Z")
    other = news_pages.marketaux([article()], total=9, limit=1, page=2)
    assert other["meta"] == {"found": 9, "returned": 1, "limit": 1, "page": 2}
    assert len(other["data"][0]["uuid"]) == 36
