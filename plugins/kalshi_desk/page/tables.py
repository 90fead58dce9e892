"""What the tables say, read every few seconds: the ledger, the last hour, health."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from contextlib import closing
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from psycopg2.extras import RealDictCursor

from kalshi_desk.adapters.postgres.attribution import read_points
from kalshi_desk.adapters.postgres.connection import Connection, connect
from kalshi_desk.adapters.postgres.queries import queries
from kalshi_desk.adapters.postgres.scorecard import last_scored, read_scorecard
from kalshi_desk.adapters.postgres.why import read_why
from kalshi_desk.domain.attribution import Part
from kalshi_desk.domain.funnel import Why
from kalshi_desk.domain.market import Market
from kalshi_desk.domain.message import Decoder
from kalshi_desk.domain.quality import SUITES
from kalshi_desk.domain.scorecard import Line
from kalshi_desk.domain.units import NANOS, Nanos
from kalshi_desk.page.forecast_tables import ForecastTables, read_forecasts

Row = dict[str, Any]
HOUR, DAY = 3_600 * NANOS, 86_400 * NANOS
CURVE_POINTS = 600
_sql, _checks = queries("page"), queries("quality")
_market: Decoder[Market] = Decoder(Market, "desk.markets")


@dataclass(frozen=True)
class Tables:
    """One reading; ``read_at`` is its event time. Rows are as the queries of ``page.sql`` name them."""

    read_at: Nanos
    account: Row | None = None
    heartbeats: list[Row] = field(default_factory=list)
    equity: Row | None = None
    exposures: list[Row] = field(default_factory=list)
    entries: dict[str, int] = field(default_factory=dict)
    why: Why | None = None
    settled: Row | None = None
    refused: list[Row] = field(default_factory=list)
    orders: list[Row] = field(default_factory=list)
    fills: list[Row] = field(default_factory=list)
    settlements: list[Row] = field(default_factory=list)
    alerts: list[Row] = field(default_factory=list)
    dead_letters: Row | None = None
    listed_at: Nanos | None = None
    failed_checks: list[Row] = field(default_factory=list)
    markets: dict[str, Market] = field(default_factory=dict)
    curve: list[Row] = field(default_factory=list)
    points: list[tuple[Nanos, Part]] = field(default_factory=list)
    forecasts: ForecastTables = field(default_factory=ForecastTables)
    scorecard: list[Line] = field(default_factory=list)
    further: list[Row] = field(default_factory=list)


class TableReader:
    """Reads everything for one account, and what further ones are worth.

    Markets' definitions are kept once read, and the scorecard until there is a newer score.
    """

    def __init__(self, database_url: str, account: str, further: Sequence[str] = ()) -> None:
        self._url, self._account, self._further = database_url, account, list(further)
        self._markets: dict[str, Market] = {}
        self._scored: tuple[Nanos | None, list[Line]] = (None, [])

    def read(self, now: Nanos) -> Tables:
        """Read as of event time ``now``; raises psycopg2.Error."""
        with closing(connect(self._url, "desk_page", autocommit=True)) as db:
            why = read_why(db, account=self._account, ticker=None, since=Nanos(now - HOUR))
            points = read_points(db, account=self._account, since=Nanos(now - 7 * DAY), at=now)
            scored = last_scored(db, account=self._account, at=now)
            if scored != self._scored[0]:
                self._scored = (scored, read_scorecard(db, account=self._account, at=now))
            db.cursor_factory = RealDictCursor
            return self._read(db, now, why, points)

    def _read(self, db: Connection, now: Nanos, why: Why, points: list[tuple[Nanos, Part]]) -> Tables:
        who, hour = {"account": self._account}, {"since": Nanos(now - HOUR).datetime()}
        account = _sql.account(db, **who)
        listed: dict[str, Any] = {
            name: _rows(getattr(_sql, name)(db, **who)) for name in ("exposures", "orders", "fills", "settlements")
        }
        day = Nanos(now // DAY * DAY).datetime()
        return Tables(
            read_at=now, account=account, heartbeats=_rows(_sql.heartbeats(db)), equity=_sql.latest_equity(db, **who),
            entries={row["desk"]: row["entries"] for row in _sql.entries_today(db, day=day, **who)},
            why=why, points=points, settled=_sql.settled(db, **who, **hour),
            refused=_rows(_sql.refused(db, **who, **hour)),
            alerts=_rows(_sql.alerts(db, since=Nanos(now - DAY).datetime())),
            dead_letters=_sql.dead_letters(db, **hour), listed_at=_instant(_sql.listed(db, **who)["at"]),
            failed_checks=_rows(_checks.failed_critical(db, **who, suites=list(SUITES), now=now.datetime())),
            curve=self._curve(db, now, account), forecasts=read_forecasts(db, self._account, now),
            scorecard=self._scored[1],
            markets=self._definitions(db, listed.values()), **listed,
            further=_rows(_sql.worth(db, accounts=self._further)) if self._further else [],
        )  # fmt: skip

    def _curve(self, db: Connection, now: Nanos, account: Row | None) -> list[Row]:
        if account is None:
            return []
        since = max(Nanos.of(account["opened_at"]), Nanos(now - 7 * DAY))
        width_s = max(1, (now - since) // NANOS // CURVE_POINTS)
        return _rows(_sql.equity_curve(db, account=self._account, since=since.datetime(), width_s=width_s))

    def _definitions(self, db: Connection, lists: Iterable[list[Row]]) -> dict[str, Market]:
        missing = {row["ticker"] for rows in lists for row in rows} - set(self._markets)
        if missing:
            for row in _sql.definitions(db, tickers=sorted(missing)):
                self._markets[row["ticker"]] = _market(row["definition"])
        return self._markets


def _instant(at: datetime | None) -> Nanos | None:
    return None if at is None else Nanos.of(at)


def _rows(rows: Iterable[Any]) -> list[Row]:
    return [dict(row) for row in rows]
