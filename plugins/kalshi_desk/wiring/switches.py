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
    switch = Switch(at=event_now(settings), name=name, scope=scope, on=on, by=by, reason=reason)
    announce(addresses.broker(settings), CONTROL, f"{name}:{scope}", switch)
    return switch


def obeyed(settings: Settings, switch: Switch) -> bool:
    """Wait until ``order_execution`` says that the switch stands so; False if it does not in 15 s of wall time."""
    until = time.monotonic() + OBEYED_S
    key = f"{switch.name}:{switch.scope}"
    while time.monotonic() < until:
        with suppress(DeskError):  # the switch is published: a database that is away only keeps us from seeing more
            known = known_switches(settings).get(key)
            if known is not None and known["on"] == switch.on and Nanos.parse(known["at"]) >= switch.at:
                return True
        time.sleep(LOOK_S)
    return False


def left_after(settings: Settings, scope: str) -> dict[str, str]:
    """Wait until the desk's own positions are sold; return the contracts by market still held after 15 s of wall time.

    Raises DeskError where the database is away.
    """
    until = time.monotonic() + SOLD_S
    while (left := _held(settings, scope)) and time.monotonic() < until:
        time.sleep(LOOK_S)
    return left


def _held(settings: Settings, scope: str) -> dict[str, str]:
    params = gate_params(settings)
    with database_or_fault(), closing(connect(addresses.database_url(settings), "cli")) as db, db:
        held = list(queries("health").holdings(db, account=params.account))
    own = ((ticker, count) for ticker, owner, count, _ in held if owner == "desk")
    return {ticker: count for ticker, count in own if scope in ("both", params.owner_of(ticker))}


def known_switches(settings: Settings) -> dict[str, Any]:
    """Return the switches that ``order_execution`` last said it obeys, by ``name:scope``; raises DeskError."""
    with database_or_fault(), closing(connect(addresses.database_url(settings), "cli")) as db, db:
        row = queries("health").details_of(db, process="order_execution")
    return {} if row is None else dict(row[0].get("switches", {}))
