"""Questions in the order in which the world asked and answered them: each is forecast from what was known then."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

import msgspec

from kalshi_desk.domain.estimate import Sample
from kalshi_desk.domain.question import Question
from kalshi_desk.steps.calibrate import Calibration, Combined, CombineParams


class Foretold(msgspec.Struct, frozen=True, kw_only=True):
    """One question with the ``calibration`` known when it was asked and the estimate that ``combine`` made of both.

    ``mix`` has the settings' weights renormalised over those present; ``combined`` is None where there is no forecast.
    """

    question: Question
    mix: float | None
    combined: Combined | None
    calibration: Calibration | None


def samples_of(question: Question) -> list[Sample]:
    """Return a question's forecasts as one sample a forecaster; keys are the vendors."""
    return [Sample(vendor=name, model=name, evidence_set=0, p_yes=p) for name, p in sorted(question.forecasts.items())]


def walk_forward(questions: Iterable[Question], *, params: CombineParams) -> Iterator[Foretold]:
    """Yield every question, by ``asked_at``; each teaches only questions asked after its ``resolved_at``."""
    raise NotImplementedError


def ordered(questions: Iterable[Question]) -> Sequence[Question]:
    """Return questions by the instant they were asked, then by id."""
    return sorted(questions, key=lambda question: (question.asked_at, question.id))
