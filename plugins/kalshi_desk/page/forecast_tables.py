"""What the tables say of the forecast desk: the watch list, the latest estimates, the evidence and what it cost."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from kalshi_desk.adapters.postgres.connection import Connection
from kalshi_desk.adapters.postgres.queries import queries
from kalshi_desk.domain.spend import month_estimate
from kalshi_desk.domain.units import NANOS, Cash, Nanos

Row = dict[str, Any]
DAY = 86_400 * NANOS
ESTIMATES_BACK = 7 * DAY
_sql = queries("page_forecasts")


@dataclass(frozen=True)
class ForecastTables:
    """One reading; rows are as the queries of ``page_forecasts.sql`` name them, evidence is that of the last day.

    ``month`` is what 30 days of models cost at their pace so far, None before the first call.
    """

    counts: Row | None = None
    spent: Row | None = None
    month: Cash | None = None
    watched: list[Row] = field(default_factory=list)
    left_out: list[Row] = field(default_factory=list)
    estimates: list[Row] = field(default_factory=list)
    articles: list[Row] = field(default_factory=list)
    article_counts: list[Row] = field(default_factory=list)


def read_forecasts(db: Connection, account: str, now: Nanos) -> ForecastTables:
    """Read as of event time ``now``; raises psycopg2.Error."""
    who, day = {"account": account}, {"account": account, "since": Nanos(now - DAY).datetime()}
    return ForecastTables(
        counts=_sql.watch_counts(db, **who), spent=_sql.spent(db, day=Nanos(now // DAY * DAY).datetime(), **who),
        month=_month(queries("estimation").month_spend(db, now=now.datetime(), **who), now),
        watched=_rows(_sql.watched(db, **who)), left_out=_rows(_sql.left_out(db, **who)),
        estimates=_rows(_sql.estimates(db, since=Nanos(now - ESTIMATES_BACK).datetime(), **who)),
        articles=_rows(_sql.articles(db, **day)), article_counts=_rows(_sql.article_counts(db, **day)),
    )  # fmt: skip


def _month(row: Row, now: Nanos) -> Cash | None:
    if row["since"] is None:
        return None
    return month_estimate(Cash.parse(str(row["spent"])), since=Nanos.of(row["since"]), now=now)


def _rows(rows: Iterable[Any]) -> list[Row]:
    return [dict(row) for row in rows]
