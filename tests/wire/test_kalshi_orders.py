import contextlib
import json

import pytest
from hypothesis import given, settings

from kalshi_desk.domain.market import BookSide
from kalshi_desk.domain.units import Cash, Count, Nanos, Price
from kalshi_desk.errors import ParseError
from kalshi_desk.wire import kalshi_orders as orders
from tests.wire.mangle import mangled

ORDER = orders.NewOrder(
    ticker="A", side=BookSide.ASK, price=Price.parse("0.57"), count=Count.parse("5"), client_order_id="d-1",
    time_in_force=orders.TimeInForce.IOC,
)  # fmt: skip
CREATED = """{"order_id": "5c0e", "client_order_id": "d-1", "fill_count": "3.00", "remaining_count": "7.00",
 "average_fill_price": "0.5400", "average_fee_paid": "0.0174", "ts_ms": 1795271412345}"""
CANCELED = '{"order_id": "5c0e", "client_order_id": "d-1", "reduced_by": "7.00", "ts_ms": 1795271412345}'
AMENDED = '{"order_id": "5c0e", "remaining_count": "2.00", "fill_count": "3.00", "ts_ms": 1795271412345}'
GROUP = '{"order_group_id": "g", "subaccount": 0}'
PARSERS = {
    CREATED: orders.parse_created, CANCELED: orders.parse_canceled, AMENDED: orders.parse_amended,
    GROUP: orders.parse_group, "{}": orders.parse_done,
}  # fmt: skip


def test_an_ioc_order():
    assert json.loads(orders.create_body(ORDER)) == {
        "ticker": "A", "side": "ask", "price": "0.5700", "count": "5.00", "client_order_id": "d-1",
        "time_in_force": "immediate_or_cancel", "self_trade_prevention_type": "taker_at_cross",
        "cancel_order_on_pause": True, "post_only": False, "reduce_only": False,
    }  # fmt: skip


def test_a_resting_order_with_an_end_and_a_shard():
    order = orders.NewOrder(
        ticker="A", side=BookSide.BID, price=Price.parse("0.41"), count=Count.parse("0.25"), client_order_id="d-1",
        time_in_force=orders.TimeInForce.GTC, post_only=True, expires_at=Nanos.parse("2026-11-21T14:30:12.9Z"),
        exchange_index=2, order_group_id="g",
    )  # fmt: skip
    body = json.loads(orders.create_body(order))
    assert (body["expiration_time"], body["post_only"], body["exchange_index"]) == (1795271412, True, 2)
    assert (body["count"], body["order_group_id"]) == ("0.25", "g")


def test_amend_and_group():
    change = orders.Amendment(
        order_id="o", ticker="A", side=BookSide.BID, price=Price.parse("0.42"), count=Count.parse("5"),
        client_order_id="d-1",
    )  # fmt: skip
    assert json.loads(orders.amend_body(change)) == {
        "ticker": "A", "side": "bid", "price": "0.4200", "count": "5.00", "client_order_id": "d-1",
    }  # fmt: skip
    assert json.loads(orders.limit_body(100)) == {"contracts_limit": 100}
    assert json.loads(orders.group_body(100, 2)) == {"contracts_limit": 100, "exchange_index": 2}


def test_answers():
    created = orders.parse_created(CREATED)
    assert (created.fill_count, created.remaining_count) == (Count.parse("3"), Count.parse("7"))
    assert created.average_fee_paid == Cash.parse("0.0174")
    assert created.ts_ms == Nanos.parse("2026-11-21T14:30:12.345Z")
    assert orders.parse_canceled(CANCELED).reduced_by == Count.parse("7")
    assert orders.parse_amended(AMENDED).remaining_count == Count.parse("2")
    assert orders.parse_group(GROUP).order_group_id == "g"


def test_an_answer_without_counts_is_a_parse_error():
    with pytest.raises(ParseError):
        orders.parse_created('{"order_id": "5c0e", "ts_ms": 1795271412345}')


@settings(max_examples=200, deadline=None)
@given(mangled(list(PARSERS)))
def test_only_parse_errors_escape(text):
    for parse in PARSERS.values():
        with contextlib.suppress(ParseError):
            parse(text)
