"""What the record says of each forecaster: scores, and skill against the price with its interval.

Scores are losses (lower is better); skill is by how much the Brier score is lower than the price's on the same
estimates, so that above 0 is better than the market.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from kalshi_desk.domain.skill import Interval, skill

HORIZONS = (("within a day", 1.0), ("1 to 3 days", 3.0), ("3 to 7 days", 7.0), ("7 to 30 days", 30.0))
LATER = "over 30 days"
EVERYTHING = "all"
BASELINE = "price"
LEVEL = 0.9


@dataclass(frozen=True)
class Scored:
    """One forecaster's probability of one estimate and what it was worth; ``event`` shares its luck."""

    forecaster: str
    category: str
    horizon_days: float
    estimate_id: str
    event: str
    outcome: int
    p: float
    brier: float
    log_score: float


@dataclass(frozen=True)
class Line:
    """Scores of a forecaster over one part of the record: ``kind`` all, category or horizon, and which.

    ``skill`` is None where no estimate of the part had a price; its interval is at 90 %.
    """

    kind: str
    part: str
    forecaster: str
    n: int
    brier: float
    log_score: float
    skill: Interval | None


def horizon_of(days: float) -> str:
    """Return the name of a horizon, the time from estimate to close in days."""
    return next((name for name, longest in HORIZONS if days <= longest), LATER)


def scorecard(scores: Iterable[Scored]) -> list[Line]:
    """Return the lines of the whole record, of each category and of each horizon, by forecaster."""
    parts: dict[tuple[str, str], list[Scored]] = {}
    for score in scores:
        for part in _parts_of(score):
            parts.setdefault(part, []).append(score)
    return [line for (kind, part), held in sorted(parts.items()) for line in _lines(kind, part, held)]


def skill_of(scores: Sequence[Scored], forecaster: str) -> Interval | None:
    """Return a forecaster's skill against the price over the estimates that have both; None without any."""
    theirs = {score.estimate_id: score.brier for score in scores if score.forecaster == BASELINE}
    ours = [score for score in scores if score.forecaster == forecaster and score.estimate_id in theirs]
    return skill(
        [score.brier for score in ours],
        [theirs[score.estimate_id] for score in ours],
        [score.event for score in ours],
        level=LEVEL,
    )


def _parts_of(score: Scored) -> tuple[tuple[str, str], ...]:
    return (
        (EVERYTHING, EVERYTHING),
        ("category", score.category),
        ("horizon", horizon_of(score.horizon_days)),
    )


def _lines(kind: str, part: str, scores: Sequence[Scored]) -> Iterator[Line]:
    for forecaster in sorted({score.forecaster for score in scores}):
        own = [score for score in scores if score.forecaster == forecaster]
        yield Line(
            kind=kind,
            part=part,
            forecaster=forecaster,
            n=len(own),
            brier=sum(score.brier for score in own) / len(own),
            log_score=sum(score.log_score for score in own) / len(own),
            skill=skill_of(scores, forecaster),
        )
