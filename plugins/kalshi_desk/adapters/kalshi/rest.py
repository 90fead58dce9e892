"""Opens Kalshi's REST API for one key: one connection pool, budgets, reads and writes."""

from __future__ import annotations

import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass

import httpx

from kalshi_desk.adapters.kalshi.auth import Signer
from kalshi_desk.adapters.kalshi.budget import TokenBudget
from kalshi_desk.adapters.kalshi.calls import REQUEST_SECONDS, KalshiCalls
from kalshi_desk.adapters.kalshi.reads import KalshiReads
from kalshi_desk.adapters.kalshi.writes import KalshiWrites
from kalshi_desk.domain.units import Nanos

BASIC_READ, BASIC_WRITE = 200.0, 100.0


@dataclass(frozen=True)
class KalshiRest:
    """The two halves of the API; ``writes`` works with a trading key only."""

    reads: KalshiReads
    writes: KalshiWrites


@asynccontextmanager
async def open_rest(
    base_url: str, signer: Signer, *, wall: Callable[[], Nanos], subaccount: int | None = None
) -> AsyncIterator[KalshiRest]:
    """Open the API at ``base_url`` (ending with ``/trade-api/v2``), with the lowest tier's budgets until told better.

    A request is given up after 4 s of wall time: less than a lease lasts. All is asked of and done in ``subaccount``;
    where it is None no read names one, which is all of them for some and the primary one (0) for the rest.
    """
    async with httpx.AsyncClient(timeout=REQUEST_SECONDS, trust_env=False) as client:
        calls = KalshiCalls(
            base_url=base_url, signer=signer, client=client, wall=wall,
            read_budget=_budget(BASIC_READ), write_budget=_budget(BASIC_WRITE),
        )  # fmt: skip
        yield KalshiRest(KalshiReads(calls, subaccount), KalshiWrites(calls, subaccount))


def _budget(tokens: float) -> TokenBudget:
    return TokenBudget(refill_per_s=tokens, capacity=tokens, monotonic=time.monotonic)
