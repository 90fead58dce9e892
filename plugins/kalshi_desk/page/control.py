"""Pause, halt, flatten and resume from the page: the switches that a form throws, and whether it is this page's."""

from __future__ import annotations

import hmac
from collections.abc import Mapping
from urllib.parse import urlsplit

from kalshi_desk.domain.control import Switch
from kalshi_desk.domain.units import Nanos
from kalshi_desk.wiring.switches import SCOPES

ON = ("pause", "halt", "flatten")
LONGEST_REASON = 200


class Refused(Exception):
    """A form that may not or cannot be obeyed; its text says why."""


def switches(
    form: Mapping[str, str], known: Mapping[tuple[str, str], Switch], *, token: str, now: Nanos | None
) -> list[Switch]:
    """Return the switches that a form throws; raises Refused.

    Resume switches off what is on: for both desks all of it, else what is on for that desk alone. ``known`` holds the
    latest switches by name and scope. Every action needs a reason.
    """
    if not hmac.compare_digest(form.get("token", "").encode(), token.encode()):
        raise Refused("the form is old: reload the page and try again")
    action, scope, reason = form.get("action", ""), form.get("scope", ""), form.get("reason", "").strip()
    if action not in (*ON, "resume") or scope not in SCOPES:
        raise Refused("unknown action or desk")
    if not 0 < len(reason) <= LONGEST_REASON or not reason.isprintable():
        raise Refused(f"a reason of 1 to {LONGEST_REASON} characters is needed")
    if now is None:
        raise Refused("the desk's clock is not known yet")
    thrown = _on(known, scope) if action == "resume" else [(action, scope)]
    if not thrown:
        raise Refused("nothing is switched on there")
    on = action != "resume"
    return [Switch(at=now, name=name, scope=where, on=on, by="page", reason=reason) for name, where in thrown]


def _on(known: Mapping[tuple[str, str], Switch], scope: str) -> list[tuple[str, str]]:
    return [key for key, switch in sorted(known.items()) if switch.on and scope in ("both", key[1])]


def same_origin(headers: Mapping[str, str]) -> bool:
    """Return whether a request was made by this page: the browser says so, and the origin is the host asked."""
    origin = headers.get("Origin")
    if headers.get("Sec-Fetch-Site", "same-origin") != "same-origin" or origin is None:
        return False
    return urlsplit(origin).netloc == headers.get("Host")


def known_host(host: str, allowed: frozenset[str]) -> bool:
    """Return whether the Host of a request is ours: a foreign name that resolves here must not read the page."""
    name = urlsplit(f"//{host}").hostname
    return name is not None and name in allowed
