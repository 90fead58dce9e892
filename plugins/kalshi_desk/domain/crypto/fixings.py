"""One price a second, and the sixty of them that settle a contract."""

from __future__ import annotations

from kalshi_desk.domain.crypto.digital import PRINTS
from kalshi_desk.domain.units import NANOS

CARRY_S = 3
_KEEP_S = 1_800


class SecondPrints:
    """The price of an underlying at each whole second; a second without a price carries the last for at most 3 s."""

    def __init__(self) -> None:
        self._prints: dict[int, float] = {}
        self._last: tuple[int, float] | None = None

    def put(self, second: int, price: float) -> None:
        """Record the price at a whole second (since 1970)."""
        self._prints[second] = price
        self._last = second, price
        self._prints.pop(second - _KEEP_S, None)

    def carry(self, second: int) -> None:
        """Record that a second had no price of its own."""
        if self._last is not None and 0 < second - self._last[0] <= CARRY_S:
            self._prints[second] = self._last[1]
            self._prints.pop(second - _KEEP_S, None)

    def window(self, end_second: int, count: int = PRINTS) -> tuple[float, int] | None:
        """Return sum and number of the first ``count`` prints of the minute that ends at ``end_second``.

        None if one of them is missing.
        """
        first = end_second - PRINTS + 1
        prints = self._prints
        values = [prints.get(second) for second in range(first, first + count)]
        known = [value for value in values if value is not None]
        return (sum(known), count) if len(known) == count else None

    def mean(self, end_second: int) -> float | None:
        """Return the mean of the minute that ends at ``end_second``; None if one second is missing."""
        window = self.window(end_second)
        return None if window is None else window[0] / PRINTS


def prints_due(at_ns: int, close_ns: int) -> int:
    """Return how many of the sixty prints of a window that ends at ``close_ns`` have come by ``at_ns``."""
    return min(PRINTS, max(0, PRINTS - -(-(close_ns - at_ns) // NANOS)))
