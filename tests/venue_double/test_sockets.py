import asyncio
from contextlib import aclosing
from random import Random

import aiohttp
import pytest

from kalshi_desk.adapters.exchanges.connections import exchange_sockets
from kalshi_desk.adapters.kalshi.rest import open_rest
from kalshi_desk.adapters.kalshi.stream import kalshi_socket
from kalshi_desk.adapters.socket_loop import Endpoint, Received, SocketLoop
from kalshi_desk.clock import wall_now
from kalshi_desk.domain.inputs import BookChanged
from kalshi_desk.domain.units import Price
from kalshi_desk.wire import kalshi_commands as commands
from kalshi_desk.wire.kalshi_books import KalshiBooks
from kalshi_desk.wire.kalshi_orders import TimeInForce
from kalshi_desk.wire.kalshi_ws import parse_frame
from tests.venue_double.clients import order, quoted


def socket_of(running, signer, *said):
    greeting = [commands.encode_command(number + 1, command) for number, command in enumerate(said)]
    now = running.venue.clock.now
    return kalshi_socket(running.socket, signer, greeting=lambda: greeting, wall=wall_now, now=now, jitter=Random(1))


async def test_books_over_the_socket_stay_whole(start, reader):
    running = await start(speed=10)
    async with open_rest(running.rest, reader, wall=wall_now) as rest:
        market = await quoted(rest)
    loop = socket_of(
        running,
        reader,
        commands.subscribe([commands.BOOKS], [market.ticker]),
        commands.subscribe_indices(commands.INDEX, ["BRTI"]),
        commands.subscribe([commands.LIFECYCLE]),
    )
    books, changes, kinds = KalshiBooks(), [], set()
    async with aclosing(loop.batches()) as batches, asyncio.timeout(20):
        async for batch in batches:
            for event in batch:
                if isinstance(event, Received):
                    frame = parse_frame(event.text)
                    kinds.add(frame.type)
                    changes += books.take(frame, event.at).messages
            changes += books.flush(running.venue.clock.now()).messages
            if len(changes) > 4 and "cfbenchmarks_value" in kinds:
                break
    assert all(isinstance(change, BookChanged) for change in changes)
    assert changes[0].snapshot
    assert [change.version for change in changes] == list(range(1, len(changes) + 1))


async def test_own_fills_orders_and_positions_are_told(start, trader, tmp_path):
    plan = tmp_path / "faults.json"
    plan.write_text('{"duplicate_fill": 1.0}')
    running = await start(faults=plan, speed=10)
    private = [commands.FILLS, commands.ORDERS, commands.POSITIONS]
    loop = socket_of(running, trader, commands.subscribe(private))
    kinds = []
    async with (
        open_rest(running.rest, trader, wall=wall_now) as rest,
        aclosing(loop.batches()) as batches,
        asyncio.timeout(20),
    ):
        async for batch in batches:
            kinds += [parse_frame(event.text).type for event in batch if isinstance(event, Received)]
            if kinds == ["subscribed"] * 3:
                market = await quoted(rest)
                await rest.writes.create(order(market.ticker, Price(9_900), "t", time_in_force=TimeInForce.IOC))
            if "market_position" in kinds:
                break
    assert kinds.count("fill") == 2
    assert "user_order" in kinds


@pytest.mark.parametrize("venue", ["coinbase", "kraken", "bitstamp", "gemini", "binance"])
async def test_every_exchange_speaks_its_own_protocol(start, venue):
    running = await start(speed=50)
    (socket, *_) = exchange_sockets(venue, f"{running.feeds}/{venue}", ["BTC"])
    clock, trades = running.venue.clock, []
    loop = SocketLoop(Endpoint(venue, socket.url, lambda: socket.greeting), now=clock.now, jitter=Random(1))
    async with aclosing(loop.batches()) as batches, asyncio.timeout(20):
        async for batch in batches:
            for event in batch:
                if isinstance(event, Received):
                    trades += socket.parse(event.text, event.at).trades
            if len(trades) >= 2:
                break
    assert {trade.underlying for trade in trades} == {"BTC"}
    assert all(trade.venue == venue and trade.size > 0 for trade in trades)
    assert trades[0].occurred_at <= trades[0].at


async def test_a_handshake_without_a_signature_and_an_unknown_exchange_fail(start):
    running = await start()
    async with aiohttp.ClientSession() as session:
        for url, status in ((running.socket, 401), (f"{running.feeds}/moon", 404)):
            with pytest.raises(aiohttp.WSServerHandshakeError) as caught:
                await session.ws_connect(url)
            assert caught.value.status == status


async def test_nonsense_on_a_feed_is_answered(start):
    running = await start()
    async with aiohttp.ClientSession() as session, session.ws_connect(f"{running.feeds}/kraken") as socket:
        await socket.send_str("nonsense")
        assert "error" in await socket.receive_str(timeout=5)
