"""``kalshi-desk why TICKER``: why there was no order, or how far the market came."""

from __future__ import annotations

from contextlib import closing
from typing import Any

import click
import msgspec

from kalshi_desk.adapters.postgres.connection import connect
from kalshi_desk.adapters.postgres.queries import queries
from kalshi_desk.domain.units import Nanos
from kalshi_desk.errors import DeskError, UnitError
from kalshi_desk.settings import Settings, load_settings
from kalshi_desk.wiring import addresses
from kalshi_desk.wiring.database import database_or_fault

FUNNEL = ("seen", "priced", "edge", "allowed", "sent", "filled")
EVER = Nanos.parse("2000-01-01T00:00:00Z")


@click.command(name="why")
@click.argument("ticker")
@click.option("--since", help="From this event time on (ISO 8601 with zone).")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
def command(ticker: str, since: str | None, as_json: bool) -> None:
    """Count the refusals of TICKER by reason, with the latest value and threshold, after the funnel it went through."""
    try:
        start = EVER if since is None else Nanos.parse(since)
    except UnitError as fault:
        raise click.BadParameter(fault.problem, param_hint="--since") from None
    found = read_why(load_settings(), ticker, start)
    click.echo(msgspec.json.encode(found).decode() if as_json else _text(found))


def read_why(settings: Settings, ticker: str, since: Nanos) -> dict[str, Any]:
    """Return funnel, refusals and orders without a fill; raises DeskError for an unknown market."""
    sql = queries("why")
    place = {"ticker": ticker, "since": since.datetime()}
    own = place | {"account": addresses.account(settings)}
    with database_or_fault(), closing(connect(addresses.database_url(settings), "why")) as db, db:
        if not sql.known(db, ticker=ticker)[0]:
            raise DeskError(f"the desk has never seen {ticker}")
        funnel, refused, ended = sql.funnel(db, **own), sql.refusals(db, **place), sql.ended(db, **own)
        return _found(ticker, funnel, list(refused), list(ended))


def _found(ticker: str, funnel: tuple[int, ...], refused: list[Any], ended: list[Any]) -> dict[str, Any]:
    names = ("stage", "reason", "count", "value", "threshold", "latest_at")
    refusals = [dict(zip(names, (*row[:5], str(Nanos.of(row[5]))), strict=True)) for row in refused]
    unfilled = [{"event": event, "reason": reason, "count": count} for event, reason, count in ended]
    counts = dict(zip(FUNNEL, funnel, strict=True))
    return {"ticker": ticker, "funnel": counts, "refusals": refusals, "unfilled": unfilled}


def _text(found: dict[str, Any]) -> str:
    steps = " -> ".join(f"{name} {count}" for name, count in found["funnel"].items())
    lines = [found["ticker"], f"  {steps}"]
    for each in found["refusals"]:
        against = "" if each["value"] is None else f"  {each['value']} against {each['threshold']}"
        lines.append(
            f"  {each['count']:>7} x {each['stage']}: {each['reason']}{against}  (last {each['latest_at'][:19]}Z)"
        )
    for each in found["unfilled"]:
        lines.append(
            f"  {each['count']:>7} x order {each['event']} without a fill: {each['reason'] or 'no reason told'}"
        )
    return "\n".join(lines if len(lines) > 2 else [*lines, "  no refusals"])
