"""The daily report: one UTC day of event time, from what was known at the run's decision time."""

from __future__ import annotations

from dataclasses import asdict
from datetime import UTC, datetime, time, timedelta
from datetime import date as Date
from typing import Any

from airflow.sdk.exceptions import AirflowSkipException

from kalshi_desk.adapters.postgres.attribution import read_parts
from kalshi_desk.adapters.postgres.queries import queries
from kalshi_desk.adapters.reports import daily
from kalshi_desk.batch.desk import WRITTEN_S, Run, run_of
from kalshi_desk.batch.inputs import once
from kalshi_desk.domain.attribution import Part
from kalshi_desk.domain.message import encode
from kalshi_desk.domain.report import Activity, DailyReport, Money, Skill, markdown
from kalshi_desk.domain.report_parts import Coming, Costs, DeskDay, ForecasterScore, Incident, ModelCost, result_rows
from kalshi_desk.domain.units import Nanos
from kalshi_desk.errors import DeskError
from kalshi_desk.wiring.addresses import accounts


def write_report(run_after: datetime, period: timedelta, *, date: str | None) -> str:
    """Write the report of ``date``, or of the day that the run's window ends in; return the path of its page.

    Raises AirflowSkipException where a later run has reported the day: that report stays.
    """
    with run_of(run_after, period, lag_s=WRITTEN_S) as run:
        day = Date.fromisoformat(date) if date else report_day(run)
        report = once(run, f"daily_report.{day}", DailyReport, lambda: gather(run, day))
        if queries("report").save_report(run.connection, **_row(run, report)) is None:
            raise AirflowSkipException(f"a later run has reported {day} already")
        _text, page = daily.write(report, run.settings.desk_home.resolve() / "reports")
        return str(page)


def gather(run: Run, day: Date) -> DailyReport:
    """Read the figures of a day up to the run's decision time; raises DeskError for a day that has not begun."""
    if day > run.now.datetime().date():
        raise DeskError(f"{day} has not begun: it is {run.now} on the event clock")
    start = datetime.combine(day, time.min, tzinfo=UTC) - timedelta(microseconds=1)
    end = min(start + timedelta(days=1), run.now.datetime())
    span = {"account": run.account, "start": start, "end": end}
    sql, db = queries("report"), run.connection
    return DailyReport(
        account=run.account,
        mode=run.settings.desk_mode,
        date=day.isoformat(),
        until=f"{end:%Y-%m-%dT%H:%M:%SZ}",
        money=Money(*sql.money(db, **span)),
        activity=Activity(*sql.activity(db, **span)),
        refusals=list(sql.refusals(db, **span)),
        settled=[(ticker, _held(count), result, pnl) for ticker, count, result, pnl in sql.settled(db, **span)],
        skill=[Skill(*row) for row in sql.skill(db, **span)],
        results=result_rows(_parts(run, end), _parts(run, start)),
        further=[(name, Money(*sql.money(db, **span | {"account": name}))) for name in accounts(run.settings)[1:]],
        **_forecast_desk(run, span),
    )


def _parts(run: Run, at: datetime) -> list[Part]:
    return read_parts(run.connection, account=run.account, at=Nanos.of(at))


def _forecast_desk(run: Run, span: dict[str, Any]) -> dict[str, Any]:
    sql, db = queries("report"), run.connection
    month = {**span, "month": _month(span["end"])}
    models_day, models_month, realized = sql.costs(db, **month)
    return {
        "desks": [DeskDay(*row) for row in sql.desks(db, **span)],
        "estimates": sql.estimates(db, **span)[0],
        "forecasters": [ForecasterScore(*row) for row in sql.forecasters(db, **span)],
        "costs": Costs(models_day, models_month, run.settings.monthly_costs, realized),
        "models": [ModelCost(*row) for row in sql.models(db, **span)],
        "incidents": [Incident(*row) for row in sql.incidents(db, **span)],
        "coming": [Coming(*row) for row in sql.coming(db, **span)],
    }


def _month(end: datetime) -> datetime:
    """Return the start of the month that ``end`` closes; at its first midnight that is the month just over."""
    last = end - timedelta(microseconds=1)
    return last.replace(day=1, hour=0, minute=0, second=0, microsecond=0) - timedelta(microseconds=1)


def report_day(run: Run) -> Date:
    """Return the UTC day that the run's window ends in; at midnight that is the day just over."""
    return (run.now.datetime() - timedelta(microseconds=1)).date()


def _held(count: Any) -> str:
    return f"{abs(count):.2f} {'yes' if count > 0 else 'no'}"


def _row(run: Run, report: DailyReport) -> dict[str, Any]:
    facts = encode({"money": {k: str(v) for k, v in asdict(report.money).items()}, "activity": asdict(report.activity)})
    return {
        "account": run.account,
        "date": report.date,
        "summary": facts.decode(),
        "markdown": markdown(report),
        "html": daily.html(report),
        "observed_at": run.now.datetime(),
    }
