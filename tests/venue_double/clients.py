"""What the tests of the venue's routes share: orders as the desk sends them, and signed raw calls."""

from __future__ import annotations

import asyncio
import json

import aiohttp

from kalshi_desk.clock import wall_now
from kalshi_desk.domain.market import BookSide
from kalshi_desk.domain.units import Count
from kalshi_desk.wire.kalshi_orders import NewOrder, SelfTrade, TimeInForce

ROOT = "/trade-api/v2"
ORDERS = f"{ROOT}/portfolio/events/orders"


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


async def call(running, signer, method, path, **more):
    """Return status and body of one signed call."""
    bare = path.partition("?")[0]
    headers = signer.headers(wall_now() // 1_000_000, method, bare)
    async with (
        aiohttp.ClientSession(running.root) as session,
        session.request(method, path, headers=headers, **more) as reply,
    ):
        text = await reply.text()
        return reply.status, json.loads(text) if text else None
