"""Messages to rows: what the recorder writes of every topic. Pure; values keep their exact types.

The order tables belong to ``order_execution``; markets are kept by their latest definition and step; all other
tables are appended to, keyed by the record's place.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from msgspec import UNSET

from kalshi_desk.domain.control import Alert, DeadLetter
from kalshi_desk.domain.decisions import FairValue, Refusal, Signal
from kalshi_desk.domain.inputs import BookChanged, IndexValue, Level, Lifecycle, MarketDefined, SpotTrade
from kalshi_desk.domain.ledger import Equity, Mark
from kalshi_desk.domain.message import Message, encode

Values = tuple[Any, ...]

STATUS_AFTER = {
    "activated": "active", "deactivated": "inactive", "determined": "determined", "settled": "finalized",
}  # fmt: skip
PLACE = ("topic_partition", "topic_offset")
COLUMNS: dict[str, tuple[str, ...]] = {
    "spot_trades": ("underlying", "venue", "trade_id", "price_dollars", "size_coins", "occurred_at"),
    "index_values": (
        "underlying", "index_id", "price_dollars", "window_mean_dollars", "window_count", "occurred_at",
    ),
    "books": ("ticker", "version", "snapshot", "yes_levels", "no_levels", "occurred_at"),
    "fair_values": (
        "ticker", "underlying", "p_yes", "p_stderr", "spot_dollars", "strike_dollars", "sigma", "seconds_left",
        "fixed_count", "bid_dollars", "ask_dollars", "source", "seen",
    ),
    "signals": (
        "account", "ticker", "desk", "strategy", "decision_id", "outcome", "action", "style", "price_dollars",
        "shown_contracts", "p_outcome", "p_stderr", "p_edge", "p_edge_adjusted", "exit_rule", "expires_at", "seen",
    ),
    "refusals": (
        "ticker", "desk", "stage", "reason", "value", "threshold", "also", "decision_id", "count", "seen", "account",
    ),
    "marks": ("account", "ticker", "count_contracts", "cost_dollars", "mark_dollars", "sold_now_dollars", "p_yes"),
    "equity": (
        "account", "cash_dollars", "marks_dollars", "equity_dollars", "peak_dollars", "today_dollars",
        "realized_dollars", "fees_dollars", "paid_in_dollars",
    ),
    "alerts": ("app", "severity", "subject", "body"),
    "dead_letters": ("app", "source", "source_partition", "source_offset", "error", "body", "payload"),
}  # fmt: skip


def columns_of(table: str) -> tuple[str, ...]:
    """Return the columns that a row of the table fills, in order."""
    return (*PLACE, *COLUMNS[table], "observed_at")


def row_of(message: Message, partition: int, offset: int) -> tuple[str, Values] | None:
    """Return the table and the row of a message, or None where the recorder keeps no row of its kind."""
    found = _ROWS.get(type(message))
    if found is None:
        return None
    table, values = found
    return table, (partition, offset, *values(message), message.at)


def market_values(message: MarketDefined, crypto_series: frozenset[str]) -> dict[str, Any]:
    """Return the named values of a market's definition; crypto series have the crypto desk as their owner."""
    market = message.market
    names = (
        "ticker", "event_ticker", "series_ticker", "title", "category", "status", "strike_type", "floor_strike",
        "cap_strike", "result", "settlement_value", "expiration_value",
    )  # fmt: skip
    return {name: _plain(getattr(market, name)) for name in names} | {
        "desk": "crypto" if market.series_ticker in crypto_series else None,
        "open_at": str(market.open_time),
        "close_at": str(market.close_time),
        "definition": encode(market).decode(),
        "observed_at": str(message.at),
    }


def step_values(message: Lifecycle) -> dict[str, Any]:
    """Return the named values of a step in a market's life; None leaves a column as it is."""
    return {
        "ticker": message.ticker,
        "status": STATUS_AFTER.get(message.event),
        "close_at": _plain(message.close_time),
        "result": message.result,
        "settlement_value": _plain(message.settlement_value),
        "settled": message.event == "settled",
        "observed_at": str(message.at),
    }


def _plain(value: Any) -> str | None:
    return None if value is None else str(value)


def _spot_trade(m: SpotTrade) -> Values:
    return m.underlying, m.venue, m.trade_id, m.price, m.size, m.occurred_at


def _index_value(m: IndexValue) -> Values:
    return m.underlying, m.index_id, m.value, m.window_mean, m.window_count, m.occurred_at


def _book(m: BookChanged) -> Values:
    return m.ticker, m.version, m.snapshot, _levels(m.yes), _levels(m.no), m.occurred_at


def _levels(levels: tuple[Level, ...]) -> str:
    return encode(levels).decode()


def _fair_value(m: FairValue) -> Values:
    return (
        m.ticker, m.underlying, m.p_yes, m.stderr, m.spot, m.strike, m.sigma, m.seconds_left, m.fixed_count, m.bid,
        m.ask, m.source, m.seen,
    )  # fmt: skip


def _signal(m: Signal) -> Values:
    return (
        m.account, m.ticker, m.desk, m.strategy, m.decision_id, m.outcome.value, m.action, m.style, m.price, m.shown,
        m.q, m.stderr, m.edge, m.edge_adj, m.exit_rule, m.expires_at, m.seen,
    )  # fmt: skip


def _refusal(m: Refusal) -> Values:
    also, account = encode(m.also).decode(), None if m.account is UNSET else m.account
    return m.ticker, m.desk, m.stage, m.reason, m.value, m.threshold, also, m.decision_id, m.count, m.seen, account


def _mark(m: Mark) -> Values:
    return m.account, m.ticker, m.count, m.cost, m.mark, m.sold_now, m.p_yes


def _equity(m: Equity) -> Values:
    return m.account, m.cash, m.marks, m.equity, m.peak, m.today, m.realized, m.fees, m.paid_in


def _alert(m: Alert) -> Values:
    return m.app, m.severity, m.subject, m.text


def _dead_letter(m: DeadLetter) -> Values:
    return m.app, m.source, m.partition, m.offset, m.error, m.text, m.payload


_ROWS: dict[type[Message], tuple[str, Callable[[Any], Values]]] = {
    SpotTrade: ("spot_trades", _spot_trade),
    IndexValue: ("index_values", _index_value),
    BookChanged: ("books", _book),
    FairValue: ("fair_values", _fair_value),
    Signal: ("signals", _signal),
    Refusal: ("refusals", _refusal),
    Mark: ("marks", _mark),
    Equity: ("equity", _equity),
    Alert: ("alerts", _alert),
    DeadLetter: ("dead_letters", _dead_letter),
}
