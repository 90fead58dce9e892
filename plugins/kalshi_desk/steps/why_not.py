"""Refusals of one market, told once when the first reason changes and then counted by minute."""

from __future__ import annotations

import msgspec

from kalshi_desk.domain.decisions import Refusal
from kalshi_desk.domain.ledger import Order
from kalshi_desk.domain.units import NANOS, Nanos

_MINUTE = 60 * NANOS
_KEPT = 10 * _MINUTE


class WhyNot:
    """What was last refused of a market, and how often since the minute began."""

    __slots__ = ("_counts", "_minute", "_reason", "refused_at")

    def __init__(self) -> None:
        self.refused_at = Nanos(0)
        self._reason: tuple[str, str] | None = None
        self._minute = 0
        self._counts: dict[tuple[str, str], tuple[int, Refusal]] = {}

    def clear(self) -> None:
        """Note that the market was not refused this time."""
        self._reason = None

    def refuse(self, refusal: Refusal) -> Refusal | None:
        """Return the refusal if its reason is new, else count it."""
        key, self.refused_at = (refusal.stage, refusal.reason), refusal.at
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


class Refusals:
    """What the gate refuses, market by market, and of each the entries apart from the exits.

    Counts are as safe as the process: one that is killed loses those of the minute, which no order depends on.
    """

    def __init__(self) -> None:
        self._markets: dict[tuple[str, bool], WhyNot] = {}

    def refuse(self, refusal: Refusal) -> list[Refusal]:
        """Return what is to be told: the counts of a minute that is over, and the refusal if its reason is new."""
        why_not = self._markets.setdefault((refusal.ticker, refusal.stage == "exit"), WhyNot())
        counted, told = why_not.counted(refusal.at), why_not.refuse(refusal)
        return counted if told is None else [*counted, told]

    def clear(self, order: Order) -> None:
        """Note that an order was not refused: the next refusal of its market is told."""
        if (known := self._markets.get((order.ticker, order.action == "exit"))) is not None:
            known.clear()

    def counted(self, now: Nanos, *, last: bool = False) -> list[Refusal]:
        """Return the counts of the minute that has ended (or is broken off); markets long not refused are forgotten."""
        counts = [one for why_not in self._markets.values() for one in why_not.counted(now, last=last)]
        self._markets = {key: one for key, one in self._markets.items() if now - one.refused_at <= _KEPT}
        return counts
