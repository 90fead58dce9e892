"""Alerts from batch work."""

from __future__ import annotations

from kalshi_desk.adapters.kafka.announce import announce
from kalshi_desk.adapters.kafka.topics import ALERTS
from kalshi_desk.adapters.postgres.clock_epochs import load_epochs
from kalshi_desk.clock import ScaledClock, wall_now
from kalshi_desk.domain.control import Alert
from kalshi_desk.domain.units import Nanos
from kalshi_desk.settings import load_settings
from kalshi_desk.wiring import addresses

APP = "batch"


def raise_alarm(*, severity: str, subject: str, text: str, at: Nanos | None = None) -> None:
    """Publish an alert: ``severity`` info, warning or critical; ``at`` is its event time, now where it is None.

    Raises DeskError where the broker does not take it.
    """
    settings = load_settings()
    if at is None:
        segments = load_epochs(addresses.database_url(settings), addresses.account(settings))
        at = ScaledClock(segments).now() if segments else wall_now()
    announce(
        addresses.broker(settings), ALERTS, APP, Alert(at=at, app=APP, severity=severity, subject=subject, text=text)
    )
