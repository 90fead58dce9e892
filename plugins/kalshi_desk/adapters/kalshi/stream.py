"""Kalshi's websocket: the signed handshake on the common socket loop. Source: docs.kalshi.com, WebSockets."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from random import Random
from urllib.parse import urlsplit

from kalshi_desk.adapters.kalshi.auth import Signer
from kalshi_desk.adapters.socket_loop import Endpoint, SocketLoop
from kalshi_desk.domain.units import Nanos

SILENCE_S = 25.0


def kalshi_socket(
    url: str, signer: Signer, *, greeting: Callable[[], Sequence[str]], wall: Callable[[], Nanos],
    now: Callable[[], Nanos], jitter: Random,
) -> SocketLoop:  # fmt: skip
    """Return the loop for ``url``; ``greeting`` gives the subscription frames of each new connection.

    ``wall`` is the wall clock, for the signature; ``now`` the event clock, for the frames.
    """
    path = urlsplit(url).path

    def headers() -> dict[str, str]:
        return signer.headers(wall() // 1_000_000, "GET", path)

    return SocketLoop(Endpoint("kalshi", url, greeting, headers, SILENCE_S), now=now, jitter=jitter)
