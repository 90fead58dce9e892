"""Frames of Kalshi's websocket as typed values; raises ParseError and nothing else.

Source: docs.kalshi.com, WebSockets. Book prices are in terms of the side that they stand on.
"""

from __future__ import annotations

from typing import Any

import msgspec

from kalshi_desk.domain.market import BookSide, Outcome, PriceRange
from kalshi_desk.domain.units import Cash, Count, IndexPrice, Price
from kalshi_desk.errors import ParseError
from kalshi_desk.wire.decode import Millis, Multiplier, Strict, UnixSeconds, text_of

Levels = tuple[tuple[Price, Count], ...]
SOURCE = "kalshi ws"


class Body(msgspec.Struct, frozen=True):
    """Base of what a frame's ``msg`` holds."""


class BookSnapshot(Body, frozen=True):
    """All resting bids of both outcomes; a side that is empty is absent on the wire."""

    market_ticker: str
    yes_dollars_fp: Levels = ()
    no_dollars_fp: Levels = ()


class BookDelta(Body, frozen=True):
    """A signed change of the contracts resting at one price of one side."""

    market_ticker: str
    price_dollars: Price
    delta_fp: Count
    side: Outcome
    ts_ms: Millis | None = None
    client_order_id: str | None = None


class Ticker(Body, frozen=True):
    """Best prices and volume of a market; an empty bid is 0, an empty ask 1."""

    market_ticker: str
    yes_bid_dollars: Price
    yes_ask_dollars: Price
    yes_bid_size_fp: Count
    yes_ask_size_fp: Count
    price_dollars: Price
    volume_fp: Count
    open_interest_fp: Count
    ts_ms: Millis


class PublicTrade(Body, frozen=True):
    """A trade of anybody; ``yes_price_dollars`` in YES terms."""

    trade_id: str
    market_ticker: str
    yes_price_dollars: Price
    count_fp: Count
    taker_outcome_side: Outcome
    ts_ms: Millis


class OwnFill(Body, frozen=True):
    """A trade of ours; ``post_position_fp`` is the signed position after it, ``subaccount`` 0 the primary one."""

    trade_id: str
    order_id: str
    market_ticker: str
    is_taker: bool
    outcome_side: Outcome
    book_side: BookSide
    yes_price_dollars: Price
    count_fp: Count
    fee_cost: Cash
    post_position_fp: Count
    ts_ms: Millis
    client_order_id: str | None = None
    subaccount: int = 0


class OwnOrder(Body, frozen=True):
    """The full state of one of our orders; status resting, canceled or executed."""

    order_id: str
    ticker: str
    status: str
    outcome_side: Outcome
    book_side: BookSide
    yes_price_dollars: Price
    fill_count_fp: Count
    remaining_count_fp: Count
    initial_count_fp: Count
    taker_fees_dollars: Cash
    maker_fees_dollars: Cash
    client_order_id: str | None = None
    created_ts_ms: Millis | None = None
    last_updated_ts_ms: Millis | None = None
    subaccount: int = msgspec.field(default=0, name="subaccount_number")


class OwnPosition(Body, frozen=True):
    """Our net position in a market, + YES, - NO."""

    market_ticker: str
    position_fp: Count
    position_cost_dollars: Cash
    realized_pnl_dollars: Cash
    fees_paid_dollars: Cash


class LifecycleChange(Body, frozen=True):
    """A step in a market's life; which fields are there depends on ``event_type``."""

    event_type: str
    market_ticker: str
    open_ts: UnixSeconds | None = None
    close_ts: UnixSeconds | None = None
    result: str | None = None
    settlement_value: Price | None = None
    strike_type: str | None = None
    floor_strike: IndexPrice | None = None
    cap_strike: IndexPrice | None = None
    custom_strike: dict[str, Any] | None = None
    yes_sub_title: str | None = None
    price_ranges: tuple[PriceRange, ...] | None = None


class EventListed(Body, frozen=True):
    """An event came into being."""

    event_ticker: str
    series_ticker: str
    title: str


class EventFeeChanged(Body, frozen=True):
    """The fee override of an event; None clears it."""

    event_ticker: str
    fee_type_override: str | None
    fee_multiplier_override: Multiplier | None


class WindowAverage(msgspec.Struct, frozen=True):
    """A mean of index values so far: ``window_size`` of them."""

    value: IndexPrice
    window_size: int


class IndexSecond(Body, frozen=True):
    """The settlement index once a second; ``data`` holds the raw frame of the index as a JSON string."""

    index_id: str
    received_at: Millis
    data: str
    avg_60s_data: WindowAverage | None = None
    last_60s_windowed_average_15min: WindowAverage | None = None


class IndexFast(Body, frozen=True):
    """The index up to five times a second."""

    index_id: str
    value_usd: IndexPrice
    source_ts_ms: Millis


class Subscribed(Body, frozen=True):
    """The answer to a subscription: one per channel."""

    channel: str
    sid: int


class Acknowledged(Body, frozen=True):
    """``ok`` or ``unsubscribed``; it counts in its subscription's sequence."""


class Refused(Body, frozen=True):
    """An error reply to a command."""

    code: int
    msg: str


class Frame(msgspec.Struct, frozen=True):
    """A message of the websocket: its kind, numbering and typed body."""

    type: str
    body: Body
    sid: int | None = None
    seq: int | None = None
    id: int | None = None


class _Envelope(msgspec.Struct):
    type: str
    sid: int | None = None
    seq: int | None = None
    id: int | None = None
    msg: msgspec.Raw = msgspec.Raw()


BODIES: dict[str, type[Body]] = {
    "orderbook_snapshot": BookSnapshot,
    "orderbook_delta": BookDelta,
    "ticker": Ticker,
    "trade": PublicTrade,
    "fill": OwnFill,
    "user_order": OwnOrder,
    "market_position": OwnPosition,
    "market_lifecycle_v2": LifecycleChange,
    "event_lifecycle": EventListed,
    "event_fee_update": EventFeeChanged,
    "cfbenchmarks_value": IndexSecond,
    "cfbenchmarks_value_5hz": IndexFast,
    "subscribed": Subscribed,
    "error": Refused,
}
_ACKNOWLEDGED = Acknowledged()
_envelope: Strict[_Envelope] = Strict(_Envelope, SOURCE)
_bodies: dict[str, Strict[Body]] = {name: Strict(kind, f"{SOURCE} {name}") for name, kind in BODIES.items()}


def parse_frame(text: str | bytes) -> Frame:
    """Read one text frame; raises ParseError for broken JSON, an unknown type or a field that is missing or wrong."""
    envelope = _envelope(text)
    if envelope.type in ("ok", "unsubscribed"):
        body: Body = _ACKNOWLEDGED
    elif (decode := _bodies.get(envelope.type)) is not None:
        body = decode(envelope.msg)
    else:
        raise ParseError(SOURCE, f"unknown message type {envelope.type[:40]}", text_of(text))
    return Frame(envelope.type, body, envelope.sid, envelope.seq, envelope.id)
