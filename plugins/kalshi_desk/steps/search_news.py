"""What to search the news for: the names in the watched markets' titles, a few each time, all in turn."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence

from kalshi_desk.domain.likeness import EMPTY, MONTHS
from kalshi_desk.domain.news import Topic

_WORD = r"(?:(?:[A-Z]\.){2,}|[A-Z](?:[\w&'-]|\.(?=\w))*)"
_NAME = re.compile(rf"\b{_WORD}(?:\s+(?:of\s+|the\s+)?{_WORD})*")
SHORTEST, LONGEST = 4, 40


def phrases(topics: Sequence[Topic], *, turn: int, most: int) -> list[str]:
    """Return up to ``most`` phrases of the topics' titles, the frequent ones first; each ``turn`` has the next ones."""
    counted = Counter(phrase for topic in topics for phrase in dict.fromkeys(names(topic.text)))
    ranked = sorted(counted, key=lambda phrase: (-counted[phrase], phrase))
    turns = -(-len(ranked) // most)
    start = turn % turns * most if turns else 0
    return ranked[start : start + most]


def names(title: str) -> list[str]:
    """Return the capitalised phrases of a title that stand for something."""
    found = (_without_question(match[0]) for match in _NAME.finditer(title))
    return [phrase for phrase in found if SHORTEST <= len(phrase) <= LONGEST and phrase.lower() not in MONTHS]


def _without_question(phrase: str) -> str:
    words = phrase.split()
    while words and words[0].lower() in EMPTY:
        words.pop(0)
    return " ".join(words)
