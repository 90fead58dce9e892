"""How alike two texts are beyond the cosine of their vectors: the names, amounts and dates that they share."""

from __future__ import annotations

import re
from functools import lru_cache
from itertools import pairwise

import msgspec

_WORD = re.compile(r"[^\W\d_][\w'\u2019-]*|[0-9][0-9,]*(?:\.[0-9]+)?", re.UNICODE)
MONTHS = {
    name: number
    for number, names in enumerate(
        ("january jan", "february feb", "march mar", "april apr", "may", "june jun", "july jul", "august aug",
         "september sep sept", "october oct", "november nov", "december dec"), start=1,
    )
    for name in names.split()
}  # fmt: skip
_YEAR = re.compile(r"(?:19|20)[0-9]{2}")
_SHARED = 0.2  # weight of shared words beside the cosine
_DENIAL = re.compile(
    r"^(?:no|not|never|without|nor|cannot|den(?:y|ie[sd])|fail(?:s|ed)?|reject(?:s|ed)?)$|n['\u2019]t$"
)
_KIN = 0.5  # share of words
_TELLING = 5  # words of a headline
_ALIKE = 0.4  # share of word pairs
EMPTY = frozenset(
    _WORD.findall(
        "a an the of in on at to for by with from and or not no is are be was were been will would can could may might "
        "do does did has have had than then this that these those it its as into over under above below more less most "
        "least between before after during until within who what when which where how why their his her they he she we "
        "you i yes any all each if there up down out about per new say says said market question"
    )
)


class Facts(msgspec.Struct, frozen=True):
    """What a text names: words that stand for something, numbers, years, months."""

    words: frozenset[str]
    numbers: frozenset[str]
    years: frozenset[int]
    months: frozenset[int]


@lru_cache(maxsize=4_096)
def facts(text: str) -> Facts:
    """Return what a text names."""
    tokens = _WORD.findall(text)
    numbers = {token.replace(",", "") for token in tokens if token[0].isdigit()}
    years = {int(number) for number in numbers if _YEAR.fullmatch(number)}
    words = [token for token in tokens if not token[0].isdigit() and token.lower() not in EMPTY]
    return Facts(
        words=frozenset(map(_stem, words)),
        numbers=frozenset(number for number in numbers if not _YEAR.fullmatch(number)),
        years=frozenset(years),
        months=frozenset(MONTHS[token.lower()] for token in tokens if token.lower() in MONTHS and token[0].isupper()),
    )


def _stem(word: str) -> str:
    word = word.lower().replace("\u2019", "'").removesuffix("'s")
    return word[:-1] if len(word) > 3 and word.endswith("s") and not word.endswith("ss") else word


def least_cosine(relevant: float) -> float:
    """Return the cosine below which no text is that relevant, whatever words it shares."""
    return relevant * (1 + _SHARED) - _SHARED


def relevance(cosine: float, article: Facts, topic: Facts) -> float:
    """Return in [0, 1] how much an article speaks of a topic: meaning, and the share of the topic's words it has.

    cosine: of the vectors of both texts.
    """
    return (max(0.0, cosine) + _SHARED * _share(topic.words, article.words)) / (1 + _SHARED)


def siblings(topic: Facts, other: Facts) -> bool:
    """Return whether two topics are one question about two things: the same words but for a few of each."""
    both, either = topic.words & other.words, topic.words | other.words
    apart = topic.words - other.words and other.words - topic.words
    return bool(apart) and len(both) >= _KIN * len(either)


def mistaken(article: Facts, topic: Facts, other: Facts) -> bool:
    """Return whether an article is about the topic's sibling: it has words of that one, and none of the topic's own."""
    own, theirs = topic.words - other.words, other.words - topic.words
    return bool(theirs & article.words) and not own & article.words


def headline(title: str) -> str:
    """Return a headline by its words alone, or nothing where it has too few to tell one piece of news from another."""
    words = [token.lower() for token in _WORD.findall(title)]
    return " ".join(words) if len(words) >= _TELLING else ""


def repeats(title: str, other: str) -> bool:
    """Return whether two headlines word one piece of news alike: same numbers, same negations, most pairs of words."""
    mine, theirs = _pairs(title), _pairs(other)
    if facts(title).numbers != facts(other).numbers or _denials(title) != _denials(other):
        return False
    return len(mine & theirs) >= _ALIKE * len(mine | theirs)


def _pairs(title: str) -> frozenset[tuple[str, str]]:
    words = [_stem(token) for token in _WORD.findall(title)]
    return frozenset(pairwise(words))


def _denials(title: str) -> frozenset[str]:
    return frozenset(token for token in map(str.lower, _WORD.findall(title)) if _DENIAL.search(token))


def _share(wanted: frozenset[str], there: frozenset[str]) -> float:
    return len(wanted & there) / len(wanted) if wanted else 0.0
