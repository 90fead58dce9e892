"""Questions for tests, with every field that a test does not care about filled in."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any
from zlib import crc32

import numpy as np
from numpy.typing import NDArray

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


def apart(titles: Sequence[str]) -> NDArray[np.float32]:
    """Return a meaning for each title that has nothing to do with any other's: unit rows."""
    rows = np.array([np.random.default_rng(crc32(title.encode())).normal(size=384) for title in titles], np.float32)
    return rows / np.linalg.norm(rows, axis=1, keepdims=True)
