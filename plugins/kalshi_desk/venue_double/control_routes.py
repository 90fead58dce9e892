"""The venue's own endpoints: its clock, its health, pause and resume."""

from __future__ import annotations

from aiohttp import web

from kalshi_desk.venue_double.guard import VENUE


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


ROUTES = [
    web.get("/clock", clock),
    web.get("/healthz", healthz),
    web.post("/pause", pause),
    web.post("/resume", resume),
]
