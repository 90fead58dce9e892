"""A backtest that was asked for: over the desk's own estimates, or over a questions file in its folder."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from pathlib import Path
from urllib.parse import quote

import msgspec
import structlog

from kalshi_desk.adapters.postgres.queries import queries
from kalshi_desk.adapters.reports.backtest import html
from kalshi_desk.adapters.sentences import embed
from kalshi_desk.batch.calibration import Record, read_record
from kalshi_desk.batch.desk import Run, run_of
from kalshi_desk.batch.inputs import once
from kalshi_desk.domain.backtest import ForecastBacktest, result_json, verdict
from kalshi_desk.domain.units import Cash, Nanos
from kalshi_desk.errors import ParseError
from kalshi_desk.recordings.questions import read_questions
from kalshi_desk.replay.forecast_backtest import backtest
from kalshi_desk.wiring.backtest import backtest_params

FOLDER = "questions"
OWN = "the desk's own estimates"
_NAME = re.compile(r"[\w][\w.-]{0,120}", re.ASCII)
log = structlog.get_logger()


@dataclass(frozen=True)
class Wish:
    """What the trigger's form asks for; ``questions`` names a file of DESK_HOME/questions, None the desk's tables."""

    kind: str
    start_date: str | None
    end_date: str | None
    bankroll: float
    questions: str | None


def run_backtest(run_after: datetime, period: timedelta, *, run_id: str, wish: Wish) -> str:
    """Run it with what was known when the run was due, store result and report, and return the report's path.

    Raises ParseError for a questions file that is none or lies elsewhere, and for days in the wrong order.
    """
    if wish.start_date and wish.end_date and wish.end_date < wish.start_date:
        raise ParseError("backtest", "end_date lies before start_date", wish.end_date)
    with run_of(run_after, period) as run:
        known = once(run, f"backtest.{run_id}", Record, lambda: _record(run, wish.questions))
        found = _found(run, wish, known)
        word, sentence = verdict(found)
        row = {"run_id": run_id, "kind": wish.kind, "parameters": msgspec.json.encode(wish).decode()}
        page = html(found, title=f"{wish.kind} · {wish.questions or OWN}")
        queries("backtest").save_run(
            run.connection, **row, result=result_json(found).decode(), html=page, at=run.now.datetime()
        )
    path = f"/backtests/{quote(run_id, safe='')}"
    log.info("backtest.done", run_id=run_id, verdict=word, told=sentence, report=path)
    return path


def _found(run: Run, wish: Wish, known: Record) -> ForecastBacktest:
    params = backtest_params(
        run.settings,
        bankroll=Cash(int(Decimal(str(wish.bankroll)).scaleb(Cash.DECIMALS))),
        start=_midnight(wish.start_date),
        end=_midnight(wish.end_date, days=1),
        still_open=known.still_open,
    )
    return backtest(known.answered, params, embed=embed)


def _record(run: Run, name: str | None) -> Record:
    if name is None:
        return read_record(run)
    return Record(read_questions(questions_file(run.settings.desk_home.resolve() / FOLDER, name)), [])


def questions_file(folder: Path, name: str) -> Path:
    """Return the file of that name in the folder; raises ParseError for a name that leads out of it."""
    path = (folder / name).resolve()
    if not _NAME.fullmatch(name) or path.parent != folder.resolve():
        raise ParseError("questions", f"name a file of {FOLDER}/ in the desk's home", name)
    return path


def _midnight(day: str | None, *, days: int = 0) -> Nanos | None:
    if day is None:
        return None
    return Nanos.of(datetime.combine(date.fromisoformat(day), time.min, tzinfo=UTC) + timedelta(days=days))
