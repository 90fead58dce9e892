"""A venue that answers what a test has put down for it and remembers what it was asked."""

from contextlib import asynccontextmanager

import httpx

from kalshi_desk.adapters.kalshi.auth import Signer
from kalshi_desk.adapters.kalshi.budget import TokenBudget
from kalshi_desk.adapters.kalshi.calls import KalshiCalls
from kalshi_desk.domain.units import Nanos
from tests.adapters.kalshi import keys

BASE = "http://venue.test/trade-api/v2"


class Venue:
    def __init__(self, *answers):
        self.answers, self.asked, self.wall = list(answers), [], 0

    def __call__(self, request):
        self.asked.append(request)
        answer = self.answers.pop(0)
        if isinstance(answer, Exception):
            raise answer
        status, body = answer if isinstance(answer, tuple) else (200, answer)
        return httpx.Response(status, content=body)

    def tick(self):
        self.wall += 1
        return Nanos(self.wall * 1_000_000)

    @asynccontextmanager
    async def calls(self):
        def budget():
            return TokenBudget(refill_per_s=1e6, capacity=1e6, monotonic=lambda: 0.0)

        async with httpx.AsyncClient(transport=httpx.MockTransport(self)) as client:
            yield KalshiCalls(
                base_url=BASE, signer=Signer("k", keys.pem(keys.ed25519())), client=client, wall=self.tick,
                read_budget=budget(), write_budget=budget(),
            )  # fmt: skip
