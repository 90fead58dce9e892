"""Signed requests to Kalshi: reads are repeated for a while, writes never. Source: docs.kalshi.com, errors."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Mapping
from typing import TypeVar
from urllib.parse import urlsplit

import httpx
import stamina

from kalshi_desk.adapters.kalshi.auth import Signer
from kalshi_desk.adapters.kalshi.budget import DEFAULT_COST, TokenBudget
from kalshi_desk.domain.units import Nanos
from kalshi_desk.errors import OutcomeUnknown, ParseError, Rejected, Retryable
from kalshi_desk.wire.kalshi_errors import definite, parse_fault

T = TypeVar("T")
Query = Mapping[str, str | int | list[str]]
READ_ATTEMPTS, READ_SECONDS = 4, 15.0
REQUEST_SECONDS = 4.0
RETRYABLE = frozenset({429, 500, 502, 503, 504})


class KalshiCalls:
    """One account's requests; ``base_url`` ends with ``/trade-api/v2``, ``wall`` is the wall clock for signatures."""

    def __init__(
        self, *, base_url: str, signer: Signer, client: httpx.AsyncClient, wall: Callable[[], Nanos],
        read_budget: TokenBudget, write_budget: TokenBudget,
    ) -> None:  # fmt: skip
        self._base, self._root = base_url, urlsplit(base_url).path
        self._signer, self._client, self._wall = signer, client, wall
        self.read_budget, self.write_budget = read_budget, write_budget

    async def read(self, path: str, parse: Callable[[bytes], T], query: Query | None = None) -> T:
        """Return the parsed answer of a GET; raises Retryable when attempts or time are used up, Rejected, ParseError.

        Each attempt is signed anew and spends tokens.
        """
        async for attempt in stamina.retry_context(Retryable, attempts=READ_ATTEMPTS, timeout=READ_SECONDS):
            with attempt:
                await self.read_budget.spend(DEFAULT_COST)
                body = await self._get(path, query or {})
        return parse(body)

    async def pages(self, path: str, parse: Callable[[bytes], T], query: Query) -> AsyncIterator[T]:
        """Yield parsed pages until the cursor is empty; each page has a ``cursor``."""
        cursor = ""
        while True:
            page = await self.read(path, parse, {**query, "cursor": cursor} if cursor else query)
            yield page
            following: str = getattr(page, "cursor")  # noqa: B009 - every page struct has it
            if not following or following == cursor:
                return
            cursor = following

    async def write(
        self, method: str, path: str, parse: Callable[[bytes], T], *, body: bytes = b"", query: Query | None = None,
        cost: float = DEFAULT_COST, cancel: bool = False,
    ) -> T:  # fmt: skip
        """Return the parsed answer of a write, tried once; at no ``cost`` it does not wait for tokens.

        Raises Rejected for a definite no; OutcomeUnknown for a time-out, a fault of the venue, or an answer that
        cannot be read: the write must then be looked up.
        """
        if cost:
            await self.write_budget.spend(cost, cancel=cancel)
        call = f"{method} {path}"
        try:
            answer = await self._send(method, path, query or {}, body)
        except (httpx.HTTPError, TimeoutError) as fault:
            raise OutcomeUnknown(call, None, type(fault).__name__, str(fault)) from fault
        if answer.is_success:
            return _parsed(call, answer, parse)
        told = parse_fault(answer.content)
        kind = Rejected if definite(answer.status_code, told) else OutcomeUnknown
        raise kind(call, answer.status_code, told.code, told.details)

    async def _get(self, path: str, query: Query) -> bytes:
        call = f"GET {path}"
        try:
            answer = await self._send("GET", path, query, b"")
        except (httpx.HTTPError, TimeoutError) as fault:
            raise Retryable(call, None, type(fault).__name__, str(fault)) from fault
        if answer.is_success:
            return answer.content
        told = parse_fault(answer.content)
        kind = Retryable if answer.status_code in RETRYABLE else Rejected
        raise kind(call, answer.status_code, told.code, told.details)

    async def _send(self, method: str, path: str, query: Query, body: bytes) -> httpx.Response:
        headers = self._signer.headers(self._wall() // 1_000_000, method, self._root + path)
        if body:
            headers["Content-Type"] = "application/json"
        url = self._base + path
        async with asyncio.timeout(REQUEST_SECONDS):
            return await self._client.request(method, url, params=dict(query), content=body or None, headers=headers)


def _parsed(call: str, answer: httpx.Response, parse: Callable[[bytes], T]) -> T:
    try:
        return parse(answer.content)
    except ParseError as fault:
        raise OutcomeUnknown(call, answer.status_code, "unreadable", str(fault)) from fault
