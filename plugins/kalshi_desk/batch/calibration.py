"""Calibration: fits from the answers known at the run's decision time, and the fits known at any instant."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import msgspec

from kalshi_desk.adapters.postgres.queries import queries
from kalshi_desk.batch.desk import Run, run_of
from kalshi_desk.batch.inputs import once
from kalshi_desk.domain.message import Decoder, encode
from kalshi_desk.domain.question import Question
from kalshi_desk.domain.units import Nanos
from kalshi_desk.steps.calibrate import Calibration
from kalshi_desk.steps.learn import fit
from kalshi_desk.wiring.combination import combine_params

_decode: Decoder[Calibration] = Decoder(Calibration, "calibrations")


class Record(msgspec.Struct, frozen=True):
    """What was known of the desk's own questions: those answered, and when those still open were asked."""

    answered: list[Question]
    still_open: list[Nanos]


def fit_calibrations(run_after: datetime, period: timedelta) -> int:
    """Write the calibrations that the answers known by now support; return how many: none before a fair sample."""
    with run_of(run_after, period) as run:
        sql, db = queries("calibration"), run.connection
        known = once(run, "calibration", Record, lambda: read_record(run))
        fitted = fit(known.answered, known.still_open, fitted_at=run.now, params=combine_params(run.settings))
        sql.drop_calibrations(db, account=run.account, fitted_at=run.now.datetime())
        for calibration in fitted.values():
            sql.add_calibration(db, account=run.account, **_row(calibration))
        return len(fitted)


def read_record(run: Run) -> Record:
    """Return the desk's questions as they were known at the run's decision time."""
    return Record(answered(run), still_open(run))


def answered(run: Run) -> list[Question]:
    """Return the estimated markets whose outcome was known at the run's decision time, one question a market."""
    rows = queries("calibration").answered(run.connection, account=run.account, now=run.now.datetime())
    return [_question(row) for row in rows]


def still_open(run: Run) -> list[Nanos]:
    """Return when each market was first estimated whose outcome was not known at the run's decision time."""
    rows = queries("calibration").still_open(run.connection, account=run.account, now=run.now.datetime())
    return [Nanos.of(asked_at) for (asked_at,) in rows]


def known_calibrations(run: Run) -> dict[str, Calibration]:
    """Return the newest calibrations at the run's decision time, by casefolded category and ``*``."""
    rows = queries("calibration").newest_calibrations(run.connection, account=run.account, now=run.now.datetime())
    known = [_decode(parameters) for (parameters,) in rows]
    return {calibration.category: calibration for calibration in known}


def _question(row: tuple[Any, ...]) -> Question:
    ticker, title, category, asked_at, known_at, outcome, price, forecasts, event = row
    return Question(
        id=ticker,
        title=title,
        category=category,
        asked_at=Nanos.of(asked_at),
        resolved_at=Nanos.of(known_at),
        outcome=outcome,
        price=price,
        forecasts=forecasts,
        event=event,
    )


def _row(calibration: Calibration) -> dict[str, Any]:
    return {
        "category": calibration.category,
        "fitted_at": calibration.fitted_at.datetime(),
        "resolutions": calibration.resolutions,
        "parameters": encode(calibration).decode(),
    }
