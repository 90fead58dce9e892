"""A venue that stops and starts again, and what it tells at a recording's end."""

from __future__ import annotations

import asyncio

import pytest

from kalshi_desk.adapters.kalshi.rest import open_rest
from kalshi_desk.clock import wall_now
from kalshi_desk.domain.units import Count, Price
from kalshi_desk.errors import Rejected
from kalshi_desk.venue_double.sources import RecordingSource
from kalshi_desk.wire.kalshi_orders import TimeInForce
from tests.recordings.conftest import FIRST, delta, market, snapshot, write
from tests.venue_double.clients import order, quoted


async def test_a_restart_keeps_account_orders_and_clock(start, trader):
    first = await start(speed=10)
    async with open_rest(first.rest, trader, wall=wall_now) as rest:
        found = await quoted(rest)
        await rest.writes.create(order(found.ticker, Price(9_900), "take-1", time_in_force=TimeInForce.IOC))
        rested = await rest.writes.create(order(found.ticker, Price(100), "rest-1"))
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
            await rest.writes.create(order(found.ticker, Price(200), "take-1"))
        assert (await rest.writes.cancel(rested.order_id, found.ticker)).reduced_by == Count.parse("1")


async def test_a_recording_settles_ends_and_stays_up(start, trader, tmp_path):
    folder = write(
        tmp_path / "small", markets=[market(FIRST, 0)], snapshots=[snapshot(1, [], [("0.5500", "5.00")])],
        deltas=[delta(10, "yes", 4_000, 100, 2)],
        trades=[(5, 80_000.0), *((second, 80_000.0) for second in range(29, 910, 29))],
    )  # fmt: skip
    source = RecordingSource(folder)
    source.lead_s = 0
    running = await start(source, speed=100)
    async with open_rest(running.rest, trader, wall=wall_now) as rest:
        await asyncio.sleep(0.3)
        taken = await rest.writes.create(order(FIRST, Price(4_500), "take", time_in_force=TimeInForce.IOC))
        assert taken.fill_count == Count.parse("1")
        async with asyncio.timeout(20):
            while not running.venue.source.ended:
                await asyncio.sleep(0.1)
        (settlement,) = await rest.reads.settlements({})
        assert settlement.market_result == "yes"
        assert (await rest.reads.market(FIRST)).status == "finalized"


async def test_a_new_recording_waits_until_the_desk_is_connected(start, tmp_path):
    folder = write(tmp_path / "small", markets=[market(FIRST, 0)], trades=[(5, 80_000.0), (10, 80_000.0)])
    running = await start(RecordingSource(folder), speed=100)
    await asyncio.sleep(0.2)
    assert running.venue.clock.now() == running.venue.segments[0].anchor_event
    assert running.venue.segments[0].from_wall > wall_now()
