"""What meaning, names, dates and amounts find on recorded questions; the figures of README.md and of the thresholds."""

import re
from datetime import date

import numpy as np
import pyarrow.parquet as pq
import pytest

from kalshi_desk.adapters.sentences import embed
from kalshi_desk.domain.news import Article, Topic
from kalshi_desk.domain.same_question import SAME, same_question
from kalshi_desk.domain.units import Nanos
from kalshi_desk.steps.gather_news import Compared, link

pytestmark = pytest.mark.recording
MONTHS = [f"{date(2026, number, 1):%B}" for number in range(1, 13)]
ARTICLE = re.compile(r"\*\*(.+?)\*\*\n(.*?)\nOriginal language: .*?\nPublish date: .*?\nSource:\[.*?\]\((.*?)\)", re.S)


def precision_and_recall(found: np.ndarray, true: np.ndarray) -> tuple[float, float]:
    both = (found & true).sum()
    return both / found.sum(), both / true.sum()


def kalshi_words(ticker: str) -> str:
    """Return the venue's words for a ticker like KXFEDDECISION-26OCT-H26: a hike of more than 25."""
    _, meeting, bucket = ticker.split("-")
    when = next(month for month in MONTHS if month[:3].upper() == meeting[2:])
    way, points = {"H": "Hike", "C": "Cut"}[bucket[0]], int(bucket[1:])
    size = ">25bps" if points == 26 else f"{points}bps"
    asked = f"Will the Federal Reserve {way} rates by {size} at their {when} 20{meeting[:2]} meeting?"
    return asked if points else f"{asked} Fed maintains rate"


def polymarket_words(meeting: str, bucket: str) -> str:
    """Return the other venue's words for a bucket like hike_50plus of the meeting 2026-10."""
    year, month = meeting.split("-")
    when = f"{MONTHS[int(month) - 1]} {year}"
    if bucket == "no_change":
        return f"No change in Fed interest rates after {when} meeting?"
    way, points = bucket.split("_")
    verb = {"hike": "increases", "cut": "decreases"}[way]
    return f"Fed {verb} interest rates by {points.replace('plus', '+')} bps after {when} meeting?"


def test_the_same_question_is_found_on_two_venues(recordings_dir):
    table = pq.read_table(recordings_dir / "kalshi_polymarket_fed_pairs_2026-07" / "pairs.parquet").to_pylist()
    pairs = sorted({(row["kalshi_ticker"], row["meeting"], row["bucket"]) for row in table})
    ours = [kalshi_words(ticker) for ticker, *_ in pairs]
    theirs = [polymarket_words(meeting, bucket) for _, meeting, bucket in pairs]
    cosines, true = embed(ours) @ embed(theirs).T, np.eye(len(pairs), dtype=bool)
    scores = np.array(
        [[same_question(cosines[i, j], mine, other) for j, other in enumerate(theirs)] for i, mine in enumerate(ours)]
    )
    assert len(pairs) == 15
    assert precision_and_recall(scores >= SAME, true) == (1.0, 1.0)
    assert scores[true].min() > 0.6
    assert scores[~true].max() == 0.0
    assert precision_and_recall(cosines >= 0.7, true)[0] < 0.1  # the meaning alone tells no two of them apart


def test_articles_find_their_questions(recordings_dir):
    table = pq.read_table(recordings_dir / "news_context_q4_2024" / "news.parquet").to_pylist()
    titles = [row["title"] for row in table]
    digests = {}
    for question, row in enumerate(table):
        for title, summary, url in ARTICLE.findall(row["news"]):
            digests.setdefault(url, (f"{title}. {summary}", set()))[1].add(question)
    texts, questions = zip(*[digests[url] for url in sorted(digests)][::12], strict=True)
    asked, told = embed(titles), embed(texts)
    articles = [
        Article(source="x", url=f"https://x.test/{n}", title=text, summary="", published_at=None, observed_at=Nanos(0))
        for n, text in enumerate(texts)
    ]
    place = {article.article_id: n for n, article in enumerate(articles)}
    found = np.zeros((len(texts), len(titles)), dtype=bool)
    topics = [Topic(str(n), title) for n, title in enumerate(titles)]
    wanted = {topic.ticker for topic in topics}
    for each in link(Compared(tuple(articles), told), topics, vectors=asked, wanted=wanted):
        found[place[each.article_id], int(each.ticker)] = True
    true = np.array([[question in mine for question in range(len(titles))] for mine in questions])
    alike = true @ (asked @ asked.T >= 0.7)  # one question in several sizes, mostly
    precision, recall = precision_and_recall(found, true)
    near, _ = precision_and_recall(found, alike)
    kept = found.any(axis=1).mean()
    print(f"precision {precision:.2f}, alike {near:.2f}; recall {recall:.2f}; kept {kept:.2f} of {len(texts)}")
    assert precision > 0.45
    assert near > 0.7
    assert recall > 0.7
    assert kept > 0.8
