"""What the portfolio reads at start: the opening cash, the last peak, and the day's beginning."""

from __future__ import annotations

from contextlib import closing
from decimal import Decimal

import msgspec

from kalshi_desk.adapters.postgres.connection import connect
from kalshi_desk.adapters.postgres.queries import queries
from kalshi_desk.domain.units import Cash, Nanos
from kalshi_desk.errors import LedgerError

_sql = queries("portfolio")


class Beginning(msgspec.Struct, frozen=True):
    """``opening`` is all cash paid in, ``peak`` the last one known, ``pnl`` the desk's P&L by market at midnight.

    What was held then counts at its last mark of the day before, else at cost: as ``MarkState.day_start`` of a
    portfolio that ran through midnight does.
    """

    opening: Cash
    peak: Cash | None
    pnl: dict[str, Cash]


def read_beginning(database_url: str, account: str, midnight: Nanos) -> Beginning:
    """Return where the account began, and its day; raises LedgerError for an unknown account."""
    with closing(connect(database_url, "portfolio")) as db, db:
        opening, peak = _sql.opening(db, account=account), _sql.last_peak(db, account=account)
        pnl = {ticker: _cash(won) for ticker, won in _sql.pnl_before(db, account=account, at=midnight.datetime())}
    if opening is None:
        raise LedgerError(f"no account {account} in the database")
    return Beginning(_cash(opening[0]), None if peak is None else _cash(peak[0]), pnl)


def read_today(database_url: str, account: str, at: Nanos) -> Cash | None:
    """Return the result of the UTC day as the last equity at or before an instant tells it; None before the first."""
    with closing(connect(database_url, "portfolio")) as db, db:
        row = _sql.today_at(db, account=account, at=at.datetime())
    return None if row is None else _cash(row[0])


def _cash(dollars: Decimal) -> Cash:
    return Cash.parse(f"{dollars:f}")
