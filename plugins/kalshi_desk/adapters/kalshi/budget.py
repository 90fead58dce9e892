"""The venue's token buckets on our side: a request waits until its tokens are there, cancels before all others."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

DEFAULT_COST, CANCEL_COST = 10.0, 2.0
CANCEL_HEADROOM = 0.2


class TokenBudget:
    """A token bucket; what is no cancel leaves a fifth of the capacity for cancels."""

    def __init__(self, *, refill_per_s: float, capacity: float, monotonic: Callable[[], float]) -> None:
        self._refill, self._capacity, self._monotonic = refill_per_s, capacity, monotonic
        self._tokens, self._stamp = capacity, monotonic()

    def resize(self, *, refill_per_s: float, capacity: float) -> None:
        """Take over what the account's tier really allows."""
        self._settle()
        self._refill, self._capacity = refill_per_s, capacity
        self._tokens = min(self._tokens, capacity)

    async def spend(self, cost: float, *, cancel: bool = False) -> None:
        """Wait until ``cost`` tokens may be spent, and spend them."""
        floor = 0.0 if cancel else self._capacity * CANCEL_HEADROOM
        while (missing := self._missing(cost, floor)) > 0:
            await asyncio.sleep(missing / self._refill)
        self._tokens -= cost

    def _missing(self, cost: float, floor: float) -> float:
        self._settle()
        return min(cost, self._capacity - floor) + floor - self._tokens

    def _settle(self) -> None:
        now = self._monotonic()
        self._tokens = min(self._capacity, self._tokens + (now - self._stamp) * self._refill)
        self._stamp = now
