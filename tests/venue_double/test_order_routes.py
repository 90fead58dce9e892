import pytest

from kalshi_desk.adapters.kalshi.rest import open_rest
from kalshi_desk.clock import wall_now
from kalshi_desk.domain.units import Count, Price
from kalshi_desk.errors import Rejected
from kalshi_desk.steps.order_groups import refused_by_group
from kalshi_desk.wire.kalshi_orders import Amendment, TimeInForce
from tests.venue_double.clients import ORDERS, ROOT, call, order, quoted

BODY = {
    "ticker": "X", "side": "bid", "count": "1", "price": "0.02", "time_in_force": "good_till_canceled",
    "self_trade_prevention_type": "maker",
}  # fmt: skip


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
        assert taken.average_fill_price == fill.yes_price_dollars
        (position,) = await rest.reads.positions()
        assert position.position_fp == Count.parse("1")
        found = await rest.reads.order_by_client_id("take-1", market.ticker)
        assert found.status == "executed"


@pytest.mark.parametrize("conflicts", [False, True])
async def test_a_miss_is_told_in_either_form(start, trader, tmp_path, conflicts: bool):
    (plan := tmp_path / "faults.json").write_text(f'{{"missed_conflict": {float(conflicts)}}}')
    running = await start(faults=plan, speed=10)
    async with open_rest(running.rest, trader, wall=wall_now) as rest:
        market = await quoted(rest)
        try:
            missed = order(market.ticker, Price(100), "miss-1", time_in_force=TimeInForce.IOC)
            answer = (201, (await rest.writes.create(missed)).fill_count)
        except Rejected as fault:
            answer = (fault.status, fault.code)
        assert answer == ((409, "immediate_or_cancel_insufficient_resting_volume") if conflicts else (201, 0))
        found = await rest.reads.order_by_client_id("miss-1", market.ticker)
        assert (found.status, found.fill_count_fp) == ("canceled", 0)


async def test_resting_cancel_duplicate_and_post_only(start, trader):
    running = await start(speed=10)
    async with open_rest(running.rest, trader, wall=wall_now) as rest:
        market = await quoted(rest)
        rested = await rest.writes.create(order(market.ticker, Price(200), "rest-1", post_only=True))
        assert rested.remaining_count == Count.parse("1")
        amended = await rest.writes.amend(
            Amendment(
                order_id=rested.order_id,
                ticker=market.ticker,
                side="bid",
                price=Price(300),
                count=Count.parse("2"),
                client_order_id="rest-1",
            )
        )
        assert amended.remaining_count == Count.parse("2")
        for fault, wish in (
            ("order_already_exists", order(market.ticker, Price(200), "rest-1")),
            ("post only cross", order(market.ticker, Price(9_900), "cross-1", post_only=True)),
            ("insufficient_balance", order(market.ticker, Price(200), "big-1", count=Count.parse("9000"))),
            ("invalid_price", order(market.ticker, Price(5_005), "grid-1")),
        ):
            with pytest.raises(Rejected, match=fault):
                await rest.writes.create(wish)
        canceled = await rest.writes.cancel(rested.order_id, market.ticker)
        assert canceled.reduced_by == Count.parse("2")
        with pytest.raises(Rejected, match="not_found"):
            await rest.writes.cancel(rested.order_id, market.ticker)


async def test_bodies_that_are_not_as_asked(start, trader):
    running = await start()
    for body, code in (
        ({"count": 1}, "bad_request"),
        ({"price": 0.5}, "bad_request"),
        ({"price": ""}, "missing_parameters"),
        ({"side": "yes"}, "invalid_parameters"),
        ({}, "market_not_found"),
    ):
        status, answer = await call(running, trader, "POST", ORDERS, json=BODY | body)
        assert (answer.get("error") or answer)["code"] == code
        assert status in (400, 404)


async def test_decrease_batches_and_cancel_all(start, trader):
    running = await start(speed=10)
    async with open_rest(running.rest, trader, wall=wall_now) as rest:
        ticker = (await quoted(rest)).ticker
    wishes = [BODY | {"ticker": ticker, "client_order_id": name} for name in ("a", "b", "a", "c")]
    status, answer = await call(running, trader, "POST", f"{ORDERS}/batched", json={"orders": wishes})
    assert (status, ["error" in one for one in answer["orders"]]) == (201, [False, False, True, False])
    first, second, *_ = (one["order_id"] for one in answer["orders"] if "order_id" in one)
    status, answer = await call(running, trader, "POST", f"{ORDERS}/{first}/decrease", json={"reduce_by": "0.50"})
    assert (status, answer["remaining_count"]) == (200, "0.50")
    assert (await call(running, trader, "POST", f"{ORDERS}/{first}/decrease", json={}))[0] == 400
    assert (await call(running, trader, "DELETE", f"{ORDERS}/{first}"))[0] == 404
    gone = {"orders": [{"order_id": second, "market_ticker": ticker}, {"order_id": "nope"}]}
    status, answer = await call(running, trader, "DELETE", f"{ORDERS}/batched", json=gone)
    assert [one.get("reduced_by") for one in answer["orders"]] == ["1.00", None]
    assert (await call(running, trader, "DELETE", ORDERS))[0] == 204
    _, answer = await call(running, trader, "GET", f"{ROOT}/portfolio/orders?status=resting")
    assert answer["orders"] == []


async def test_order_groups_stop_their_orders(start, trader):
    running = await start(speed=10)
    async with open_rest(running.rest, trader, wall=wall_now) as rest:
        ticker = (await quoted(rest)).ticker
        group = await rest.writes.create_group(10, 2)
    path = f"{ROOT}/portfolio/order_groups/{group}"
    wish = BODY | {"ticker": ticker, "order_group_id": group}
    assert (await call(running, trader, "POST", ORDERS, json=wish))[0] == 201
    assert (await call(running, trader, "PUT", f"{path}/trigger"))[0] == 200
    assert (await call(running, trader, "POST", ORDERS, json=wish))[1]["error"]["code"] == "order_group_triggered"
    assert (await call(running, trader, "PUT", f"{path}/reset"))[0] == 200
    assert (await call(running, trader, "PUT", f"{path}/limit", json={"contracts_limit": 5}))[0] == 200
    assert (await call(running, trader, "GET", path))[1]["contracts_limit_fp"] == "5.00"
    assert len((await call(running, trader, "GET", f"{ROOT}/portfolio/order_groups"))[1]["order_groups"]) == 1
    assert (await call(running, trader, "DELETE", path))[0] == 200
    assert (await call(running, trader, "GET", path))[0] == 404


async def test_the_desk_stops_a_group_and_lets_it_go_on(start, trader):
    running = await start(speed=10)
    async with open_rest(running.rest, trader, wall=wall_now) as rest:
        ticker, writes = (await quoted(rest)).ticker, rest.writes
        group = await writes.create_group(10, 2)
        rests = await writes.create(order(ticker, Price(100), "a", order_group_id=group))
        await writes.change_group(group, 2, "trigger")
        assert (await rest.reads.order(rests.order_id)).status == "canceled"
        for name, wanted in (("b", group), ("c", "no-such-group")):
            with pytest.raises(Rejected) as refused:
                await writes.create(order(ticker, Price(100), name, order_group_id=wanted))
            assert refused_by_group(refused.value)
        await writes.change_group(group, 2, "reset")
        await writes.change_group(group, 2, "limit", 5)
        assert (await writes.create(order(ticker, Price(100), "d", order_group_id=group))).remaining_count
