from base64 import b64decode
from contextlib import aclosing
from random import Random

from websockets.asyncio.server import serve

from kalshi_desk.adapters.kalshi.auth import Signer
from kalshi_desk.adapters.kalshi.stream import kalshi_socket
from kalshi_desk.adapters.socket_loop import Connected, Received
from kalshi_desk.domain.units import Nanos
from kalshi_desk.wire.kalshi_commands import encode_command, subscribe
from tests.adapters.kalshi import keys
from tests.wire.frames import SNAPSHOT


async def test_signed_handshake_then_frames():
    seen = []

    async def play(connection):
        seen.append((connection.request.path, dict(connection.request.headers.raw_items()), await connection.recv()))
        await connection.send(SNAPSHOT)
        await connection.wait_closed()

    async with serve(play, "127.0.0.1", 0) as server:
        url = f"ws://127.0.0.1:{server.sockets[0].getsockname()[1]}/trade-api/ws/v2"
        hello = encode_command(1, subscribe(["orderbook_delta"], ["A"]))
        loop = kalshi_socket(
            url, Signer("k", keys.pem(keys.ed25519())), greeting=lambda: [hello],
            wall=lambda: Nanos(1_795_230_000_123_000_000), now=lambda: Nanos(7), jitter=Random(1),
        )  # fmt: skip
        events = []
        async with aclosing(loop.batches()) as batches:
            async for batch in batches:
                events += batch
                if isinstance(events[-1], Received):
                    break
    assert events == [Connected(Nanos(7)), Received(SNAPSHOT, Nanos(7))]
    ((path, headers, greeting),) = seen
    assert (path, greeting) == ("/trade-api/ws/v2", hello)
    signature = b64decode(headers["KALSHI-ACCESS-SIGNATURE"])
    keys.ed25519().public_key().verify(signature, b"1795230000123GET/trade-api/ws/v2")
