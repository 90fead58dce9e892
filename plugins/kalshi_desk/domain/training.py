"""Settled estimates as training examples: the prompt as it was sent, and the answer that the outcome gave.

An example may hold nothing that was not known when the question was asked, and nothing of the price. Each check names
what it found; an example with any of that is left out, even where the likeness may be chance.
"""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from datetime import date
from typing import Any

import msgspec

from kalshi_desk.domain.units import Nanos

SURE = {1: 0.99, 0: 0.01}  # an answer of 0 or 1 is none to the desk
CHECKS = ("settled_before_asked", "later_date", "later_article", "outcome_told", "price_told")
_QUESTION = "Question id: "
_DATED = re.compile(r"^(?:Today: )?(\d{4}-\d\d-\d\d)(?:, |$)", re.MULTILINE)
_TOLD = re.compile(
    r"\b(?:(?:was|were|is|has been|have been|had)\s+)?(?:resolved|settled|determined)\s+(?:as\s+|to\s+|at\s+)?[\"'“]?"
    r"(?:yes|no)\b(?![\"'”]?,?\s+(?:if|when|unless|only|once|should|in case|provided))",
    re.IGNORECASE,
)
_COUNTED = re.compile(r"^\d+ of \d+ resolved YES in ", re.MULTILINE)
_RULE = re.compile(r"\b(?:will|would|to|shall|may|can|must|could|should) be\s*$", re.IGNORECASE)


class Example(msgspec.Struct, frozen=True, kw_only=True):
    """One prompt of a settled estimate; ``price`` is YES's when it was asked, None where there was none.

    ``later_titles`` are those of articles on the market that the desk saw only after it had asked.
    """

    asked_at: Nanos
    settled_at: Nanos
    outcome: int
    price: float | None
    prompt: str
    later_titles: Sequence[str]


def leaks(example: Example) -> list[str]:
    """Return which of CHECKS the example fails."""
    text = example.prompt
    found = {
        "settled_before_asked": example.settled_at <= example.asked_at,
        "later_date": any(_day(told) > example.asked_at.datetime().date() for told in _DATED.findall(text)),
        "later_article": any(title.strip() and title.strip() in text for title in example.later_titles),
        "outcome_told": tells_outcome(text),
        "price_told": example.price is not None and tells_price(text, example.price),
    }
    return [name for name in CHECKS if found[name]]


def chat(example: Example) -> dict[str, Any]:
    """Return the example as a line of OpenAI's chat format for fine-tuning; the reason stays empty: none is known."""
    place = example.prompt.index(_QUESTION)
    answer = json.dumps({"reason": "", "probability": SURE[example.outcome]})
    return {
        "messages": [
            {"role": "system", "content": example.prompt[:place].rstrip("\n")},
            {"role": "user", "content": example.prompt[place:]},
            {"role": "assistant", "content": answer},
        ]
    }


def tells_outcome(text: str) -> bool:
    """Return whether a text reports how a question ended; rules that say how it would, and counts of others, do not."""
    plain = _COUNTED.sub("", text)
    return any(not _RULE.search(plain[: match.start()][-20:]) for match in _TOLD.finditer(plain))


def tells_price(text: str, price: float) -> bool:
    """Return whether a text has the price as cents, per cent, dollars or a decimal, of either outcome."""
    return any(_forms(p).search(text) is not None for p in (price, 1 - price))


def _forms(price: float) -> re.Pattern[str]:
    cents = f"{price * 100:.2f}".rstrip("0").rstrip(".")
    decimal = f"{price:.4f}".rstrip("0").removeprefix("0")
    trailing = "0*" if "." in cents else r"(?:\.0+)?"
    return re.compile(
        rf"(?<![\d.,]){re.escape(cents)}{trailing}\s?(?:%|¢|c\b|cents?\b|per ?cent\b)"
        rf"|(?<![\d.,])0?{re.escape(decimal)}0*(?![\d%])",
        re.IGNORECASE,
    )


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return date.max
