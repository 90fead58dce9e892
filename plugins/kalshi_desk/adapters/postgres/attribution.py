"""The account's result by strategy and category, as the ledger and the marks of an instant have it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from decimal import Decimal
from itertools import groupby
from typing import Any

from kalshi_desk.adapters.postgres.connection import Connection
from kalshi_desk.adapters.postgres.queries import queries
from kalshi_desk.domain.attribution import MarketBook, Part, Traded, parts_of
from kalshi_desk.domain.position import Holding
from kalshi_desk.domain.units import Cash, Count, Nanos, Price

_sql = queries("attribution")


def read_parts(db: Connection, *, account: str, at: Nanos) -> list[Part]:
    """Return the result since the account was opened, from what was known at an instant. Rows must be tuples."""
    rows = _sql.books(db, account=account, end=at.datetime())
    return parts_of(_book(list(same)) for _, same in groupby(rows, key=lambda row: row[:2]))


def store_parts(db: Connection, parts: Iterable[Part], *, account: str, at: Nanos) -> None:
    """Keep the parts as a point of their curves; a point that is there stays as it is."""
    for part in parts:
        _sql.add_part(
            db,
            account=account,
            strategy=part.strategy,
            category=part.category,
            realized=str(part.realized),
            unrealized=str(part.unrealized),
            fees=str(part.fees),
            at=at.datetime(),
        )


def read_points(db: Connection, *, account: str, since: Nanos, at: Nanos) -> list[tuple[Nanos, Part]]:
    """Return the points after ``since`` up to ``at`` in their order. Rows must be tuples."""
    rows = _sql.points(db, account=account, since=since.datetime(), end=at.datetime())
    return [
        (
            Nanos.of(when),
            Part(
                strategy=strategy,
                category=category,
                realized=_cash(realized),
                unrealized=_cash(unrealized),
                fees=_cash(fees),
            ),
        )
        for when, strategy, category, realized, unrealized, fees in rows
    ]


def _book(rows: Sequence[Any]) -> MarketBook:
    ticker, _owner, category, count, cost, fees, realized, last, value, sold_now = rows[0][:10]
    return MarketBook(
        ticker=ticker,
        category=category,
        holding=Holding(count=Count.parse(f"{count:f}"), cost=_cash(cost), fees=_cash(fees), realized=_cash(realized)),
        last=Price.parse(f"{last:f}"),
        trades=tuple(_traded(*row[10:]) for row in rows),
        value=None if value is None else Price.parse(f"{value:f}"),
        sold_now=None if sold_now is None else _cash(sold_now),
    )


def _traded(strategy: str, count: Decimal, cash: Decimal, fees: Decimal) -> Traded:
    return Traded(strategy=strategy, count=Count.parse(f"{count:f}"), cash=_cash(cash), fees=_cash(fees))


def _cash(dollars: Decimal) -> Cash:
    return Cash.parse(f"{dollars:f}")
