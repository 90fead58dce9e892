import aiohttp
import pytest

from kalshi_desk.adapters.kalshi.rest import open_rest
from kalshi_desk.clock import wall_now
from kalshi_desk.domain.units import Price
from kalshi_desk.errors import OutcomeUnknown, Rejected
from kalshi_desk.venue_double.guard import WRITE
from tests.venue_double.clients import ORDERS, ROOT, call, order, quoted


async def test_a_reading_key_may_not_write(start, reader):
    running = await start()
    async with open_rest(running.rest, reader, wall=wall_now) as rest:
        assert (await rest.reads.balance()).balance_dollars == 50_000_000
        with pytest.raises(Rejected):
            await rest.writes.create(order("KXBTC15M-X", Price(200), "x"))


async def test_private_paths_need_a_signature_and_public_ones_do_not(start):
    running = await start()
    async with aiohttp.ClientSession(running.root) as session:
        assert (await session.get(f"{ROOT}/portfolio/balance")).status == 401
        assert (await session.get(f"{ROOT}/exchange/status")).status == 200


async def test_version_1_is_gone_and_unknown_paths_are_not_found(start, trader):
    running = await start()
    assert (await call(running, trader, "POST", f"{ROOT}/portfolio/orders", json={}))[0] == 410
    assert (await call(running, trader, "GET", f"{ORDERS}/x"))[0] in (404, 405)


async def test_too_many_requests_are_refused_without_a_header(start, trader):
    running = await start()
    bucket = running.runner.app[WRITE]
    bucket.refill = 0
    bucket.take(bucket.capacity, wall_now())
    assert await call(running, trader, "DELETE", ORDERS) == (429, {"error": "too many requests"})


async def test_a_lost_reply_leaves_a_durable_order(start, trader, tmp_path):
    plan = tmp_path / "faults.json"
    plan.write_text('{"drop_reply": 1.0}')
    running = await start(faults=plan, speed=10)
    async with open_rest(running.rest, trader, wall=wall_now) as rest:
        market = await quoted(rest)
        with pytest.raises(OutcomeUnknown):
            await rest.writes.create(order(market.ticker, Price(200), "lost-1"))
        found = await rest.reads.order_by_client_id("lost-1", market.ticker)
        assert found.status == "resting"
