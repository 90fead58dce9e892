"""What the portfolio reads at start: the opening cash, what was paid in, the last peak, the day and its resumes."""

from __future__ import annotations

from contextlib import closing
from decimal import Decimal

import msgspec

from kalshi_desk.adapters.postgres.connection import connect
from kalshi_desk.adapters.postgres.queries import queries
from kalshi_desk.domain.breakers import BREAKER
from kalshi_desk.domain.units import Cash, Nanos
from kalshi_desk.errors import LedgerError

_sql = queries("portfolio")


class Beginning(msgspec.Struct, frozen=True):
    """Cash at the ``opening``; ``peak`` and ``paid_in`` as of ``told_at``; the desk's ``pnl`` by market at midnight.

    What was held then counts at its last mark of the day before, else at cost: as ``MarkState.day_start`` of a
    portfolio that ran through midnight does.
    """

    opening: Cash
    peak: Cash | None
    paid_in: Cash
    told_at: Nanos | None
    pnl: dict[str, Cash]


def read_beginning(database_url: str, account: str, midnight: Nanos) -> Beginning:
    """Return where the account began, and its day; raises LedgerError for an unknown account."""
    with closing(connect(database_url, "portfolio")) as db, db:
        opening, last = _sql.opening(db, account=account), _sql.last_equity(db, account=account)
        pnl = {ticker: _cash(won) for ticker, won in _sql.pnl_before(db, account=account, at=midnight.datetime())}
    if opening is None:
        raise LedgerError(f"no account {account} in the database")
    if last is None:
        return Beginning(_cash(opening[0]), None, Cash(0), None, pnl)
    return Beginning(_cash(opening[0]), _cash(last[0]), _cash(last[1]), Nanos.of(last[2]), pnl)


def read_today(database_url: str, account: str, at: Nanos) -> Cash | None:
    """Return the result of the UTC day as the last equity at or before an instant tells it; None before the first."""
    with closing(connect(database_url, "portfolio")) as db, db:
        row = _sql.today_at(db, account=account, at=at.datetime())
    return None if row is None else _cash(row[0])


def read_strategies(database_url: str, account: str) -> dict[str, str]:
    """Return who last entered each market that is not settled."""
    with closing(connect(database_url, "portfolio")) as db, db:
        return dict(_sql.strategies(db, account=account))


def read_resumes(database_url: str, account: str, since: Nanos) -> set[tuple[Nanos, str]]:
    """Return when a person ended which scope's pause since an instant, by the audit log."""
    with closing(connect(database_url, "portfolio")) as db, db:
        rows = list(_sql.resumes(db, account=account, since=since.datetime(), breakers=f"{BREAKER}%"))
    return {(Nanos.of(at), scope) for at, scope in rows}


def _cash(dollars: Decimal) -> Cash:
    return Cash.parse(f"{dollars:f}")
