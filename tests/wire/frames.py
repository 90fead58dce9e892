"""Frames written by hand from the field lists of the venues' documents, one per message kind."""

import json

TICKER = "KXETH15M-26NOV210930-30"


def kalshi(kind: str, msg: object, **numbering: int) -> str:
    return json.dumps({"type": kind, **numbering, "sending_ts_ms": 1795271412400, "msg": msg})


SNAPSHOT = kalshi(
    "orderbook_snapshot",
    {
        "market_ticker": TICKER,
        "market_id": "0b1c",
        "yes_dollars_fp": [["0.4100", "20.00"], ["0.4200", "7.50"]],
        "no_dollars_fp": [["0.5600", "15.00"]],
    },
    sid=2,
    seq=1,
)
DELTA = kalshi(
    "orderbook_delta",
    {"market_ticker": TICKER, "market_id": "0b1c", "price_dollars": "0.4200", "delta_fp": "-2.50", "side": "yes",
     "ts": "2026-11-21T14:30:12.399Z", "ts_ms": 1795271412399},
    sid=2, seq=2,
)  # fmt: skip
TICK = kalshi(
    "ticker",
    {"market_ticker": TICKER, "market_id": "0b1c", "price_dollars": "0.4300", "yes_bid_dollars": "0.4200",
     "yes_ask_dollars": "0.4400", "yes_bid_size_fp": "5.00", "yes_ask_size_fp": "15.00", "last_trade_size_fp": "1.00",
     "volume_fp": "1200.25", "open_interest_fp": "800.00", "dollar_volume": 516, "dollar_open_interest": 400,
     "ts": 1795271412, "ts_ms": 1795271412500, "time": "2026-11-21T14:30:12.5Z"},
    sid=3,
)  # fmt: skip
TRADE = kalshi(
    "trade",
    {"trade_id": "t-1", "market_ticker": TICKER, "yes_price_dollars": "0.4200", "no_price_dollars": "0.5800",
     "count_fp": "2.50", "taker_side": "no", "taker_outcome_side": "no", "taker_book_side": "ask",
     "is_block_trade": False, "ts": 1795271412, "ts_ms": 1795271412399},
    sid=4, seq=9,
)  # fmt: skip
FILL = kalshi(
    "fill",
    {"trade_id": "t-1", "order_id": "o-1", "client_order_id": "d-1", "market_ticker": TICKER, "exchange_index": 2,
     "is_taker": True, "side": "no", "action": "buy", "purchased_side": "no", "outcome_side": "no", "book_side": "ask",
     "yes_price_dollars": "0.5700", "count_fp": "5.00", "fee_cost": "0.085800", "post_position_fp": "-5.00",
     "ts": 1795271412, "ts_ms": 1795271412399},
    sid=5, seq=1,
)  # fmt: skip
USER_ORDER = kalshi(
    "user_order",
    {"order_id": "o-1", "user_id": "u", "ticker": TICKER, "status": "resting", "side": "yes", "is_yes": True,
     "outcome_side": "yes", "book_side": "bid", "yes_price_dollars": "0.4100", "fill_count_fp": "0.00",
     "remaining_count_fp": "3.00", "initial_count_fp": "3.00", "taker_fill_cost_dollars": "0.000000",
     "maker_fill_cost_dollars": "0.000000", "taker_fees_dollars": "0.000000", "maker_fees_dollars": "0.000000",
     "client_order_id": "d-1", "created_time": "2026-11-21T14:30:12Z", "created_ts_ms": 1795271412000},
    sid=6, seq=1,
)  # fmt: skip
POSITION = kalshi(
    "market_position",
    {"user_id": "u", "market_ticker": TICKER, "position_fp": "-5.00", "position_cost_dollars": "2.150000",
     "realized_pnl_dollars": "0.000000", "fees_paid_dollars": "0.085800", "position_fee_cost_dollars": "0.085800",
     "volume_fp": "5.00"},
    sid=7, seq=1,
)  # fmt: skip
STRIKE = kalshi(
    "market_lifecycle_v2",
    {"event_type": "metadata_updated", "market_ticker": TICKER, "strike_type": "greater_or_equal",
     "custom_strike": {"round_digits": 2}, "yes_sub_title": "Price to beat"},
    sid=8, seq=2,
).replace('"custom_strike"', '"floor_strike": 3012.4567, "custom_strike"')  # fmt: skip
DETERMINED = kalshi(
    "market_lifecycle_v2",
    {"event_type": "determined", "market_ticker": TICKER, "result": "yes", "determination_ts": 1795271420,
     "settlement_value": "1.0000"},
    sid=8, seq=3,
)  # fmt: skip
EVENT = kalshi("event_lifecycle", {"event_ticker": "E", "series_ticker": "S", "title": "T", "exchange_index": 2}, sid=8)
EVENT_FEE = kalshi(
    "event_fee_update",
    {"event_ticker": "E", "fee_type_override": "quadratic", "fee_multiplier_override": 0.5},
    sid=8,
)
INDEX = kalshi(
    "cfbenchmarks_value",
    {"index_id": "BRTI", "received_at": 1795271385120,
     "data": '{"type":"value","id":"BRTI","time":1795271385000,"value":"91240.11"}',
     "avg_60s_data": {"value": "91231.40250000", "window_size": 60, "window_start_ts_ms": 1795271325000,
                      "window_end_ts_exclusive": 1795271385000},
     "last_60s_windowed_average_15min": {"value": "91236.01750000", "window_size": 45,
                                         "window_start_ts_ms": 1795271340000,
                                         "window_end_ts_exclusive": 1795271400001}},
    sid=9, seq=318,
)  # fmt: skip
INDEX_FAST = kalshi(
    "cfbenchmarks_value_5hz",
    {"index_id": "ETHUSD_RTI", "value_usd": "3012.45000000", "source_ts_ms": 1795271385200,
     "received_at": 1795271385230, "data": "{}"},
    sid=10, seq=5,
)  # fmt: skip
SUBSCRIBED = '{"id": 1, "type": "subscribed", "msg": {"channel": "orderbook_delta", "sid": 2}}'
OK = '{"id": 2, "sid": 2, "seq": 3, "type": "ok", "msg": {"market_tickers": ["A"]}}'
UNSUBSCRIBED = '{"id": 3, "sid": 2, "seq": 4, "type": "unsubscribed"}'
LISTED = '{"id": 4, "type": "ok", "msg": [{"channel": "fill", "sid": 3}]}'
ERROR = '{"id": 5, "type": "error", "msg": {"code": 8, "msg": "Unknown channel name"}}'
KALSHI = [
    SNAPSHOT, DELTA, TICK, TRADE, FILL, USER_ORDER, POSITION, STRIKE, DETERMINED, EVENT, EVENT_FEE, INDEX, INDEX_FAST,
    SUBSCRIBED, OK, UNSUBSCRIBED, LISTED, ERROR,
]  # fmt: skip
