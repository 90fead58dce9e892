"""The venue over its sockets, through the desk's own adapters."""

from __future__ import annotations

import asyncio
import json
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
from kalshi_desk.domain.market import BookSide
from kalshi_desk.domain.units import Count, Price
from kalshi_desk.errors import Rejected
from kalshi_desk.wire import kalshi_commands as commands
from kalshi_desk.wire.kalshi_books import KalshiBooks
from kalshi_desk.wire.kalshi_orders import NewOrder, SelfTrade, TimeInForce
from kalshi_desk.wire.kalshi_ws import parse_frame


def order(ticker, price, client_order_id, **more):
    given = {"side": BookSide.BID, "count": Count.parse("1"), "time_in_force": TimeInForce.GTC} | more
    return NewOrder(ticker=ticker, price=price, client_order_id=client_order_id, self_trade=SelfTrade.TAKER, **given)


async def quoted(rest):
    """Return an open market that has both sides, and its quote."""
    for _ in range(100):
        for market in await rest.reads.markets({"status": "open"}):
            if market.yes_bid_dollars > 500 and 1_000 < market.yes_ask_dollars < 9_500:
                return market
        await asyncio.sleep(0.1)
    raise AssertionError("nothing is quoted")


async def test_the_desk_s_adapter_trades_and_the_account_adds_up(start, trader):
    running = await start(speed=10)
    async with open_rest(running.rest, trader, wall=wall_now) as rest:
        market = await quoted(rest)
        before = await rest.reads.balance()
        taken = await rest.writes.create(order(market.ticker, Price(9_900), "take-1", time_in_force=TimeInForce.IOC))
        assert taken.fill_count == Count.parse("1")
        (fill,) = await rest.reads.fills({})
        after = await rest.reads.balance()
        assert after.balance_dollars - before.balance_dollars == -(fill.yes_price_dollars * 100) - fill.fee_cost
        (position,) = await rest.reads.positions()
        assert position.position_fp == Count.parse("1")
        found = await rest.reads.order_by_client_id("take-1", market.ticker)
        assert found.status == "executed"


async def test_resting_cancel_duplicate_and_post_only(start, trader):
    running = await start(speed=10)
    async with open_rest(running.rest, trader, wall=wall_now) as rest:
        market = await quoted(rest)
        rested = await rest.writes.create(order(market.ticker, Price(200), "rest-1", post_only=True))
        assert rested.remaining_count == Count.parse("1")
        with pytest.raises(Rejected, match="order_already_exists"):
            await rest.writes.create(order(market.ticker, Price(200), "rest-1"))
        canceled = await rest.writes.cancel(rested.order_id, market.ticker)
        assert canceled.reduced_by == Count.parse("1")
        with pytest.raises(Rejected, match="not_found"):
            await rest.writes.cancel(rested.order_id, market.ticker)
        with pytest.raises(Rejected, match="post only cross"):
            await rest.writes.create(order(market.ticker, Price(9_900), "cross-1", post_only=True))
        with pytest.raises(Rejected, match="insufficient_balance"):
            await rest.writes.create(order(market.ticker, Price(200), "big-1", count=Count.parse("9000")))
        with pytest.raises(Rejected, match="invalid_price"):
            await rest.writes.create(order(market.ticker, Price(5_005), "grid-1"))


async def test_a_reading_key_may_not_write(start, reader):
    running = await start()
    async with open_rest(running.rest, reader, wall=wall_now) as rest:
        assert (await rest.reads.balance()).balance_dollars == 50_000_000
        with pytest.raises(Rejected):
            await rest.writes.create(order("KXBTC15M-X", Price(200), "x"))


async def test_books_over_the_socket_stay_whole(start, reader):
    running = await start(speed=50)
    async with open_rest(running.rest, reader, wall=wall_now) as rest:
        market = await quoted(rest)
    greeting = [
        commands.encode_command(1, commands.subscribe([commands.BOOKS], [market.ticker])),
        commands.encode_command(2, commands.subscribe_indices(commands.INDEX, ["BRTI"])),
        commands.encode_command(3, commands.subscribe([commands.LIFECYCLE])),
    ]
    clock = running.venue.clock
    loop = kalshi_socket(
        running.socket, reader, greeting=lambda: greeting, wall=wall_now, now=clock.now, jitter=Random(1)
    )
    books, changes, kinds = KalshiBooks(), [], set()
    async with aclosing(loop.batches()) as batches, asyncio.timeout(10):
        async for batch in batches:
            for event in batch:
                if isinstance(event, Received):
                    frame = parse_frame(event.text)
                    kinds.add(frame.type)
                    changes += books.take(frame, event.at).messages
            changes += books.flush(clock.now()).messages
            if len(changes) > 10 and "cfbenchmarks_value" in kinds:
                break
    assert all(isinstance(change, BookChanged) for change in changes)
    assert changes[0].snapshot
    assert [change.version for change in changes] == list(range(1, len(changes) + 1))


