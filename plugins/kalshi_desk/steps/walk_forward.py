"""Questions in the order in which the world asked and answered them: each is forecast from what was known then."""

from __future__ import annotations

import heapq
from collections.abc import Iterable, Iterator, Sequence

import msgspec

from kalshi_desk.domain.estimate import Sample
from kalshi_desk.domain.log_odds import expit, logit
from kalshi_desk.domain.pooling import weighted_mean
from kalshi_desk.domain.question import Question
from kalshi_desk.domain.units import NANOS, Nanos
from kalshi_desk.steps.calibrate import Calibration, Combined, CombineParams, calibration_of, combine
from kalshi_desk.steps.learn import Lesson, learn, lesson_of

DAY_NS = 86_400 * NANOS
NEW_ANSWERS = 10


class Foretold(msgspec.Struct, frozen=True, kw_only=True):
    """One question with the ``calibration`` known when it was asked and the estimate that ``combine`` made of both.

    ``mix`` has the settings' weights renormalised over those present; both are None where there is no forecast, or
    where forecasters were certain of opposite outcomes.
    """

    question: Question
    mix: float | None
    combined: Combined | None
    calibration: Calibration | None


def samples_of(question: Question) -> list[Sample]:
    """Return a question's forecasts as one sample a forecaster; keys are the vendors."""
    return [Sample(vendor=name, model=name, evidence_set=0, p_yes=p) for name, p in sorted(question.forecasts.items())]


def walk_forward(
    questions: Iterable[Question], *, params: CombineParams, still_open: Sequence[Nanos] = ()
) -> Iterator[Foretold]:
    """Yield every question, by ``asked_at``; each teaches only questions asked after its ``resolved_at``.

    Those asked and not answered by then say how fair a sample the answers are; ``still_open`` is when those were asked
    that have no answer to this day. What is new is learned once it is a day old, or ten answers and a twentieth of all
    known ones.
    """
    school = _School(params, still_open)
    for question in ordered(questions):
        school.turn_to(question.asked_at)
        yield foretell(question, calibration_of(school.calibrations, question.category), params)
        school.enrol(question)


def foretell(question: Question, calibration: Calibration | None, params: CombineParams) -> Foretold:
    """Forecast one question from what was known of its category."""
    try:
        mix = weighted_mean({name: logit(p) for name, p in question.forecasts.items()}, params.vendor_weights)
        combined = combine(samples_of(question), calibration, price=question.price, params=params)
    except ValueError:
        return Foretold(question=question, mix=None, combined=None, calibration=calibration)
    return Foretold(question=question, mix=expit(mix), combined=combined, calibration=calibration)


def ordered(questions: Iterable[Question]) -> Sequence[Question]:
    """Return questions by the instant they were asked, then by id."""
    return sorted(questions, key=lambda question: (question.asked_at, question.id))


class _School:
    """Answers wait until their instant has passed; then they are lessons."""

    def __init__(self, params: CombineParams, still_open: Sequence[Nanos]) -> None:
        self.calibrations: dict[str, Calibration] = {}
        self._params, self._never = params, still_open
        self._waiting: list[tuple[Nanos, int, Lesson]] = []
        self._lessons: list[Lesson] = []
        self._enrolled = 0
        self._new = 0
        self._fitted_at = Nanos(0)

    def enrol(self, question: Question) -> None:
        lesson = lesson_of(question)
        if lesson is not None:
            self._enrolled += 1
            heapq.heappush(self._waiting, (question.resolved_at, self._enrolled, lesson))

    @property
    def _open(self) -> list[Nanos]:
        return [*self._never, *(lesson.asked_at for _, _, lesson in self._waiting)]

    def turn_to(self, now: Nanos) -> None:
        while self._waiting and self._waiting[0][0] < now:
            self._lessons.append(heapq.heappop(self._waiting)[2])
            self._new += 1
        if self._new and (now - self._fitted_at >= DAY_NS or self._new >= max(NEW_ANSWERS, len(self._lessons) // 20)):
            self.calibrations = learn(self._lessons, self._open, fitted_at=now, params=self._params)
            self._new, self._fitted_at = 0, now
