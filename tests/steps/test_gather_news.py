"""Judging and linking with vectors made up for the case; tests/integration/test_similarity.py measures real ones."""

import numpy as np
import pytest

from kalshi_desk.domain.news import Article, Link, Topic
from kalshi_desk.domain.units import NANOS, Nanos
from kalshi_desk.steps.gather_news import MOST_LINKS, RELEVANT, Compared, link, repetitions, sift

NOW = Nanos.parse("2026-11-21T12:00:00Z")
DAY = 86_400 * NANOS
OLDEST = Nanos(NOW - 14 * DAY)
CUT = "Federal Reserve officials signal another cut"


def article(title: str, *, url: str | None = None, summary: str = "", published_at: Nanos | None = None) -> Article:
    link = url or f"https://x.test/{abs(hash(title))}"
    return Article(source="rss:x", url=link, title=title, summary=summary, published_at=published_at, observed_at=NOW)


def compared(*rows: tuple[str, list[float]]) -> Compared:
    vectors = np.array([row for _, row in rows], dtype=np.float32).reshape(-1, 3)
    return Compared(
        tuple(article(title) for title, _ in rows), vectors / np.linalg.norm(vectors, axis=1, keepdims=True)
    )


def linked(articles: Compared, topics: list[Topic], rows: np.ndarray) -> list[Link]:
    return link(articles, topics, vectors=rows, wanted={topic.ticker for topic in topics})


def reasons(found, recent=(), known=()):
    _, unfit = sift(found, recent, known, oldest=OLDEST)
    return [(each.article.title, each.reason) for each in unfit]


def test_what_is_known_is_not_judged_again():
    known = article(CUT)
    assert sift([known, known], [], [known.article_id], oldest=OLDEST) == ([], [])


@pytest.mark.parametrize(("age", "old"), [(14 * DAY, False), (14 * DAY + 1, True)])
def test_old(age, old):
    found = [article(CUT, published_at=Nanos(NOW - age))]
    assert reasons(found) == ([(CUT, "old")] if old else [])


def test_an_unknown_date_is_not_old():
    assert reasons([article(CUT)]) == []


def test_thin():
    assert reasons([article("Fed up and down")]) == [("Fed up and down", "thin")]
    assert reasons([article("Fed up and down", summary="Rates climbed after the meeting")]) == []


def test_a_thousand_copies_are_one():
    copies = [article(CUT.upper() if n % 2 else CUT, url=f"https://copy.test/{n}") for n in range(1_000)]
    fit, unfit = sift(copies, [], [], oldest=OLDEST)
    assert fit == copies[:1]
    assert {each.reason for each in unfit} == {"duplicate"}


def test_a_headline_of_the_last_days_is_a_duplicate():
    assert reasons([article(CUT + " in rates")], recent=[article(CUT + ", in rates", url="https://y.test")]) == [
        (CUT + " in rates", "duplicate")
    ]


def test_what_is_alike_in_meaning_and_wording_repeats():
    recent = compared(("Fed officials signal a second cut in rates", [1, 0, 0]))
    fresh = compared(
        ("Fed officials signal a second rates cut", [1, 0.1, 0]),
        ("Officials at the bank point to lower borrowing costs", [1, 0.1, 0]),
        ("Fed officials signal no second cut in rates", [1, 0.1, 0]),
        ("Fed officials signal a second cut in taxes", [0, 1, 0]),
    )
    assert repetitions(fresh, recent) == {0}


def test_a_repetition_within_one_run():
    fresh = compared(("Fed officials signal a second cut", [1, 0, 0]), ("Fed officials signal second cut", [1, 0, 0]))
    assert repetitions(fresh, compared()) == {1}


def test_articles_are_linked_to_the_markets_they_speak_of():
    topics = [Topic("FED", "Federal Reserve cut"), Topic("SNOW", "Snow in Denver")]
    rows = np.array([[1, 0, 0], [0, 1, 0]], dtype=np.float32)
    (found,) = linked(compared((CUT, [1, 0.2, 0])), topics, rows)
    assert (found.ticker, found.article_id) == ("FED", article(CUT).article_id)
    assert RELEVANT <= found.relevance <= 1
    assert linked(compared((CUT, [0, 0, 1])), topics, rows) == []


def test_an_article_about_another_city_is_not_linked():
    cities = ("Seattle", "Miami", "Denver")
    topics = [
        Topic(city, f"Will the month's rain in {city} exceed 3 inches on the first of December?") for city in cities
    ]
    rows = np.tile(np.array([[1, 0, 0]], dtype=np.float32), (3, 1))
    (found,) = linked(
        compared(("Observers now expect the month's rain in Miami to reach 3.4 inches", [1, 0.2, 0])), topics, rows
    )
    assert found.ticker == "Miami"
    both = compared(("Rain falls across the country in a month of storms", [1, 0.2, 0]))
    assert {each.ticker for each in linked(both, topics, rows)} == set(cities)


def test_only_wanted_markets_are_linked_though_the_others_tell_them_apart():
    topics = [Topic("FED", "Federal Reserve cut"), Topic("ECB", "Federal Reserve officials")]
    rows = np.tile(np.array([[1, 0, 0]], dtype=np.float32), (2, 1))
    found = link(compared((CUT, [1, 0, 0])), topics, vectors=rows, wanted={"ECB"})
    assert [each.ticker for each in found] == ["ECB"]


def test_an_article_has_its_best_links_alone():
    topics = [Topic(f"T{n:03}", "Federal Reserve cut") for n in range(MOST_LINKS + 10)]
    rows = np.tile(np.array([[1, 0, 0]], dtype=np.float32), (len(topics), 1))
    found = linked(compared((CUT, [1, 0, 0])), topics, rows)
    assert [each.ticker for each in found] == [topic.ticker for topic in topics[:MOST_LINKS]]
