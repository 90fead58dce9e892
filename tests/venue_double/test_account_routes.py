from kalshi_desk.adapters.kalshi.rest import open_rest
from kalshi_desk.clock import wall_now
from kalshi_desk.domain.inputs import Lifecycle
from kalshi_desk.domain.units import Cash, Count, Price
from kalshi_desk.wire.kalshi_orders import TimeInForce
from tests.venue_double.clients import ROOT, call, order, quoted


async def test_a_new_account_has_half_its_bankroll_on_each_desks_shard(start, reader):
    running = await start()
    async with open_rest(running.rest, reader, wall=wall_now) as rest:
        balance = await rest.reads.balance()
        assert {one.exchange_index: one.balance for one in balance.balance_breakdown} == dict.fromkeys(
            (0, 2), Cash.parse("25")
        )
        limits = await rest.reads.account_limits()
        assert (limits.usage_tier, limits.read.bucket_capacity) == ("advanced", 900)
    for path in ("/account/endpoint_costs", "/exchange/user_data_timestamp"):
        assert (await call(running, reader, "GET", f"{ROOT}{path}"))[0] == 200
    assert (await call(running, reader, "GET", f"{ROOT}/portfolio/balance?exchange_index=5"))[0] == 404


async def test_a_settlement_shows_what_was_held_and_paid(start, trader):
    running = await start(speed=10)
    async with open_rest(running.rest, trader, wall=wall_now) as rest:
        market = await quoted(rest)
        rested = await rest.writes.create(order(market.ticker, Price(100), "rest"))
        path = f"{ROOT}/portfolio/orders/{rested.order_id}/queue_position"
        assert set((await call(running, trader, "GET", path))[1]) == {"queue_position_fp"}
        await rest.writes.create(order(market.ticker, Price(9_900), "take", time_in_force=TimeInForce.IOC))
        exchange = running.venue.exchange
        end = {"ticker": market.ticker, "result": "yes", "settlement_value": Price(10_000)}
        exchange.step(Lifecycle(at=exchange.now, event="settled", **end))
        exchange.commit()
        (settlement,) = await rest.reads.settlements({})
        assert (settlement.yes_count_fp, settlement.no_count_fp) == (Count.parse("1"), 0)
        assert settlement.revenue_cash == Cash.parse("1")
        assert await rest.reads.positions() == []
        orders = await rest.reads.orders({"ticker": market.ticker})
        assert {one.status for one in orders} == {"canceled", "executed"}
        assert await rest.reads.orders({"status": "resting"}) == []
