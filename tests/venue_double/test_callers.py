import json

import pytest

from kalshi_desk.adapters.kalshi.auth import Signer
from kalshi_desk.adapters.kalshi.rest import open_rest
from kalshi_desk.clock import wall_now
from kalshi_desk.domain.units import Cash, Count, Price
from kalshi_desk.errors import Rejected
from kalshi_desk.wire.kalshi_orders import TimeInForce
from tests.venue_double.clients import ROOT, call, order, quoted

OWNERS = {
    "own": {"user": "", "subaccount": 2, "bankroll": "20"},
    "other": {"user": "other", "subaccount": 0, "bankroll": "30"},
}


@pytest.fixture
def several(keys_file):
    """Register a key locked to a subaccount and one of another user, beside the first user's."""
    listed = json.loads(keys_file.read_text())
    more = {"public_key_path": listed["trading"]["public_key_path"], "scopes": ["read", "write"]}
    keys_file.write_text(json.dumps(listed | {name: more | owner for name, owner in OWNERS.items()}))


def rest_of(running, pem, key, subaccount):
    return open_rest(running.rest, Signer(key, pem), wall=wall_now, subaccount=subaccount)


async def bought(rest, name):
    """Buy a contract and leave a bid; return the ticker."""
    market = await quoted(rest)
    ioc = {"time_in_force": TimeInForce.IOC}
    await rest.writes.create(order(market.ticker, market.yes_ask_dollars, f"{name}-take", **ioc))
    await rest.writes.create(order(market.ticker, Price.parse("0.01"), f"{name}-rest"))
    return market.ticker


async def test_each_key_sees_and_trades_its_own_account_only(start, several, private_pem):
    running = await start()
    async with (
        rest_of(running, private_pem, "trading", 0) as first,
        rest_of(running, private_pem, "own", 2) as own,
        rest_of(running, private_pem, "other", 0) as other,
    ):
        every = {"first": first, "own": own, "other": other}
        for name, rest in every.items():
            await bought(rest, name)
        for name, rest in every.items():
            assert {one.client_order_id for one in await rest.reads.orders({})} == {f"{name}-take", f"{name}-rest"}
            assert len(await rest.reads.fills({})) == 1
            assert [one.position_fp for one in await rest.reads.positions()] == [Count.parse("1")]
        free = {name: (await rest.reads.balance()).balance_dollars for name, rest in every.items()}
        assert Cash.parse("19") < free["own"] < Cash.parse("20") < Cash.parse("29") < free["other"]


async def test_a_locked_key_reaches_no_other_account(start, several, private_pem):
    running = await start()
    async with (
        rest_of(running, private_pem, "trading", 0) as first,
        rest_of(running, private_pem, "own", 0) as beyond,
        rest_of(running, private_pem, "own", 2) as own,
    ):
        ticker = await bought(first, "first")
        (resting,) = await first.reads.orders({"status": "resting"})
        for ask in (beyond.reads.orders({}), beyond.reads.balance(), beyond.writes.cancel(resting.order_id, ticker)):
            with pytest.raises(Rejected) as caught:
                await ask
            assert caught.value.status == 403
        with pytest.raises(Rejected) as caught:
            await own.writes.cancel(resting.order_id, ticker)
        assert caught.value.status == 404


async def test_the_first_users_key_sees_all_its_subaccounts_where_none_is_named(start, several, private_pem, trader):
    running = await start()
    async with rest_of(running, private_pem, "own", 2) as own, rest_of(running, private_pem, "trading", None) as all_:
        await bought(own, "own")
        numbers = (await call(running, trader, "GET", f"{ROOT}/portfolio/orders"))[1]["orders"]
        assert {one["subaccount_number"] for one in numbers} == {2}
        assert len(await all_.reads.fills({})) == 1
        assert await all_.reads.positions() == []
        assert (await all_.reads.balance()).balance_dollars == Cash.parse("50")


async def test_the_primary_account_where_it_is_named_has_nothing_of_the_others(start, several, private_pem):
    running = await start()
    async with rest_of(running, private_pem, "own", 2) as own, rest_of(running, private_pem, "trading", 0) as primary:
        await bought(own, "own")
        assert await primary.reads.orders({}) == await primary.reads.fills({}) == await primary.reads.positions() == []
        assert (await primary.reads.balance()).balance_dollars == Cash.parse("50")
        await bought(primary, "first")
        (resting,) = await primary.reads.orders({"status": "resting"})
        await primary.writes.cancel(resting.order_id, resting.ticker)
        assert len(await primary.reads.fills({})) == 1
        assert len(await own.reads.fills({})) == 1


async def test_a_revoked_key_is_refused_until_it_is_restored(start, several, private_pem, trader):
    running = await start()
    async with rest_of(running, private_pem, "own", 2) as own, rest_of(running, private_pem, "trading", 0) as first:
        await own.reads.balance()
        await call(running, trader, "POST", "/keys/own/revoke")
        with pytest.raises(Rejected) as caught:
            await own.reads.balance()
        assert caught.value.status == 401
        await first.reads.balance()
        await call(running, trader, "POST", "/keys/own/restore")
        await own.reads.balance()


async def test_accounts_and_revocations_outlive_a_restart(start, several, private_pem, trader):
    running = await start()
    async with rest_of(running, private_pem, "own", 2) as own:
        await bought(own, "own")
        left = await own.reads.balance()
    await call(running, trader, "POST", "/keys/other/revoke")
    await running.runner.cleanup()
    again = await start()
    async with rest_of(again, private_pem, "own", 2) as own, rest_of(again, private_pem, "other", 0) as other:
        assert await own.reads.balance() == left
        with pytest.raises(Rejected):
            await other.reads.balance()
