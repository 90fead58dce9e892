"""The venue's sockets: Kalshi's websocket with its signed handshake, and the exchanges' feeds."""

from __future__ import annotations

from functools import partial

from aiohttp import WSMsgType, web

from kalshi_desk.venue_double.api_error import ApiError
from kalshi_desk.venue_double.callers import sees
from kalshi_desk.venue_double.commands import Connection
from kalshi_desk.venue_double.guard import SOCKETS, VENUE, signed_by
from kalshi_desk.venue_double.outbox import Outbox
from kalshi_desk.venue_double.spot_feeds import PROTOCOLS, SpotClient

PING_S, LARGEST = 10.0, 1 << 20


async def kalshi(request: web.Request) -> web.StreamResponse:
    """Serve ``/trade-api/ws/v2``."""
    try:
        key = signed_by(request)
    except ApiError as fault:
        return web.json_response(fault.body, status=fault.status)
    socket = web.WebSocketResponse(compress=False, max_msg_size=LARGEST)
    await socket.prepare(request)
    venue, outbox = request.app[VENUE], Outbox(socket)
    connection = Connection(venue.channels, venue.exchange.listings, outbox.put, venue.wake, partial(sees, key))
    open_ones = request.app[SOCKETS].setdefault(request.headers["KALSHI-ACCESS-KEY"], set())
    open_ones.add(socket)
    try:
        async with outbox.running(PING_S):
            async for message in socket:
                if message.type is WSMsgType.TEXT:
                    connection.take(message.data)
    finally:
        open_ones.discard(socket)
        connection.close()
    return socket


async def spot(request: web.Request) -> web.StreamResponse:
    """Serve ``/feeds/<venue>`` in that exchange's protocol; Gemini's takes its pair from the path."""
    name, pair = request.match_info["venue"], request.match_info.get("pair")
    if name not in PROTOCOLS:
        raise web.HTTPNotFound
    socket = web.WebSocketResponse(compress=False, max_msg_size=LARGEST)
    await socket.prepare(request)
    venue, outbox = request.app[VENUE], Outbox(socket)
    client = SpotClient(outbox.put)
    if pair is not None:
        client.symbols[pair.upper().removesuffix("USD")] = pair
    clients = venue.spot.clients[name]
    clients.append(client)
    try:
        async with outbox.running(PING_S):
            async for message in socket:
                if message.type is WSMsgType.TEXT:
                    _obey(client, name, message.data)
    finally:
        clients.remove(client)
    return socket


def _obey(client: SpotClient, venue: str, frame: str) -> None:
    try:
        replies = list(PROTOCOLS[venue].obey(client, frame))
    except (ValueError, KeyError, TypeError):
        replies = ['{"type":"error","message":"Malformed JSON"}']
    for reply in replies:
        client.send(reply)


ROUTES = [
    web.get("/trade-api/ws/v2", kalshi),
    web.get("/feeds/{venue}", spot),
    web.get("/feeds/{venue}/{pair}", spot),
]
