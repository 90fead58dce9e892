"""Pauses that begin and end by themselves: a feed is silent, the books are not compared, a critical check failed. Pure.

Each pauses what needs it: without the venue's feed or its word on our books nothing, without the exchanges no crypto
market, on bad rows no forecast market is entered. Exits go on. What anybody else pauses is never taken back here.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

import msgspec

from kalshi_desk.domain.breakers import DATA_QUALITY, HEARTBEAT, MENDING, UNCOMPARED, in_force
from kalshi_desk.domain.control import Switch
from kalshi_desk.domain.units import NANOS, Nanos, seconds

SILENCE_S = 15.0
MOST_UNCOMPARED = 5
GRACE_S = 120.0
FEEDS = {"kalshi_feed": "both", "exchange_feeds": "crypto"}
CHECKED = ("articles", "estimates", "fills", "markets", "snapshots")
SCOPES = ("both", "crypto", "forecast")


class Beat(msgspec.Struct, frozen=True):
    """The last sign of life of a process, ``age_s`` seconds of wall time ago."""

    process: str
    state: str
    age_s: float


class Cause(msgspec.Struct, frozen=True):
    """Why a pause stands: ``by`` the breaker that throws it."""

    by: str
    reason: str


class FeedWatch:
    """When each feed was last heard of as ready, by the wall clock; a start gives them two minutes."""

    def __init__(self, wall: Nanos) -> None:
        self._heard = dict.fromkeys(FEEDS, Nanos(wall + seconds(GRACE_S - SILENCE_S)))

    def silent(self, beats: Iterable[Beat], *, wall: Nanos) -> dict[str, float]:
        """Return the feeds that were not ready for 15 s, each with the seconds since it was."""
        for beat in beats:
            if beat.process in self._heard and beat.state == "ready":
                at = Nanos(wall - seconds(beat.age_s))
                self._heard[beat.process] = max(self._heard[beat.process], at)
        ages = {feed: (wall - heard) / NANOS for feed, heard in self._heard.items()}
        return {feed: age for feed, age in ages.items() if age > SILENCE_S}


def causes(silent: Mapping[str, float], failed: Sequence[str], uncompared: int) -> dict[str, Cause]:
    """Return what has to be paused now, by scope.

    ``failed`` are critical checks that have not passed since, ``uncompared`` how often running comparing failed.
    """
    found: dict[str, Cause] = {}
    if uncompared >= MOST_UNCOMPARED:
        found["both"] = Cause(UNCOMPARED, f"ledger and venue not compared {uncompared} times running")
    found |= {FEEDS[feed]: Cause(HEARTBEAT, f"{feed} is not ready for {age:.0f} s") for feed, age in silent.items()}
    if failed:
        found["forecast"] = Cause(DATA_QUALITY, f"a critical check failed: {'; '.join(failed)}"[:200])
    return found


def changes(switches: Mapping[tuple[str, str], Switch], wanted: Mapping[str, Cause], *, now: Nanos) -> list[Switch]:
    """Return the pauses to throw and to take back, given the switches that stand at ``now``."""
    found = []
    for scope in SCOPES:
        current, cause = switches.get(("pause", scope)), wanted.get(scope)
        stands = current is not None and in_force(current, now)
        if cause is not None and not stands:
            found.append(_pause(scope, cause, now))
        elif cause is None and stands and current is not None and current.by in MENDING:
            found.append(msgspec.structs.replace(current, at=now, on=False, reason="mended"))
    return found


def _pause(scope: str, cause: Cause, now: Nanos) -> Switch:
    return Switch(at=now, name="pause", scope=scope, on=True, by=cause.by, reason=cause.reason)
