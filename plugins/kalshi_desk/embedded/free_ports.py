"""Ports that the desk is about to use must be free."""

from __future__ import annotations

import socket

import psutil

from kalshi_desk.embedded.place import Place
from kalshi_desk.errors import SettingsError
from kalshi_desk.wiring import addresses


def ports(place: Place) -> dict[str, list[int]]:
    """Return the offsets above PORT_BASE of every program that listens."""
    own = {"desk_page": [addresses.PAGE], "airflow-api-server": [addresses.AIRFLOW]}
    if place.settings.desk_mode == "paper":
        own["venue"] = [addresses.VENUE]
    if place.own_postgres:
        own["postgres"] = [addresses.POSTGRES]
    if place.own_kafka:
        own["kafka"] = [addresses.KAFKA, addresses.KAFKA + 1]
    for process, offset in addresses.metrics_offsets(place.settings).items():
        own.setdefault(process, []).append(offset)
    return own


def require_free(place: Place, running: set[str]) -> None:
    """Raise SettingsError naming each taken port, except those of the desk's programs already ``running``."""
    wanted = {
        place.port(offset): name for name, offsets in ports(place).items() for offset in offsets if name not in running
    }
    faults = [
        f"port {port} (for {name}) is taken{_holder(port)}: stop that, or choose another PORT_BASE"
        for port, name in wanted.items()
        if _taken(port)
    ]
    if faults:
        raise SettingsError(faults)


def _taken(port: int) -> bool:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return True
    return False


def _holder(port: int) -> str:
    try:
        for held in psutil.net_connections("tcp"):
            if held.laddr and held.laddr.port == port and held.status == psutil.CONN_LISTEN and held.pid:
                return f" by {psutil.Process(held.pid).name()} (pid {held.pid})"
    except psutil.Error:
        return ""
    return ""
