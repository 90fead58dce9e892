"""What every REST call passes: signature, scope, token bucket, faults, and errors in the venue's shapes.

Source: docs.kalshi.com, API keys, rate limits and errors.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable

from aiohttp import web

from kalshi_desk.clock import wall_now
from kalshi_desk.domain.units import Cash
from kalshi_desk.venue_double.api_error import ApiError
from kalshi_desk.venue_double.buckets import CHEAP, DEFAULT_COST, TokenBucket
from kalshi_desk.venue_double.callers import KEY
from kalshi_desk.venue_double.signatures import KeyRing, RegisteredKey, need
from kalshi_desk.venue_double.venue import Venue

VENUE = web.AppKey("venue", Venue)
KEYS = web.AppKey("keys", KeyRing)
SOCKETS: web.AppKey[dict[str, set[web.WebSocketResponse]]] = web.AppKey("sockets")
READ, WRITE = web.AppKey("read", TokenBucket), web.AppKey("write", TokenBucket)
Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]
ROOT = "/trade-api/v2"
_PRIVATE = (f"{ROOT}/portfolio", f"{ROOT}/account", f"{ROOT}/api_keys")


def signed_by(request: web.Request) -> RegisteredKey:
    """Return the key that signed; its account is open from now on. Raises ApiError 401."""
    path = request.raw_path.partition("?")[0]
    key = request.app[KEYS].check(request.headers, method=request.method, path=path, wall=wall_now())
    if key.bankroll is not None:
        request.app[VENUE].exchange.open(key.user, key.subaccount or 0, Cash.parse(key.bankroll))
    return key


@web.middleware
async def guard(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Let a call of the trade API through, or answer why not."""
    if not request.path.startswith(f"{ROOT}/"):
        return await handler(request)
    try:
        _admit(request)
        reply = await handler(request)
    except ApiError as fault:
        reply = web.json_response(fault.body, status=fault.status)
    except web.HTTPException as fault:
        reply = web.json_response({"error": {"code": "not_found", "message": fault.reason}}, status=fault.status)
    return await _answered(request, reply)


def _admit(request: web.Request) -> None:
    writes = request.method != "GET"
    if request.path.startswith(_PRIVATE):
        key = request[KEY] = signed_by(request)
        need(key, "write" if writes else "read")
    cheap = request.method == "DELETE" or "/portfolio/orders/" in request.path
    bucket = request.app[WRITE] if writes else request.app[READ]
    bucket.take(CHEAP if cheap else DEFAULT_COST, wall_now())
    request.app[VENUE].faults.refuse()


async def _answered(request: web.Request, reply: web.StreamResponse) -> web.StreamResponse:
    """Write down and tell what a write has done, then answer, unless a fault loses the reply."""
    venue = request.app[VENUE]
    if request.method != "GET":
        venue.tell_account(venue.exchange.commit())
        if venue.faults.loses_reply() and request.transport is not None:
            request.transport.abort()
    return reply
