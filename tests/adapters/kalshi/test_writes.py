import json

import pytest

from kalshi_desk.adapters.kalshi.writes import KalshiWrites
from kalshi_desk.domain.market import BookSide
from kalshi_desk.domain.transfer import Transfer
from kalshi_desk.domain.units import Cash, Count, Price
from kalshi_desk.errors import Rejected
from kalshi_desk.wire.kalshi_orders import Amendment
from tests.adapters.kalshi.venue import Venue
from tests.wire import test_kalshi_orders as o


async def send(call, answer):
    venue = Venue(answer)
    async with venue.calls() as calls:
        result = await call(KalshiWrites(calls))
    (request,) = venue.asked
    return result, request.method, str(request.url).removeprefix("http://venue.test/trade-api/v2"), request.content


async def test_an_order_goes_out_at_once_with_the_tokens_reserved_for_it():
    venue, spent = Venue((201, o.CREATED.encode())), []
    async with venue.calls() as calls:

        async def spend(cost, *, cancel=False):
            spent.append(cost)

        calls.write_budget.spend = spend
        writes = KalshiWrites(calls)
        await writes.reserve()
        assert spent == [10]
        await writes.create(o.ORDER)
        assert spent == [10]


async def test_create():
    created, method, path, body = await send(lambda w: w.create(o.ORDER), (201, o.CREATED.encode()))
    assert (created.order_id, method, path) == ("5c0e", "POST", "/portfolio/events/orders")
    assert json.loads(body)["price"] == "0.5700"


async def test_cancel_names_the_market():
    canceled, method, path, body = await send(lambda w: w.cancel("5c0e", "A"), o.CANCELED.encode())
    assert (canceled.order_id, method, body) == ("5c0e", "DELETE", b"")
    assert path == "/portfolio/events/orders/5c0e?market_ticker=A"


async def test_cancel_of_what_does_not_rest():
    with pytest.raises(Rejected, match="not_found"):
        await send(lambda w: w.cancel("o", "A"), (404, b'{"error":{"code":"not_found","message":"","details":""}}'))


async def test_amend():
    change = Amendment(
        order_id="5c0e", ticker="A", side=BookSide.BID, price=Price.parse("0.42"), count=Count.parse("5"),
        client_order_id="d-1",
    )  # fmt: skip
    _, method, path, _ = await send(lambda w: w.amend(change), o.AMENDED.encode())
    assert (method, path) == ("POST", "/portfolio/events/orders/5c0e/amend")


async def test_order_group():
    group, _, path, _ = await send(lambda w: w.create_group(100, 2), (201, o.GROUP.encode()))
    assert (group, path) == ("g", "/portfolio/order_groups/create")
    _, method, path, body = await send(lambda w: w.change_group("g", 2, "trigger"), b"{}")
    assert (method, path, body) == ("PUT", "/portfolio/order_groups/g/trigger?exchange_index=2", b"")
    _, _, path, body = await send(lambda w: w.change_group("g", 2, "limit", 5), b"{}")
    assert (path, body) == ("/portfolio/order_groups/g/limit?exchange_index=2", b'{"contracts_limit":5}')


async def test_transfer():
    wish = Transfer(source=0, destination=2, amount=Cash.parse("1.5"), client_transfer_id="c")
    moved, method, path, body = await send(lambda w: w.transfer(wish), (201, b'{"transfer_id":"t"}'))
    assert (moved, method, path) == ("t", "POST", "/portfolio/intra_exchange_instance_transfer")
    assert json.loads(body)["amount"] == 15_000


@pytest.mark.parametrize(
    ("call", "answer", "in_body"),
    [
        (lambda w: w.create(o.ORDER), (201, o.CREATED.encode()), True),
        (lambda w: w.cancel("5c0e", "A"), o.CANCELED.encode(), False),
        (lambda w: w.create_group(5, 2), (201, b'{"order_group_id":"g","subaccount":3}'), True),
        (lambda w: w.change_group("g", 2, "trigger"), b"{}", False),
    ],
)
async def test_every_write_names_a_numbered_subaccount_and_the_primary_one_is_what_none_names(call, answer, in_body):
    venue = Venue(*[answer] * 3)
    async with venue.calls() as calls:
        for number in (3, 0, None):
            await call(KalshiWrites(calls, number))
    named = [(request.url.params.get("subaccount"), b"subaccount" in request.content) for request in venue.asked]
    assert named == [(None, True) if in_body else ("3", False), (None, False), (None, False)]
    assert venue.asked[1].content == venue.asked[2].content
