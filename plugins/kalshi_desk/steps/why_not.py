"""Refusals of one market, told once when the first reason changes and then counted by minute."""

from __future__ import annotations

import msgspec

from kalshi_desk.domain.decisions import Refusal
from kalshi_desk.domain.units import NANOS, Nanos

_MINUTE = 60 * NANOS


class WhyNot:
    """What was last refused of a market, and how often since the minute began."""

    __slots__ = ("_counts", "_minute", "_reason")

    def __init__(self) -> None:
        self._reason: tuple[str, str] | None = None
        self._minute = 0
        self._counts: dict[tuple[str, str], tuple[int, Refusal]] = {}

    def clear(self) -> None:
        """Note that the market was not refused this time."""
        self._reason = None

    def refuse(self, refusal: Refusal) -> Refusal | None:
        """Return the refusal if its reason is new, else count it."""
        key = refusal.stage, refusal.reason
        if key != self._reason:
            self._reason = key
            return refusal
        known = self._counts.get(key)
        self._counts[key] = (1 if known is None else known[0] + 1, refusal)
        return None

    def counted(self, now: Nanos, *, last: bool = False) -> list[Refusal]:
        """Return the counts of the minute that has ended (or is broken off), each with its latest value."""
        minute = now // _MINUTE
        if minute == self._minute and not last:
            return []
        counts, self._counts, self._minute = self._counts, {}, minute
        return [msgspec.structs.replace(one, at=now, count=count) for count, one in counts.values()]
