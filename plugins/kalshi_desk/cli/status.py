"""``kalshi-desk status``: which process lives, what is switched, and what the account is worth."""

from __future__ import annotations

from contextlib import closing
from typing import Any

import click
import msgspec

from kalshi_desk.adapters.postgres.connection import Connection, connect
from kalshi_desk.adapters.postgres.queries import queries
from kalshi_desk.domain.units import Nanos
from kalshi_desk.settings import Settings, load_settings
from kalshi_desk.wiring import addresses
from kalshi_desk.wiring.database import database_or_fault

SILENT_S = 10.0


@click.command(name="status")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
def command(as_json: bool) -> int:
    """Show processes, switches, equity, positions and lag; exit code 1 if a process is silent or not ready."""
    found = read_status(load_settings())
    click.echo(msgspec.json.encode(found).decode() if as_json else _text(found))
    healthy = all(p["state"] == "ready" and p["age_s"] <= SILENT_S for p in found["processes"])
    return 0 if healthy and found["processes"] else 1


def read_status(settings: Settings) -> dict[str, Any]:
    """Return the status as builtins; raises DeskError where the database is away."""
    with database_or_fault(), closing(connect(addresses.database_url(settings), "status")) as db, db:
        return _status(db, settings)


def _status(db: Connection, settings: Settings) -> dict[str, Any]:
    sql, account = queries("health"), addresses.account(settings)
    processes = [
        {"process": name, "state": state, "age_s": round(age, 1), "lag": details.get("lag")}
        for name, state, age, details in sql.heartbeats(db)
    ]
    door = sql.details_of(db, process="order_execution")
    equity = sql.equity(db, account=account)
    names = ("equity", "today", "peak", "cash", "fees")
    return {
        "account": account,
        "mode": settings.desk_mode,
        "processes": processes,
        "switches": {} if door is None else door[0].get("switches", {}),
        "equity": None if equity is None else dict(zip(names, equity[:5], strict=True)),
        "equity_at": None if equity is None else str(Nanos.of(equity[5])),
        "positions": [
            {"ticker": ticker, "owner": owner, "count": count, "cost": cost}
            for ticker, owner, count, cost in sql.holdings(db, account=account)
        ],
        "intents": dict(sql.open_intents(db, account=account)),
    }


def _text(found: dict[str, Any]) -> str:
    thrown = {key: s for key, s in found["switches"].items() if s["on"]}
    state = "; ".join(f"{key} by {s['by']}: {s['reason']}" for key, s in thrown.items()) or "trading"
    lines = [f"{found['account']} ({found['mode']}): {state}"]
    for each in found["processes"]:
        lag = "" if each["lag"] is None else f"  lag {each['lag']}"
        silent = "  SILENT" if each["age_s"] > SILENT_S else ""
        lines.append(f"  {each['process']:<16} {each['state']:<9} {each['age_s']:>5.1f} s ago{lag}{silent}")
    equity = found["equity"]
    worth = "-" if equity is None else f"${equity['equity']}, today ${equity['today']}, fees ${equity['fees']}"
    lines.append(f"  equity {worth} at {found['equity_at'] or '-'}")
    lines += [f"  holds {p['count']} {p['ticker']} ({p['owner']}) for ${p['cost']}" for p in found["positions"]]
    return "\n".join(lines)
