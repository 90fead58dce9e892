"""The clients of the venue and of the exchanges, for the mode that the settings name."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from random import Random

from kalshi_desk.adapters.exchanges.connections import ExchangeSocket, exchange_sockets
from kalshi_desk.adapters.kalshi.auth import Signer, signer_from_file
from kalshi_desk.adapters.kalshi.reads import KalshiReads
from kalshi_desk.adapters.kalshi.rest import KalshiRest, open_rest
from kalshi_desk.adapters.kalshi.stream import kalshi_socket
from kalshi_desk.adapters.socket_loop import Endpoint, SocketLoop
from kalshi_desk.clock import wall_now
from kalshi_desk.domain.units import Nanos
from kalshi_desk.settings import Settings
from kalshi_desk.wiring import addresses
from kalshi_desk.wiring.addresses import Key


@asynccontextmanager
async def reader(settings: Settings) -> AsyncIterator[KalshiReads]:
    """Open the venue's REST API with the key that may only read."""
    key = addresses.reading_key(settings)
    signer = signer_from_file(key.key_id, key.pem)
    async with _rest(settings, signer) as rest:
        yield rest.reads


@asynccontextmanager
async def trader(settings: Settings) -> AsyncIterator[KalshiRest]:
    """Open the venue's REST API with the trading key: for ``order_execution``, fund, halt and doctor."""
    key = addresses.trading_key(settings)
    signer = signer_from_file(key.key_id, key.pem)
    async with _rest(settings, signer) as rest:
        yield rest


def _rest(settings: Settings, signer: Signer) -> AbstractAsyncContextManager[KalshiRest]:
    subaccount = addresses.subaccount(settings)
    return open_rest(addresses.venue_rest(settings), signer, wall=wall_now, subaccount=subaccount)


def venue_socket(
    settings: Settings, key: Key, *, greeting: Callable[[], Sequence[str]], now: Callable[[], Nanos]
) -> SocketLoop:
    """Return the loop on the venue's websocket, signed with ``key``; ``now`` is the event clock."""
    return kalshi_socket(
        addresses.venue_socket(settings),
        signer_from_file(key.key_id, key.pem),
        greeting=greeting,
        wall=wall_now,
        now=now,
        jitter=Random(),  # noqa: S311 - spreads reconnections, guards nothing
    )


def spot_sockets(settings: Settings) -> list[ExchangeSocket]:
    """Return the sockets of every exchange in SPOT_VENUES; raises SettingsError for an unknown one."""
    coins = addresses.underlyings(settings)
    return [
        socket
        for venue in settings.spot_venues
        for socket in exchange_sockets(venue, addresses.spot_url(settings, venue), coins)
    ]


def spot_loop(socket: ExchangeSocket, now: Callable[[], Nanos]) -> SocketLoop:
    """Return the loop on an exchange's socket."""
    endpoint = Endpoint(socket.venue, socket.url, lambda: socket.greeting)
    return SocketLoop(endpoint, now=now, jitter=Random())  # noqa: S311 - spreads reconnections, guards nothing
