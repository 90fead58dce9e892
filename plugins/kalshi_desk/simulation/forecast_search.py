"""How the simulated press is searched: phrases and words of which most must stand in an article."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from kalshi_desk.simulation.forecast_draws import uniform
from kalshi_desk.simulation.forecast_news import Article

_PHRASE = re.compile(r'"([^"]+)"|(\S+)')
_WORD = re.compile(r"[a-z0-9&]+")
_SMALL = frozenset({"the", "of", "in", "on", "at", "a", "an", "and", "or", "will", "be", "to", "by", "above", "near"})
_ENOUGH, _LISTED = 0.6, 0.6


def words_of(text: str) -> frozenset[str]:
    """Return the words of a text that carry meaning."""
    return frozenset(_WORD.findall(text.lower())) - _SMALL


def phrases_of(query: str) -> list[frozenset[str]]:
    """Return what a query asks for, any of it: quoted phrases and words; operators and exclusions are left out."""
    asked = (quoted or word for quoted, word in _PHRASE.findall(query.replace("(", " ").replace(")", " ")))
    kept = (part for part in asked if part not in ("OR", "AND") and not part.startswith("-") and ":" not in part)
    return [words for part in kept if (words := words_of(part))]


def matching(articles: Iterable[Article], query: str) -> Iterator[Article]:
    """Yield the articles in which most of the words of some phrase stand."""
    phrases = phrases_of(query)
    for article in articles:
        there = words_of(f"{article.title} {article.summary}")
        if any(len(phrase & there) >= _ENOUGH * len(phrase) for phrase in phrases):
            yield article


def carried(articles: Iterable[Article], feed: str, category: str | None) -> Iterator[Article]:
    """Yield the articles that a feed carries: those of its category, else a good half of all, another for each name."""
    for article in articles:
        if article.category == category or (category is None and uniform(feed, article.guid) < _LISTED):
            yield article


def slug(category: str) -> str:
    """Return a category as the name of a feed: Climate and Weather is climate-and-weather."""
    return "-".join(_WORD.findall(category.lower()))
