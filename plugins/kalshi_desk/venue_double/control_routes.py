"""The venue's own endpoints: its clock, its health, pause and resume, and keys revoked and restored."""

from __future__ import annotations

from aiohttp import web

from kalshi_desk.domain.message import Decoder
from kalshi_desk.venue_double.guard import KEYS, SOCKETS, VENUE
from kalshi_desk.venue_double.store import Store

REVOKED = "revoked keys"
_key_ids: Decoder[list[str]] = Decoder(list[str], "venue revoked keys")


async def clock(request: web.Request) -> web.Response:
    """Return the account and the segments of its event clock, those ahead included."""
    venue = request.app[VENUE]
    segments = [
        {"from_wall": str(one.from_wall), "anchor_event": str(one.anchor_event), "speed": one.speed}
        for one in venue.segments
    ]
    return web.json_response({"account": venue.source.account, "segments": segments})


async def healthz(request: web.Request) -> web.Response:
    """Say how far the venue has played and whether its source is at its end."""
    venue = request.app[VENUE]
    now = venue.clock.now()
    return web.json_response(
        {
            "status": "ok",
            "account": venue.source.account,
            "event_time": str(now),
            "played_to": str(venue.exchange.now),
            "behind_s": round((now - venue.exchange.now) / 1e9, 3),
            "paused": venue.paused,
            "ended": venue.source.ended,
            "messages": venue.played,
            "markets": len(venue.exchange.listings),
            "orders": len(venue.exchange.orders),
            "fills": len(venue.exchange.fills),
            "settlements": len(venue.exchange.settlements),
        }
    )


async def pause(request: web.Request) -> web.Response:
    """Stop the market data; the clock runs on and orders are taken."""
    request.app[VENUE].paused = True
    return web.json_response({"paused": True})


async def resume(request: web.Request) -> web.Response:
    """Start the market data again; what was held back follows at once."""
    request.app[VENUE].paused = False
    return web.json_response({"paused": False})


async def revoke(request: web.Request) -> web.Response:
    """Take a key no more, from now on and after a restart, and end its connections."""
    key_id = request.match_info["key"]
    _keep(request, request.app[KEYS].revoked | {key_id})
    for socket in list(request.app[SOCKETS].get(key_id, ())):
        await socket.close()
    return web.json_response({"revoked": sorted(request.app[KEYS].revoked)})


async def restore(request: web.Request) -> web.Response:
    """Take a key again."""
    _keep(request, request.app[KEYS].revoked - {request.match_info["key"]})
    return web.json_response({"revoked": sorted(request.app[KEYS].revoked)})


def _keep(request: web.Request, key_ids: set[str]) -> None:
    request.app[KEYS].revoked = key_ids
    store = request.app[VENUE].exchange.store
    with store.transaction():
        store.put_fact(REVOKED, sorted(key_ids))


def revoked(store: Store) -> set[str]:
    """Return the ids of the keys that were revoked before this start."""
    saved = store.fact(REVOKED)
    return set() if saved is None else set(_key_ids(saved))


ROUTES = [
    web.post("/keys/{key}/revoke", revoke),
    web.post("/keys/{key}/restore", restore),
    web.get("/clock", clock),
    web.get("/healthz", healthz),
    web.post("/pause", pause),
    web.post("/resume", resume),
]
