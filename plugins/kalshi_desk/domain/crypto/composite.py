"""One spot price from several exchanges: the volume-weighted mean of their newest trades.

Exchanges silent for ``spot_s`` are left out, and so are those far from the median. Sums are exact integers, so that
the price does not depend on how long the process has run.
"""

from __future__ import annotations

from collections import deque
from statistics import median

from kalshi_desk.domain.units import NANOS, IndexPrice

WINDOW_NS = NANOS
OUTLIER = 0.005
_SCALE = float(10**IndexPrice.DECIMALS)


class _Venue:
    """The trades of one exchange within the window, and always the newest one."""

    __slots__ = ("last_ns", "notional", "price_sum", "size_sum", "trades", "unsized")

    def __init__(self) -> None:
        self.trades: deque[tuple[int, int, int | None]] = deque()
        self.last_ns = self.notional = self.size_sum = self.price_sum = self.unsized = 0

    def add(self, at_ns: int, price: int, size: int | None) -> None:
        self.trades.append((at_ns, price, size))
        self.last_ns = at_ns
        self._count(price, size, 1)

    def prune(self, oldest_ns: int) -> None:
        trades = self.trades
        while len(trades) > 1 and trades[0][0] <= oldest_ns:
            _, price, size = trades.popleft()
            self._count(price, size, -1)

    def _count(self, price: int, size: int | None, sign: int) -> None:
        self.price_sum += sign * price
        if size is None:
            self.unsized += sign
        else:
            self.notional += sign * price * size
            self.size_sum += sign * size

    @property
    def sized(self) -> bool:
        """Whether volumes can weigh the trades; else each counts the same."""
        return self.unsized == 0 and self.size_sum > 0

    @property
    def price(self) -> float:
        return self.notional / self.size_sum if self.sized else self.price_sum / len(self.trades)


class Composite:
    """The composite of one underlying; ``min_venues`` of them must be fresh and agree."""

    def __init__(self, *, min_venues: int, spot_s: float) -> None:
        self._venues: dict[str, _Venue] = {}
        self._min_venues = min_venues
        self._oldest_ns = round(spot_s * NANOS)
        self.last_ns = 0

    def trade(self, at_ns: int, venue: str, *, price: int, size: int | None) -> None:
        """Take a trade known at ``at_ns``; price and size in their exact units."""
        state = self._venues.get(venue)
        if state is None:
            state = self._venues[venue] = _Venue()
        state.add(at_ns, price, size)
        self.last_ns = at_ns

    def price(self, at_ns: int) -> float | None:
        """Return the price in dollars at ``at_ns``, or None with too few venues fresh and in agreement."""
        fresh = [venue for venue in self._venues.values() if venue.last_ns and at_ns - venue.last_ns <= self._oldest_ns]
        if len(fresh) < self._min_venues:
            return None
        for venue in fresh:
            venue.prune(at_ns - WINDOW_NS)
        if len(fresh) == 1:
            return fresh[0].price / _SCALE
        agreed = _agreeing(fresh)
        return _weighted(agreed) / _SCALE if len(agreed) >= self._min_venues else None

    def age_s(self, at_ns: int) -> float | None:
        """Return the age of the newest trade, None before the first."""
        return (at_ns - self.last_ns) / NANOS if self.last_ns else None


def _agreeing(venues: list[_Venue]) -> list[_Venue]:
    middle = median(venue.price for venue in venues)
    return [venue for venue in venues if abs(venue.price - middle) <= OUTLIER * middle]


def _weighted(venues: list[_Venue]) -> float:
    if all(venue.sized for venue in venues):
        return sum(venue.notional for venue in venues) / sum(venue.size_sum for venue in venues)
    return sum(venue.price_sum for venue in venues) / sum(len(venue.trades) for venue in venues)
