import contextlib
import json

import pytest
from hypothesis import given, settings

from kalshi_desk.domain.market import BookSide, Outcome
from kalshi_desk.domain.units import Cash, Count, Nanos
from kalshi_desk.errors import ParseError
from kalshi_desk.wire import kalshi_portfolio as rest
from tests.wire.mangle import mangled

ORDER = """{"order": {"order_id": "o", "user_id": "u", "client_order_id": "d-1", "ticker": "A", "outcome_side": "no",
 "book_side": "ask", "type": "limit", "status": "canceled", "yes_price_dollars": "0.5700", "no_price_dollars": "0.4300",
 "fill_count_fp": "2.00", "remaining_count_fp": "0.00", "initial_count_fp": "5.00",
 "taker_fill_cost_dollars": "0.860000", "maker_fill_cost_dollars": "0.000000", "taker_fees_dollars": "0.034400",
 "maker_fees_dollars": "0.000000", "created_time": "2026-11-21T14:30:12Z", "exchange_index": 2}}"""
FILLS = """{"fills": [{"fill_id": "f", "trade_id": "f", "order_id": "o", "ticker": "A", "market_ticker": "A",
 "exchange_index": 2, "outcome_side": "no", "book_side": "ask", "count_fp": "5.00", "yes_price_dollars": "0.5700",
 "no_price_dollars": "0.4300", "is_taker": true, "fee_cost": "0.085800", "created_time": "2026-11-21T14:30:12.4Z",
 "ts": 1795271412}], "cursor": ""}"""
POSITIONS = """{"market_positions": [{"ticker": "A", "exchange_index": 2, "total_traded_dollars": "2.15",
 "position_fp": "-5.00", "market_exposure_dollars": "2.150000", "realized_pnl_dollars": "-0.010000",
 "fees_paid_dollars": "0.085800", "last_updated_ts": "2026-11-21T14:30:12Z"}], "event_positions": [], "cursor": ""}"""
BALANCE = """{"balance": 4785, "balance_dollars": "47.8580", "portfolio_value": 215, "updated_ts": 1795271412,
 "balance_breakdown": [{"exchange_index": 2, "balance": "47.8580"}]}"""
SETTLEMENTS = """{"settlements": [{"ticker": "A", "event_ticker": "E", "exchange_index": 2, "market_result": "no",
 "yes_count_fp": "0.00", "yes_total_cost_dollars": "0.000000", "no_count_fp": "5.00",
 "no_total_cost_dollars": "2.150000", "revenue": 500, "settled_time": "2026-11-21T14:31:00Z",
 "fee_cost": "0.085800", "value": 0}], "cursor": ""}"""
LIMITS = """{"usage_tier": "basic", "read": {"refill_rate": 200, "bucket_capacity": 200},
 "write": {"refill_rate": 100, "bucket_capacity": 100}, "grants": []}"""
PARSERS = {
    ORDER: rest.parse_order, FILLS: rest.parse_fills, POSITIONS: rest.parse_positions, BALANCE: rest.parse_balance,
    SETTLEMENTS: rest.parse_settlements, LIMITS: rest.parse_limits,
}  # fmt: skip


def test_order():
    order = rest.parse_order(ORDER).order
    assert (order.status, order.outcome_side, order.book_side) == ("canceled", Outcome.NO, BookSide.ASK)
    assert (order.fill_count_fp, order.initial_count_fp) == (Count.parse("2"), Count.parse("5"))
    assert order.taker_fees_dollars == Cash.parse("0.0344")


def test_a_fill_with_one_of_its_times():
    body = json.loads(FILLS)
    told = body["fills"][0]
    at = told.pop("created_time")
    told["ts"] = 1_763_649_000
    (fill,) = rest.parse_fills(json.dumps(body)).fills
    assert fill.occurred_at == 1_763_649_000 * 10**9
    del told["ts"]
    with pytest.raises(ParseError, match="neither"):
        rest.parse_fills(json.dumps(body))
    told["created_time"] = at
    assert rest.parse_fills(json.dumps(body)).fills[0].occurred_at == Nanos.parse(at)


def test_fill():
    (fill,) = rest.parse_fills(FILLS).fills
    assert (fill.fee_cost, fill.count_fp, fill.is_taker) == (Cash.parse("0.0858"), Count.parse("5"), True)
    assert fill.created_time == Nanos.parse("2026-11-21T14:30:12.4Z")


def test_position_and_balance():
    (position,) = rest.parse_positions(POSITIONS).market_positions
    assert position.position_fp == Count.parse("-5")
    balance = rest.parse_balance(BALANCE)
    assert balance.balance_breakdown == (rest.ShardBalance(2, Cash.parse("47.858")),)


def test_settlement_turns_whole_cents_into_units():
    (settlement,) = rest.parse_settlements(SETTLEMENTS).settlements
    assert settlement.revenue_cash == Cash.parse("5")
    assert settlement.value == 0
    (untold,) = rest.parse_settlements(SETTLEMENTS.replace(', "value": 0', "")).settlements
    assert untold.value is None


def test_limits():
    limits = rest.parse_limits(LIMITS)
    assert (limits.usage_tier, limits.write.refill_rate) == ("basic", 100)


@pytest.mark.parametrize("field", ['"fee_cost": "0.085800", ', '"count_fp": "5.00", ', '"is_taker": true, '])
def test_a_missing_field_is_a_parse_error(field):
    assert field in FILLS
    with pytest.raises(ParseError):
        rest.parse_fills(FILLS.replace(field, ""))


@settings(max_examples=300, deadline=None)
@given(mangled(list(PARSERS)))
def test_only_parse_errors_escape(text):
    for parse in PARSERS.values():
        with contextlib.suppress(ParseError):
            parse(text)
