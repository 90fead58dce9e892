"""Why a market has no more orders, from the tables: the same account of it as ``domain/funnel`` gives of a replay."""

from __future__ import annotations

from typing import Any

from kalshi_desk.adapters.postgres.connection import Connection
from kalshi_desk.adapters.postgres.queries import queries
from kalshi_desk.domain.funnel import Entries, Refused, Unfilled, Why, funnel, ranked
from kalshi_desk.domain.units import Nanos

_sql = queries("why")
EVER = Nanos.parse("2000-01-01T00:00:00Z")


def known(db: Connection, ticker: str) -> bool:
    """Return whether the desk has ever heard of a market."""
    return bool(_sql.known(db, ticker=ticker)[0])


def read_why(db: Connection, *, account: str, ticker: str | None, since: Nanos, desk: str | None = None) -> Why:
    """Return funnel, refusals and entries without a fill of one market, or of all, from an event time on.

    ``desk`` is the account that signals are made for, where it is another.
    """
    place = {"ticker": ticker, "since": since.datetime()}
    refusals = ranked(_refused(*row) for row in _sql.refusals(db, account=account, **place))
    signals, orders, sent, filled, working = _sql.entries(db, account=account, desk=desk or account, **place)
    ended = _sql.ended(db, account=account, **place)
    counts = Entries(signals=signals, orders=orders, sent=sent, filled=filled, working=working)
    return Why(
        ticker=ticker,
        funnel=funnel(refusals, counts),
        refusals=refusals,
        unfilled=tuple(Unfilled(event=event, reason=reason, count=count) for event, reason, count in ended),
    )


def _refused(*row: Any) -> Refused:
    stage, reason, count, value, threshold, also, at = row
    return Refused(
        stage=stage, reason=reason, count=count, value=value, threshold=threshold, also=tuple(also),
        latest_at=Nanos.of(at),
    )  # fmt: skip
