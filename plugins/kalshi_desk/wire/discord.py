"""Alerts as messages of a Discord webhook, within its limits, and its refusals.

Source: Discord's documentation of webhooks and rate limits, as of 2026-11-21.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import msgspec

from kalshi_desk.domain.control import Alert

EMBEDS_MOST, TITLE_MOST, TEXT_MOST, FOOTER_MOST, CHARS_MOST = 10, 256, 4096, 2048, 6000
COLORS = {"critical": 0xB42318, "warning": 0xB54708, "info": 0x667085}


class _Slow(msgspec.Struct):
    retry_after: float


def messages(alerts: Sequence[Alert], *, footer: str) -> list[dict[str, Any]]:
    """Return the fewest messages that tell these alerts in their order; ``footer`` names mode and account.

    A text too long for one message is cut. Nothing in a text can call somebody: mentions are switched off.
    """
    told: list[dict[str, Any]] = []
    room = 0
    for embed in (_embed(alert, footer[:FOOTER_MOST]) for alert in alerts):
        size = len(embed["title"]) + len(embed["description"]) + len(embed["footer"]["text"])
        if not told or size > room or len(told[-1]["embeds"]) == EMBEDS_MOST:
            told.append({"username": "desk", "allowed_mentions": {"parse": []}, "embeds": []})
            room = CHARS_MOST
        told[-1]["embeds"].append(embed)
        room -= size
    return told


def _embed(alert: Alert, footer: str) -> dict[str, Any]:
    return {
        "title": f"{alert.severity}: {alert.subject}"[:TITLE_MOST],
        "description": _cut(alert.text, min(TEXT_MOST, CHARS_MOST - TITLE_MOST - len(footer))),
        "color": COLORS.get(alert.severity, COLORS["info"]),
        "timestamp": f"{alert.at.datetime():%Y-%m-%dT%H:%M:%SZ}",
        "fields": [],
        "footer": {"text": footer},
    }


def _cut(text: str, most: int) -> str:
    return text if len(text) <= most else text[: most - 1] + "…"


def retry_after(body: bytes) -> float | None:
    """Return the seconds that a 429 asks to wait, None where its body does not say so."""
    try:
        return msgspec.json.decode(body, type=_Slow).retry_after
    except msgspec.DecodeError:
        return None
