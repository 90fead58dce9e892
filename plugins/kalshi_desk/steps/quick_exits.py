"""Notice markets that the desk leaves as soon as it has entered them: a rule and a strategy that disagree cost fees."""

from __future__ import annotations

from kalshi_desk.domain.ledger import Fill, Settlement
from kalshi_desk.domain.message import Message
from kalshi_desk.domain.units import Count, Nanos, seconds

QUICK_S = 300
TIMES = 3


class QuickExits:
    """The desk's own round trips by market; a settlement ends the count of its market."""

    def __init__(self) -> None:
        self._held: dict[str, Count] = {}
        self._entered: dict[str, Nanos] = {}
        self._quick: dict[str, int] = {}

    def observe(self, message: Message) -> str | None:
        """Take note of a fill or a settlement; return the market that was left within 5 minutes for the third time."""
        if isinstance(message, Settlement):
            for known in (self._held, self._entered, self._quick):
                known.pop(message.ticker, None)
        if not isinstance(message, Fill) or message.owner != "desk":
            return None
        if message.action == "exit":
            return self._leave(message)
        self._entered.setdefault(message.ticker, message.occurred_at)
        self._held[message.ticker] = Count(self._held.get(message.ticker, 0) + message.count)
        return None

    def _leave(self, fill: Fill) -> str | None:
        left = Count(max(0, self._held.get(fill.ticker, 0) - fill.count))
        self._held[fill.ticker] = left
        if left > 0:
            return None
        entered = self._entered.pop(fill.ticker, None)
        if entered is None or fill.occurred_at - entered > seconds(QUICK_S):
            return None
        self._quick[fill.ticker] = self._quick.get(fill.ticker, 0) + 1
        return fill.ticker if self._quick[fill.ticker] == TIMES else None
