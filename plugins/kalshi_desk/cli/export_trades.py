"""``kalshi-desk export-trades``: fills and settlements as CSV."""

from __future__ import annotations

import csv
import sys
from contextlib import closing
from datetime import datetime
from typing import Any

import click

from kalshi_desk.adapters.postgres.connection import connect
from kalshi_desk.adapters.postgres.queries import queries
from kalshi_desk.cli import ACCOUNT
from kalshi_desk.domain.units import Nanos
from kalshi_desk.settings import load_settings
from kalshi_desk.wiring import addresses
from kalshi_desk.wiring.database import database_or_fault

COLUMNS = (
    "kind", "occurred_at", "account", "ticker", "owner", "strategy", "outcome", "action", "price_dollars",
    "count_contracts", "fee_dollars", "is_taker", "cost_dollars", "revenue_dollars", "pnl_dollars", "verified",
    "reference", "venue_order_id",
)  # fmt: skip


@click.command("export-trades")
@ACCOUNT
def command(account: str | None) -> None:
    """Print the account's fills and settlements as CSV, oldest first.

    Prices are in YES terms; a settlement's price is what one YES paid, its count + YES and - NO, its P&L net of fees.
    """
    settings = load_settings(account=account)
    url, name = addresses.database_url(settings), addresses.account(settings)
    with database_or_fault(), closing(connect(url, "export_trades")) as db, db:
        rows = list(queries("trades").trades(db, account=name))
    writer = csv.writer(sys.stdout, lineterminator="\n")
    writer.writerow(COLUMNS)
    writer.writerows([_cell(value) for value in row] for row in rows)


def _cell(value: Any) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, datetime):
        return str(Nanos.of(value))
    return "" if value is None else str(value)
