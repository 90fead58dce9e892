"""Questions for tests, with every field that a test does not care about filled in."""

from __future__ import annotations

from typing import Any

from kalshi_desk.domain.question import Question
from kalshi_desk.domain.units import Nanos, seconds

START = Nanos.parse("2026-01-01T00:00:00Z")


def day(number: float) -> Nanos:
    """Return an instant that many days after the first of January."""
    return Nanos(START + seconds(number * 86_400))


def asked(name: str = "a", *, on: float = 0, answered: float = 1, outcome: int = 1, **fields: Any) -> Question:
    """Return a question; ``on`` and ``answered`` are days after the first of January."""
    filled = {"title": f"Will {name} be?", "category": "weather", "price": None, "forecasts": {}} | fields
    return Question(id=name, asked_at=day(on), resolved_at=day(answered), outcome=outcome, **filled)  # type: ignore[arg-type]
