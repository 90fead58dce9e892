"""exchange_feeds: trades of the spot exchanges, one socket task each, to ``crypto.inputs.v1``."""

from __future__ import annotations

import asyncio

import structlog
from prometheus_client import Counter

from kalshi_desk.adapters.exchanges.connections import ExchangeSocket
from kalshi_desk.adapters.kafka.topics import CRYPTO_INPUTS
from kalshi_desk.adapters.socket_loop import Connected, Received, SocketEvent
from kalshi_desk.errors import ParseError
from kalshi_desk.wire.spot import SpotNews, SpotSequences
from kalshi_desk.wiring.addresses import settings_or_exit
from kalshi_desk.wiring.streams import StreamProcess, stream_app
from kalshi_desk.wiring.venue import spot_loop, spot_sockets

process = StreamProcess(settings_or_exit(), "exchange_feeds", hot=True)
app = stream_app(process, producer_only=True)
TRADES = Counter("desk_spot_trades", "Trades published", ["venue"])
BREAKS = Counter("desk_spot_disconnects", "Connections lost", ["venue"])
connected: dict[str, bool] = {}
log = structlog.get_logger()


@app.task  # type: ignore[untyped-decorator]
async def feed() -> None:
    """Listen to every exchange for ever."""
    await process.start()
    process.details = lambda: {"connected": sum(connected.values()), "of": len(connected)}
    async with asyncio.TaskGroup() as tasks:
        for socket in spot_sockets(process.settings):
            tasks.create_task(listen(socket))


async def listen(socket: ExchangeSocket) -> None:
    """Publish what one socket brings; each batch is safe before the next is looked at."""
    loop, sequences = spot_loop(socket, process.now), SpotSequences()
    async for batch in loop.batches():
        if any(isinstance(event, Connected) for event in batch):
            sequences = SpotSequences()
        deliveries, again = [], False
        for event in batch:
            news = await read(socket, event)
            again = again or news.reconnect
            for gap in sequences.gaps(news.numbers):
                await process.guard.bad_frame(gap, socket.venue, "")
            for trade in news.trades:
                deliveries.append(await process.publisher.send(CRYPTO_INPUTS, trade.underlying, trade))
        TRADES.labels(socket.venue).inc(len(deliveries))
        await asyncio.gather(*deliveries)
        if again:
            await loop.reconnect()


async def read(socket: ExchangeSocket, event: SocketEvent) -> SpotNews:
    """Return what a socket's event brings; a frame that cannot be read becomes a dead letter."""
    if not isinstance(event, Received):
        connected[socket.url] = isinstance(event, Connected)
        process.state = "ready" if any(connected.values()) else "starting"
        if not connected[socket.url]:
            BREAKS.labels(socket.venue).inc()
            log.warning("spot.disconnected", venue=socket.venue, url=socket.url, event_=str(event))
        return SpotNews()
    try:
        return socket.parse(event.text, event.at)
    except ParseError as fault:
        await process.guard.bad_frame(fault, socket.venue, event.text)
        return SpotNews()
