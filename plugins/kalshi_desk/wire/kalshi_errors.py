"""Error bodies of Kalshi in their four shapes. Source: docs.kalshi.com, errors."""

from __future__ import annotations

from typing import Any

import msgspec

DEFINITE = frozenset({400, 401, 403, 404, 409, 410, 422, 429})
UNREADABLE = "unreadable"


class Fault(msgspec.Struct, frozen=True):
    """What an error body says; ``code`` is ``unreadable`` where it is none of the known shapes."""

    code: str
    details: str


def parse_fault(body: bytes) -> Fault:
    """Read an error body of any shape; never raises."""
    try:
        value = msgspec.json.decode(body)
    except (msgspec.DecodeError, UnicodeError, RecursionError):
        return Fault(UNREADABLE, body[:200].decode("utf-8", "replace"))
    if not isinstance(value, dict):
        return Fault(UNREADABLE, str(value)[:200])
    inner = value.get("error")
    if isinstance(inner, str):
        return Fault(inner.strip().lower().replace(" ", "_")[:80], "")
    return _of(inner if isinstance(inner, dict) else value)


def _of(fields: dict[str, Any]) -> Fault:
    code = fields.get("code")
    told = [fields[name] for name in ("message", "msg", "details") if isinstance(fields.get(name), str)]
    details = ": ".join(dict.fromkeys(told))[:300]
    if isinstance(code, str) and code:
        return Fault(code, details)
    return Fault("bad_request", details) if told else Fault(UNREADABLE, str(fields)[:200])


def definite(status: int, fault: Fault) -> bool:
    """Return whether a write is known not to have happened: a 4xx whose body says why."""
    return status in DEFINITE and fault.code != UNREADABLE
