"""Websocket bodies of Kalshi as messages of the desk."""

from __future__ import annotations

from collections.abc import Mapping

import msgspec

from kalshi_desk.domain.inputs import IndexTick, IndexValue, Lifecycle, MarketTrade
from kalshi_desk.domain.market import Market, MarketStatus
from kalshi_desk.domain.units import IndexPrice, Nanos, seconds
from kalshi_desk.errors import ParseError
from kalshi_desk.wire.decode import Millis, Strict
from kalshi_desk.wire.kalshi_markets import strike_texts
from kalshi_desk.wire.kalshi_ws import SOURCE, IndexFast, IndexSecond, LifecycleChange, PublicTrade

QUARTER = seconds(900)
STEPS = frozenset({"activated", "deactivated", "close_date_updated", "determined", "settled"})
DEFINITIONS = frozenset({"created", "metadata_updated", "price_level_structure_updated"})
_STATUS = {
    "activated": MarketStatus.ACTIVE,
    "deactivated": MarketStatus.INACTIVE,
    "determined": MarketStatus.DETERMINED,
    "settled": MarketStatus.FINALIZED,
}


class _IndexFrame(msgspec.Struct):
    time: Millis
    value: IndexPrice


_index_frame: Strict[_IndexFrame] = Strict(_IndexFrame, f"{SOURCE} index frame")


def market_trade(body: PublicTrade, at: Nanos) -> MarketTrade:
    """Return a public trade as a message."""
    return MarketTrade(
        at=at, occurred_at=Nanos(body.ts_ms), ticker=body.market_ticker, trade_id=body.trade_id,
        price=body.yes_price_dollars, count=body.count_fp, taker_outcome=str(body.taker_outcome_side),
    )  # fmt: skip


def index_value(body: IndexSecond, underlyings: Mapping[str, str], at: Nanos) -> IndexValue:
    """Return a second of the index with the settlement mean so far; raises ParseError.

    underlyings: coin by index id.  The window's end is the quarter hour that the second leads up to, as the venue's
    own boundary is not documented.
    """
    inner, mean = _index_frame(body.data), body.last_60s_windowed_average_15min
    occurred_at = Nanos(inner.time)
    return IndexValue(
        at=at, occurred_at=occurred_at, underlying=_coin(body.index_id, underlyings), index_id=body.index_id,
        value=inner.value,
        window_mean=None if mean is None else mean.value,
        window_count=None if mean is None else mean.window_size,
        window_end=None if mean is None else Nanos(-(-occurred_at // QUARTER) * QUARTER),
    )  # fmt: skip


def index_tick(body: IndexFast, underlyings: Mapping[str, str], at: Nanos) -> IndexTick:
    """Return a value of the index between the seconds; raises ParseError for an index nobody asked for."""
    return IndexTick(
        at=at, occurred_at=Nanos(body.source_ts_ms), underlying=_coin(body.index_id, underlyings),
        index_id=body.index_id, value=body.value_usd,
    )  # fmt: skip


def _coin(index_id: str, underlyings: Mapping[str, str]) -> str:
    try:
        return underlyings[index_id]
    except KeyError:
        raise ParseError(SOURCE, "an index that was not asked for", index_id) from None


def lifecycle(body: LifecycleChange, at: Nanos) -> Lifecycle | None:
    """Return a step in a market's life; None for a change of definition; raises ParseError for an unknown one."""
    if body.event_type in DEFINITIONS:
        return None
    if body.event_type not in STEPS:
        raise ParseError(SOURCE, "unknown lifecycle event", body.event_type[:40])
    return Lifecycle(
        at=at, ticker=body.market_ticker, event=body.event_type, result=body.result,
        close_time=None if body.close_ts is None else Nanos(body.close_ts), settlement_value=body.settlement_value,
    )  # fmt: skip


def redefined(market: Market, body: LifecycleChange) -> Market:
    """Return the market with what a lifecycle change says of it; fields that it leaves out stay."""
    told = {
        "status": _STATUS.get(body.event_type),
        "close_time": None if body.close_ts is None else Nanos(body.close_ts),
        "strike_type": body.strike_type,
        "floor_strike": body.floor_strike,
        "cap_strike": body.cap_strike,
        "custom_strike": None if body.custom_strike is None else strike_texts(body.custom_strike),
        "price_ranges": body.price_ranges,
        "result": body.result,
        "settlement_value": body.settlement_value,
    }
    return msgspec.structs.replace(market, **{name: value for name, value in told.items() if value is not None})