@pytest.mark.parametrize("venue", ["coinbase", "kraken", "bitstamp", "gemini", "binance"])
async def test_every_exchange_speaks_its_own_protocol(start, venue):
    running = await start(speed=50)
    (socket, *_) = exchange_sockets(venue, f"{running.feeds}/{venue}", ["BTC"])
    clock, trades = running.venue.clock, []
    loop = SocketLoop(Endpoint(venue, socket.url, lambda: socket.greeting), now=clock.now, jitter=Random(1))
    async with aclosing(loop.batches()) as batches, asyncio.timeout(10):
        async for batch in batches:
            for event in batch:
                if isinstance(event, Received):
                    trades += socket.parse(event.text, event.at).trades
            if len(trades) >= 2:
                break
    assert {trade.underlying for trade in trades} == {"BTC"}
    assert all(trade.venue == venue and trade.size > 0 for trade in trades)
    assert trades[0].occurred_at <= trades[0].at


async def test_clock_health_pause_and_resume(start):
    running = await start(speed=10)
    async with aiohttp.ClientSession(running.root) as session:
        clock = await (await session.get("/clock")).json()
        assert clock["account"] == "sim:synthetic:7"
        assert clock["segments"][0]["speed"] == 10.0
        await session.post("/pause")
        first = await (await session.get("/healthz")).json()
        await asyncio.sleep(0.2)
        second = await (await session.get("/healthz")).json()
        assert first["messages"] == second["messages"]
        assert second["behind_s"] > 1
        await session.post("/resume")
        await asyncio.sleep(0.2)
        assert (await (await session.get("/healthz")).json())["messages"] > second["messages"]


async def test_bad_requests_get_the_venue_s_shapes(start, trader):
    running = await start()
    path = "/trade-api/v2/portfolio/events/orders"
    body = {
        "ticker": "X", "side": "bid", "count": 1, "price": "0.50", "time_in_force": "good_till_canceled",
        "self_trade_prevention_type": "maker",
    }  # fmt: skip
    async with aiohttp.ClientSession(running.root) as session:

        async def call(method, path, **more):
            headers = trader.headers(wall_now() // 1_000_000, method, path)
            async with session.request(method, path, headers=headers, **more) as reply:
                return reply.status, json.loads(await reply.text())

        assert (await call("POST", path, json=body))[0] == 400
        status, unknown = await call("POST", path, json=body | {"count": "1"})
        assert (status, unknown["error"]["code"]) == (404, "market_not_found")
        assert (await call("POST", "/trade-api/v2/portfolio/orders", json=body))[0] == 410
        assert (await call("GET", "/trade-api/v2/portfolio/events/orders/x"))[0] in (404, 405)
        status, limit = await call("GET", "/trade-api/v2/markets?limit=5000")
        assert (status, "msg" in limit) == (400, True)
        async with session.get("/trade-api/v2/portfolio/balance") as reply:
            assert reply.status == 401


async def test_a_restart_keeps_account_orders_and_clock(start, trader):
    first = await start(speed=10)
    async with open_rest(first.rest, trader, wall=wall_now) as rest:
        market = await quoted(rest)
        await rest.writes.create(order(market.ticker, Price(9_900), "take-1", time_in_force=TimeInForce.IOC))
        rested = await rest.writes.create(order(market.ticker, Price(100), "rest-1"))
        balance = await rest.reads.balance()
    before = first.venue.clock.now()
    await first.runner.cleanup()
    second = await start(speed=10)
    assert second.venue.clock.now() >= before
    assert second.venue.segments == first.venue.segments
    async with open_rest(second.rest, trader, wall=wall_now) as rest:
        assert await rest.reads.balance() == balance
        assert (await rest.reads.order(rested.order_id)).status == "resting"
        with pytest.raises(Rejected, match="order_already_exists"):
            await rest.writes.create(order(market.ticker, Price(200), "take-1"))
        assert (await rest.writes.cancel(rested.order_id, market.ticker)).reduced_by == Count.parse("1")
