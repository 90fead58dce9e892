"""GET requests to sources of news: limited in rate, time and size, repeated only where that helps.

A key never reaches a log, an error or a stored answer: errors name a status or a kind of failure, not the request, and
an answer that repeats the key is masked.
"""

from __future__ import annotations

import asyncio
import logging
import zlib
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass, field

import httpx
import stamina
from aiolimiter import AsyncLimiter

from kalshi_desk.errors import SourceAway, SourceError

MOST_BYTES = 2_000_000
CONNECT_S, REQUEST_S = 5.0, 20.0
ATTEMPTS, PATIENCE_S = 3, 45.0
AWAY = frozenset({500, 502, 503, 504})
MASK = b"***"


@dataclass(frozen=True)
class Ask:
    """One request: ``address`` names it wherever it is written, ``key`` is the secret within it, if any."""

    address: str
    url: str
    params: Mapping[str, str] = field(default_factory=dict)
    headers: Mapping[str, str] = field(default_factory=dict)
    key: str | None = field(default=None, repr=False)


@dataclass(frozen=True)
class Earlier:
    """What the last answer of an address said of its version."""

    etag: str | None = None
    modified: str | None = None


@dataclass(frozen=True)
class Answer:
    """A body, or None where nothing changed since the earlier answer."""

    body: bytes | None
    etag: str | None = None
    modified: str | None = None


@dataclass(frozen=True)
class Source:
    """A source with its requests: one at most every ``every_s`` seconds; ``refusal`` reads why it says no."""

    name: str
    every_s: float
    asks: Sequence[Ask]
    refusal: Callable[[bytes], str] = lambda _body: ""


@asynccontextmanager
async def open_client(contact: str) -> AsyncIterator[httpx.AsyncClient]:
    """Open the client of all sources; ``contact`` is an address to complain to, as some feeds demand."""
    for name in ("httpx", "httpcore"):  # they log addresses and headers, and with them the keys
        logging.getLogger(name).setLevel(logging.WARNING)
    headers = {"User-Agent": f"kalshi-desk ({contact})", "Accept-Encoding": "gzip"}
    timeout = httpx.Timeout(REQUEST_S, connect=CONNECT_S)
    async with httpx.AsyncClient(headers=headers, timeout=timeout, max_redirects=3) as client:
        yield client


async def answers(
    client: httpx.AsyncClient, source: Source, earlier: Mapping[str, Earlier]
) -> AsyncIterator[tuple[Ask, Answer | SourceError]]:
    """Yield each request with its answer or with why there is none; raises nothing for a source that fails."""
    limiter = AsyncLimiter(1, source.every_s)
    for ask in source.asks:
        try:
            yield ask, await _read(client, source, ask, earlier.get(ask.address, Earlier()), limiter)
        except SourceError as fault:
            yield ask, fault


async def _read(client: httpx.AsyncClient, source: Source, ask: Ask, earlier: Earlier, limiter: AsyncLimiter) -> Answer:
    async for attempt in stamina.retry_context(SourceAway, attempts=ATTEMPTS, timeout=PATIENCE_S):
        with attempt:
            async with limiter:
                return await _get(client, source, ask, earlier)
    raise SourceAway(source.name, "no attempt left")


async def _get(client: httpx.AsyncClient, source: Source, ask: Ask, earlier: Earlier) -> Answer:
    try:
        async with asyncio.timeout(REQUEST_S), _opened(client, ask, earlier) as response:
            if response.status_code == httpx.codes.NOT_MODIFIED:
                return Answer(None, earlier.etag, earlier.modified)
            body = _masked(await _capped(source.name, response), ask.key)
    except (httpx.HTTPError, httpx.InvalidURL, TimeoutError) as fault:
        raise SourceAway(source.name, type(fault).__name__) from None
    if response.status_code != httpx.codes.OK:
        kind = SourceAway if response.status_code in AWAY else SourceError
        raise kind(source.name, f"HTTP {response.status_code} {source.refusal(body)}".rstrip())
    return Answer(body, response.headers.get("etag"), response.headers.get("last-modified"))


def _opened(client: httpx.AsyncClient, ask: Ask, earlier: Earlier) -> AbstractAsyncContextManager[httpx.Response]:
    """Ask; a key goes to the host that it is for, so a request that carries one follows nobody elsewhere."""
    headers, params = _headers(ask, earlier), dict(ask.params) or None
    return client.stream("GET", ask.url, params=params, headers=headers, follow_redirects=ask.key is None)


def _headers(ask: Ask, earlier: Earlier) -> dict[str, str]:
    headers = dict(ask.headers)
    if earlier.etag is not None:
        headers["If-None-Match"] = earlier.etag
    if earlier.modified is not None:
        headers["If-Modified-Since"] = earlier.modified
    return headers


async def _capped(source: str, response: httpx.Response) -> bytes:
    """Read a body of at most 2 MB once unpacked; raises SourceError for a longer one or an unasked-for packing."""
    packing = response.headers.get("content-encoding", "identity")
    if packing not in ("identity", "gzip"):
        raise SourceError(source, "packed in a way that was not asked for")
    unpack = zlib.decompressobj(wbits=31) if packing == "gzip" else None
    body = bytearray()
    async for piece in response.aiter_raw():
        body += piece if unpack is None else _unpacked(source, unpack, piece, MOST_BYTES + 1 - len(body))
        if len(body) > MOST_BYTES:
            raise SourceError(source, f"longer than {MOST_BYTES} bytes")
    return bytes(body)


def _unpacked(source: str, unpack: zlib._Decompress, piece: bytes, room: int) -> bytes:
    try:
        return unpack.decompress(piece, max(1, room))
    except zlib.error:
        raise SourceError(source, "broken packing") from None


def _masked(body: bytes, key: str | None) -> bytes:
    return body if not key else body.replace(key.encode(), MASK)
