"""kalshi_feed: books, trades, lifecycle and indices of the venue, for the crypto series and the watch list."""

from __future__ import annotations

import asyncio
from asyncio import Future
from functools import partial
from typing import Any

from prometheus_client import Counter

from kalshi_desk.adapters.kafka.routes import send_routed
from kalshi_desk.adapters.kalshi.listing import MarketLister
from kalshi_desk.adapters.socket_loop import Disconnected, Received, SocketEvent, SocketLoop
from kalshi_desk.domain.crypto.contract import INDEX_IDS
from kalshi_desk.errors import ParseError
from kalshi_desk.steps.market_feed import FeedNews, MarketFeed
from kalshi_desk.wire.kalshi_subscriptions import coins_by_index
from kalshi_desk.wiring.addresses import coin_of_market, reading_key, settings_or_exit
from kalshi_desk.wiring.streams import StreamProcess, stream_app
from kalshi_desk.wiring.venue import reader, venue_socket
from kalshi_desk.wiring.watchlist import obey_watchlist

QUIET_S, LIST_EVENT_S, TICK_EVENT_S = 15.0, 60.0, 2.0

process = StreamProcess(settings_or_exit(), "kalshi_feed", hot=True)
app = stream_app(process, producer_only=True)
settings = process.settings
feed = MarketFeed(crypto_series=settings.crypto_series, coins=coins_by_index(INDEX_IDS, process.underlyings))
coin_of = partial(coin_of_market, settings)
in_order = asyncio.Lock()
MESSAGES = Counter("desk_kalshi_messages", "Messages published", ["kind"])


@app.task  # type: ignore[untyped-decorator]
async def run() -> None:
    """Connect, list, obey the watch list and keep time, for ever."""
    await process.start()
    loop = venue_socket(settings, reading_key(settings), greeting=lambda: feed.greeting(process.now()), now=process.now)
    process.details = lambda: {"markets": len(feed.markets), "quiet_s": loop.quiet_s}
    async with reader(settings) as reads, asyncio.TaskGroup() as tasks:
        lister = MarketLister(reads, settings.crypto_series, pause_s=LIST_EVENT_S / settings.speed)
        tasks.create_task(obey_watchlist(process.broker, lister, process.guard))
        for work in (listen, keep_time, learn):
            tasks.create_task(work(loop, lister))


async def carry_out(news: FeedNews, loop: SocketLoop, lister: MarketLister) -> list[Future[Any]]:
    """Publish messages, send frames, ask for a listing; return the deliveries. Called in order, one at a time."""
    deliveries = []
    for message in news.messages:
        MESSAGES.labels(type(message).__name__).inc()
        deliveries += await send_routed(process.publisher, message, coin_of)
    for frame in news.frames:
        await loop.send(frame)
    if news.relist:
        lister.again()
    return deliveries


async def listen(loop: SocketLoop, lister: MarketLister) -> None:
    """Take frames in batches; each is safe before the next is looked at."""
    async for batch in loop.batches():
        deliveries = []
        async with in_order:
            for event in batch:
                deliveries += await carry_out(await take(event), loop, lister)
            deliveries += await carry_out(feed.pause(process.now()), loop, lister)
        await asyncio.gather(*deliveries)


async def take(event: SocketEvent) -> FeedNews:
    """Take one event of the socket; a frame that cannot be used becomes a dead letter."""
    if isinstance(event, Disconnected):
        return feed.lost(event.at, event.reason)
    if isinstance(event, Received):
        try:
            return feed.take(event.text, event.at)
        except ParseError as fault:
            await process.guard.bad_frame(fault, "kalshi", event.text)
    return FeedNews()


async def keep_time(loop: SocketLoop, lister: MarketLister) -> None:
    """Tell the feed the time, every two seconds of event time."""
    while True:
        alive = loop.quiet_s is not None and loop.quiet_s <= QUIET_S
        process.state = "ready" if alive and feed.markets else "starting"
        async with in_order:
            await carry_out(feed.tick(process.now(), alive=alive), loop, lister)
        await asyncio.sleep(min(0.5, TICK_EVENT_S / settings.speed))


async def learn(loop: SocketLoop, lister: MarketLister) -> None:
    """Take listings over."""
    async for markets in lister.listings():
        async with in_order:
            await carry_out(feed.learn(markets, process.now()), loop, lister)
