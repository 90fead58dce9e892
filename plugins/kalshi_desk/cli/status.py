"""``kalshi-desk status``: which process lives, what is switched, and what the account is worth."""

from __future__ import annotations

from contextlib import closing
from typing import Any

import click
import msgspec

from kalshi_desk.adapters.postgres.connection import Connection, connect
from kalshi_desk.adapters.postgres.queries import queries
from kalshi_desk.cli import ACCOUNT
from kalshi_desk.domain.units import Nanos
from kalshi_desk.settings import Settings, load_settings
from kalshi_desk.wiring import addresses
from kalshi_desk.wiring.database import database_or_fault

SILENT_S, DOOR = 10.0, "order_execution"


@click.command(name="status")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
@ACCOUNT
def command(account: str | None, as_json: bool) -> int:
    """Show processes, switches, equity, positions and lag; exit code 1 if a process is silent or not ready."""
    found = read_status(load_settings(account=account))
    click.echo(msgspec.json.encode(found).decode() if as_json else _text(found))
    healthy = all(p["state"] == "ready" and p["age_s"] <= SILENT_S for p in found["processes"])
    return 0 if healthy and found["processes"] else 1


def read_status(settings: Settings) -> dict[str, Any]:
    """Return the status as builtins; raises DeskError where the database is away."""
    with database_or_fault(), closing(connect(addresses.database_url(settings), "status")) as db, db:
        return _status(db, settings)


def _status(db: Connection, settings: Settings) -> dict[str, Any]:
    sql, account = queries("health"), addresses.account(settings)
    doors = [(addresses.account(each), addresses.process_name(each, DOOR)) for each in addresses.each_account(settings)]
    processes = [
        {"process": name, "state": state, "age_s": round(age, 1), "lag": details.get("lag")}
        for name, state, age, details in sql.heartbeats(db)
    ]
    door = sql.details_of(db, process=addresses.process_name(settings, DOOR))
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
        "further": [_further(db, name, process) for name, process in doors[1:]],
    }


def _further(db: Connection, account: str, process: str) -> dict[str, Any]:
    """Return of a further account what it is worth and what is switched there."""
    sql = queries("health")
    door, equity = sql.details_of(db, process=process), sql.equity(db, account=account)
    return {
        "account": account,
        "switches": {} if door is None else door[0].get("switches", {}),
        "equity": None if equity is None else {"equity": equity[0], "today": equity[1]},
    }


def _text(found: dict[str, Any]) -> str:
    lines = [f"{found['account']} ({found['mode']}): {_state(found['switches'])}"]
    for each in found["processes"]:
        lag = "" if each["lag"] is None else f"  lag {each['lag']}"
        silent = "  SILENT" if each["age_s"] > SILENT_S else ""
        lines.append(f"  {each['process']:<16} {each['state']:<9} {each['age_s']:>5.1f} s ago{lag}{silent}")
    equity = found["equity"]
    worth = "-" if equity is None else f"${equity['equity']}, today ${equity['today']}, fees ${equity['fees']}"
    lines.append(f"  equity {worth} at {found['equity_at'] or '-'}")
    lines += [f"  holds {p['count']} {p['ticker']} ({p['owner']}) for ${p['cost']}" for p in found["positions"]]
    for each in found["further"]:
        worth = "-" if each["equity"] is None else f"${each['equity']['equity']}, today ${each['equity']['today']}"
        lines.append(f"{each['account']}: {_state(each['switches'])}; equity {worth}")
    return "\n".join(lines)


def _state(switches: dict[str, Any]) -> str:
    thrown = {key: switch for key, switch in switches.items() if switch["on"]}
    return "; ".join(f"{key} by {s['by']}: {s['reason']}" for key, s in thrown.items()) or "trading"
