"""Token buckets of the REST API, refilled by wall time. Source: docs.kalshi.com, rate limits."""

from __future__ import annotations

from kalshi_desk.domain.units import NANOS, Nanos
from kalshi_desk.venue_double.api_error import TOO_MANY

TIER, REFILL, CAPACITY = "advanced", 300, 900
DEFAULT_COST, CHEAP = 10, 2


class TokenBucket:
    """Tokens that come back at ``refill`` a second, up to ``capacity``."""

    def __init__(self, refill: int = REFILL, capacity: int = CAPACITY) -> None:
        self.refill, self.capacity = refill, capacity
        self._tokens, self._at = float(capacity), Nanos(0)

    def take(self, cost: int, wall: Nanos) -> None:
        """Take tokens; raises ApiError 429 when there are too few, and takes none then."""
        self._tokens = min(self.capacity, self._tokens + max(0, wall - self._at) * self.refill / NANOS)
        self._at = wall
        if cost > self._tokens:
            raise TOO_MANY
        self._tokens -= cost
