"""Whether two texts ask the same: alike in meaning, with the same dates, direction and amounts.

A cosine alone cannot tell a cut from a hike or October from July: what a question turns on is compared as such.
"""

from __future__ import annotations

import re
from math import inf

import msgspec

from kalshi_desk.domain.likeness import facts

SAME = 0.5
_NUMBER = r"(-?[0-9][0-9,]*(?:\.[0-9]+)?)"
_ABOVE = re.compile(rf"(?:more than|greater than|over|above|exceeds?|>)(?!=)\s*\$?{_NUMBER}", re.IGNORECASE)
_BELOW = re.compile(rf"(?:less than|fewer than|under|below|<)(?!=)\s*\$?{_NUMBER}", re.IGNORECASE)
_FROM = re.compile(rf"(?:at least|>=|≥)\s*\$?{_NUMBER}", re.IGNORECASE)
_OR_MORE = re.compile(rf"{_NUMBER}\s*%?\s*(?:\+|(?:\w+ )?or (?:more|higher|above|greater))", re.IGNORECASE)
_UP_TO = re.compile(rf"(?:at most|<=|≤)\s*\$?{_NUMBER}", re.IGNORECASE)
_OR_LESS = re.compile(rf"{_NUMBER}\s*%?\s*(?:\w+ )?or (?:less|fewer|lower|below)", re.IGNORECASE)
_BETWEEN = re.compile(rf"(?:between|from)\s*\$?{_NUMBER}\s*(?:and|to|-)\s*\$?{_NUMBER}", re.IGNORECASE)
_EXACT = re.compile(rf"(?<![\w.]){_NUMBER}")
_YEAR = re.compile(r"\b(?:19|20)[0-9]{2}\b")
_LOOSE = 0.9  # amounts that meet without being the same
_WAYS = {
    "up": "hike hikes hiked raise raises raised increase increases increased rise rises rose gain gains climb climbs",
    "down": "cut cuts lower lowers lowered reduce reduces reduced decrease decreases decreased fall falls fell drop",
    "none": "unchanged maintain maintains maintained hold holds held pause pauses keep keeps kept",
}
_WAY_OF = {word: way for way, words in _WAYS.items() for word in words.split()}
_NO_CHANGE = re.compile(r"\bno change\b", re.IGNORECASE)


class Range(msgspec.Struct, frozen=True, order=True):
    """An amount as the question bounds it; equal bounds are one number, ``strict`` ones are not met themselves."""

    low: float
    high: float
    strict: bool = False


def same_question(cosine: float, text: str, other: str) -> float:
    """Return in [0, 1] how likely two texts are to ask the same question; 0 where date or direction differ.

    cosine: of the vectors of both texts.
    """
    mine, theirs = facts(text), facts(other)
    if _apart(mine.years, theirs.years) or _apart(mine.months, theirs.months) or _apart(ways(text), ways(other)):
        return 0.0
    return max(0.0, cosine) * _agreement(amounts(text), amounts(other))


def ways(text: str) -> frozenset[str]:
    """Return where a text says that something goes: up, down, none."""
    told = {_WAY_OF[word] for word in re.findall(r"\w+", text.lower()) if word in _WAY_OF}
    return frozenset(told | {"none"} if _NO_CHANGE.search(text) else told)


def amounts(text: str) -> frozenset[Range]:
    """Return the amounts that a text names; years are none."""
    found, rest = set(), _YEAR.sub(" ", text)
    for pattern, bounds in _READINGS:
        for match in pattern.finditer(rest):
            found.add(bounds(*(float(group.replace(",", "")) for group in match.groups())))
        rest = pattern.sub(" ", rest)
    return frozenset(found)


_READINGS = (
    (_BETWEEN, lambda low, high: Range(min(low, high), max(low, high))),
    (_ABOVE, lambda low: Range(low, inf, strict=True)),
    (_BELOW, lambda high: Range(-inf, high, strict=True)),
    (_FROM, lambda low: Range(low, inf)),
    (_OR_MORE, lambda low: Range(low, inf)),
    (_UP_TO, lambda high: Range(-inf, high)),
    (_OR_LESS, lambda high: Range(-inf, high)),
    (_EXACT, lambda value: Range(value, value)),
)


def _apart(mine: frozenset[object], theirs: frozenset[object]) -> bool:
    return bool(mine) and bool(theirs) and not mine & theirs


def _agreement(mine: frozenset[Range], theirs: frozenset[Range]) -> float:
    if not mine or not theirs or mine == theirs:
        return 1.0
    few, many = sorted((mine, theirs), key=len)
    return _LOOSE if all(any(_meet(each, other) for other in many) for each in few) else 0.0


def _meet(one: Range, other: Range) -> bool:
    """More than 25 may be 50 or more, but neither 25 nor more than 50."""
    if one.strict == other.strict and one.low != one.high and other.low != other.high:
        return one == other
    return max(one.low, other.low) < min(one.high, other.high) or one == other
