"""Throw a switch of the desk and wait until the door obeys it, or until a flattened desk holds nothing."""

from __future__ import annotations

import getpass
import time
from contextlib import closing, suppress
from typing import Any

from kalshi_desk.adapters.kafka.announce import announce
from kalshi_desk.adapters.kafka.topics import CONTROL
from kalshi_desk.adapters.postgres.clock_epochs import load_epochs
from kalshi_desk.adapters.postgres.connection import connect
from kalshi_desk.adapters.postgres.queries import queries
from kalshi_desk.clock import ScaledClock, SystemClock
from kalshi_desk.domain.control import Switch
from kalshi_desk.domain.units import Nanos
from kalshi_desk.errors import DeskError
from kalshi_desk.settings import Settings
from kalshi_desk.wiring import addresses
from kalshi_desk.wiring.database import database_or_fault
from kalshi_desk.wiring.gate import gate_params

OBEYED_S, SOLD_S, LOOK_S = 15.0, 15.0, 0.3
SCOPES = ("both", "crypto", "forecast")


def event_now(settings: Settings) -> Nanos:
    """Return the account's event time; raises DeskError before the desk's first start."""
    if settings.desk_mode != "paper":
        return SystemClock().now()
    account = addresses.account(settings)
    with database_or_fault():
        segments = load_epochs(addresses.database_url(settings), account)
    if not segments:
        raise DeskError(f"the desk has never run as {account}: make up")
    return ScaledClock(segments).now()


def throw(settings: Settings, name: str, *, scope: str, on: bool, reason: str) -> Switch:
    """Publish a switch of the person at the keyboard and return it; raises DeskError."""
    by = f"cli:{getpass.getuser()}"
    account = addresses.named_account(settings)
    switch = Switch(at=event_now(settings), name=name, scope=scope, on=on, by=by, reason=reason, account=account)
    announce(addresses.broker(settings), CONTROL, switch.key, switch)
    return switch


def obeyed(settings: Settings, switch: Switch) -> bool:
    """Wait until each account's door says that the switch stands so; False if one does not in 15 s of wall time."""
    until = time.monotonic() + OBEYED_S
    key = f"{switch.name}:{switch.scope}"
    while time.monotonic() < until:
        with suppress(DeskError):  # the switch is published: a database that is away only keeps us from seeing more
            if all(_stands(switch, known.get(key)) for known in _known(settings)):
                return True
        time.sleep(LOOK_S)
    return False


def _stands(switch: Switch, known: Any) -> bool:
    return known is not None and known["on"] == switch.on and Nanos.parse(known["at"]) >= switch.at


def left_after(settings: Settings, scope: str) -> dict[str, str]:
    """Wait until the desk's own positions are sold; return the contracts by market unsold after 15 s of wall time.

    What a person sold by hand is sold. Raises DeskError where the database is away.
    """
    until = time.monotonic() + SOLD_S
    while (left := _to_sell(settings, scope)) and time.monotonic() < until:
        time.sleep(LOOK_S)
    return left


def _to_sell(settings: Settings, scope: str) -> dict[str, str]:
    found: dict[str, str] = {}
    with database_or_fault(), closing(connect(addresses.database_url(settings), "cli")) as db, db:
        for each in addresses.each_account(settings):
            params, of = gate_params(each), "" if each.further is None else f" ({each.further.name})"
            for ticker, count in queries("health").sellable(db, account=params.account):
                if scope in ("both", params.owner_of(ticker)):
                    found[ticker + of] = count
    return found


def known_switches(settings: Settings) -> dict[str, Any]:
    """Return the switches that are on for some account, else the latest, by ``name:scope``; raises DeskError."""
    found: dict[str, Any] = {}
    for known in _known(settings):
        found |= {key: switch for key, switch in known.items() if switch["on"] or key not in found}
    return found


def _known(settings: Settings) -> list[dict[str, Any]]:
    """Return the switches that each account's ``order_execution`` last said it obeys, by ``name:scope``."""
    names = [addresses.process_name(each, "order_execution") for each in addresses.each_account(settings)]
    with database_or_fault(), closing(connect(addresses.database_url(settings), "cli")) as db, db:
        rows = [queries("health").details_of(db, process=name) for name in names]
    return [{} if row is None else dict(row[0].get("switches", {})) for row in rows]
