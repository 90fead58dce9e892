"""Facts of the sample desk, without a database."""

from __future__ import annotations

from typing import Any

import msgspec

from kalshi_desk.domain.units import Nanos
from kalshi_desk.page.facts import Facts
from kalshi_desk.page.live import LiveState
from kalshi_desk.page.tables import Tables
from kalshi_desk.settings import Settings
from tests.page import sample

PROCESSES = ("order_execution", "portfolio", "crypto_signals", "kalshi_feed", "exchange_feeds", "recorder")


def live(*without: type) -> LiveState:
    state = LiveState(sample.ACCOUNT)
    for message in sample.messages():
        if not isinstance(message, without):
            state.apply(message)
    return state


def heartbeats(**changes: Any) -> list[dict[str, Any]]:
    """Heartbeats of all processes, each (state, age in s) or None for one that never beat."""
    told = dict.fromkeys(PROCESSES, ("ready", 1.0)) | changes
    rows = [(name, beat) for name, beat in told.items() if beat is not None]
    return [{"process": name, "state": state, "details": {}, "age_s": age} for name, (state, age) in rows]


def tables(**changes: Any) -> Tables:
    return Tables(**{"read_at": sample.NOW, "heartbeats": heartbeats()} | changes)


def account(**changes: Any) -> dict[str, Any]:
    """The account's row, of a desk that was started two hours ago."""
    opened = Nanos(sample.NOW - 3_600 * 10**9).datetime()
    return {"account": sample.ACCOUNT, "opened_at": opened, "up_s": 7_200.0} | changes


def facts(**changes: Any) -> Facts:
    settings = Settings(_env_file=None)
    fields: dict[str, Any] = {
        "mode": "paper", "account": sample.ACCOUNT, "coins": ("BTC", "ETH"),
        "crypto_series": frozenset(settings.crypto_series), "limits": settings.risk_limits, "live": live(),
        "llm_daily_budget": settings.llm_daily_budget,
        "scan_interval": settings.scan_interval,
        "now": sample.NOW, "tables": tables(), "topics_read": True,
    }  # fmt: skip
    return Facts(**fields | changes)


replace = msgspec.structs.replace
