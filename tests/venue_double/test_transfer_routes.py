from kalshi_desk.adapters.kalshi.rest import open_rest
from kalshi_desk.clock import wall_now
from kalshi_desk.domain.transfer import Transfer
from kalshi_desk.domain.units import Cash
from kalshi_desk.errors import Rejected
from kalshi_desk.venue_double.exchange import Exchange
from tests.venue_double.clients import ROOT, call

LIST = f"{ROOT}/portfolio/intra_exchange_instance_transfers"
TEN = Transfer(source=0, destination=2, amount=Cash.parse("10.0001"), client_transfer_id="c-1")


async def test_cash_moves_once_a_client_s_id_and_is_on_disk(start, trader):
    running = await start()
    async with open_rest(running.rest, trader, wall=wall_now) as rest:
        moved = await rest.writes.transfer(TEN)
        code = None
        try:
            await rest.writes.transfer(TEN)
        except Rejected as fault:
            code = fault.status, fault.code
        balance = await rest.reads.balance()
    assert code == (409, "transfer_already_exists")
    assert {one.exchange_index: str(one.balance) for one in balance.balance_breakdown} == {
        0: "14.999900", 2: "35.000100",
    }  # fmt: skip
    assert balance.balance_dollars == Cash.parse("50")
    (listed,) = (await call(running, trader, "GET", LIST))[1]["transfers"]
    assert (listed["transfer_id"], listed["amount"]) == (moved, 100_001)
    assert (await call(running, trader, "GET", f"{LIST}/{moved}"))[1]["transfer"] == listed
    assert (await call(running, trader, "GET", f"{LIST}/x"))[0] == 404
    again = Exchange(running.venue.exchange.store, Cash.parse("99"))
    assert [one.client_transfer_id for one in again.transfers] == ["c-1"]
    assert again.free(2) == Cash.parse("35.0001")


async def test_what_cannot_be_moved(start, trader):
    running = await start()
    body = {
        "source": "event_contract", "destination": "event_contract", "amount": 10_000, "source_exchange_shard": 0,
        "destination_exchange_shard": 2,
    }  # fmt: skip
    path = f"{ROOT}/portfolio/intra_exchange_instance_transfer"
    for changed, code in (
        ({"amount": 250_001}, (400, "insufficient_balance")),
        ({"amount": 0}, (400, "invalid_parameters")),
        ({"destination_exchange_shard": 0}, (400, "invalid_parameters")),
        ({"source": "margin"}, (400, "invalid_parameters")),
        ({"destination_exchange_shard": 5}, (404, "user_not_found")),
        ({"amount": None}, (400, "missing_parameters")),
    ):
        status, told = await call(running, trader, "POST", path, json=body | changed)
        assert (status, told["error"]["code"]) == code
    assert (await call(running, trader, "POST", path, json=body | {"amount": "1"}))[0] == 400
    assert (await call(running, trader, "GET", LIST))[1]["transfers"] == []
