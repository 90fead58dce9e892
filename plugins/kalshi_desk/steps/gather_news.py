"""Which of the articles found are evidence, why the others are not, and of which watched markets they speak.

Thresholds are measured on dated news digests of 153 questions (tests/steps/test_gather_news.py). Articles of the last
days are compared with markets that were not watched when they came.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Sequence

import msgspec
import numpy as np
from numpy.typing import NDArray

from kalshi_desk.domain.likeness import Facts, facts, headline, least_cosine, mistaken, relevance, repeats, siblings
from kalshi_desk.domain.news import Article, Judged, Link, Topic
from kalshi_desk.domain.units import Nanos

RELEVANT = 0.43
ALIKE = 0.88
MOST_LINKS = 40
FEWEST_WORDS = 4
Vectors = NDArray[np.float32]
Embed = Callable[[Sequence[str]], Vectors]


class Compared(msgspec.Struct, frozen=True):
    """Articles with the unit rows of their texts."""

    articles: tuple[Article, ...]
    vectors: Vectors


def sift(
    found: Iterable[Article], recent: Sequence[Article], known: Collection[str], *, oldest: Nanos
) -> tuple[list[Article], list[Judged]]:
    """Return the articles that are not known and may be evidence, and those that are old, thin or a known headline.

    recent: what a new article may repeat.  known: identities.  oldest: what was published before is old.
    """
    headlines = {headline(article.title) for article in recent}
    fit, unfit = [], []
    for article in _unknown(found, known):
        reason = _unfit(article, oldest, headlines)
        if reason is None:
            headlines.add(headline(article.title))
            fit.append(article)
        else:
            unfit.append(Judged(article, reason))
    return fit, unfit


def _unknown(found: Iterable[Article], known: Collection[str]) -> Iterator[Article]:
    seen = set(known)
    for article in found:
        if article.article_id not in seen:
            seen.add(article.article_id)
            yield article


def _unfit(article: Article, oldest: Nanos, headlines: Collection[str]) -> str | None:
    if article.published_at is not None and article.published_at < oldest:
        return "old"
    if len(facts(article.text).words) < FEWEST_WORDS:
        return "thin"
    name = headline(article.title)
    return "duplicate" if name and name in headlines else None


def repetitions(fresh: Compared, recent: Compared) -> frozenset[int]:
    """Return the places of fresh articles that say what a recent or an earlier fresh one says.

    Alike in meaning and in wording, with the same numbers and the same yes or no: a contradiction repeats nothing.
    """
    others = (*recent.articles, *fresh.articles)
    vectors = np.concatenate([recent.vectors, fresh.vectors])
    found: set[int] = set()
    for place, article in enumerate(fresh.articles):
        before = len(recent.articles) + place
        near = np.flatnonzero(vectors[:before] @ fresh.vectors[place] >= ALIKE)
        if any(repeats(article.title, others[other].title) for other in near.tolist()):
            found.add(place)
    return frozenset(found)


def link(articles: Compared, topics: Sequence[Topic], *, vectors: Vectors, wanted: Collection[str]) -> list[Link]:
    """Return the links of articles to those of the wanted tickers that they speak of, at most 40 an article.

    An article about another topic of the same kind, say another city's rain, is not linked.
    vectors: the topics' unit rows.
    """
    named = [facts(topic.text) for topic in topics]
    families = _families(named)
    links: list[Link] = []
    for article, row in zip(articles.articles, articles.vectors, strict=True):
        told = facts(article.text)
        scored = [
            (relevance(cosine, told, named[at]), topics[at].ticker)
            for at, cosine in enumerate((vectors @ row).tolist())
            if cosine >= least_cosine(RELEVANT)
            and topics[at].ticker in wanted
            and not any(mistaken(told, named[at], kin) for kin in families[at])
        ]
        best = sorted((each for each in scored if each[0] >= RELEVANT), key=lambda each: (-each[0], each[1]))
        links += [Link(article.article_id, ticker, round(score, 6)) for score, ticker in best[:MOST_LINKS]]
    return links


def _families(named: Sequence[Facts]) -> list[list[Facts]]:
    """Return the siblings of each topic; rungs of one ladder have the same words and count once."""
    different = {topic.words: topic for topic in named}
    kin = {
        words: [other for other in different.values() if siblings(topic, other)] for words, topic in different.items()
    }
    return [kin[topic.words] for topic in named]
