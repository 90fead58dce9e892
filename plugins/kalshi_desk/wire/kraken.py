"""Kraken, version 2: ``trade``. Source: docs.kraken.com, WebSocket v2. Numbers keep their digits as written."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

import msgspec

from kalshi_desk.domain.units import IndexPrice, Nanos, Quantity
from kalshi_desk.errors import ParseError
from kalshi_desk.wire.decode import Strict, text_of
from kalshi_desk.wire.spot import NOTHING, Numbered, SpotNews, TradeFields, spot_trade

VENUE = "kraken"
SILENT = frozenset({"heartbeat", "status"})


class _Envelope(msgspec.Struct):
    channel: str | None = None
    method: str | None = None
    success: bool | None = None


class _Trade(msgspec.Struct):
    symbol: str
    price: IndexPrice
    qty: Quantity
    trade_id: int
    timestamp: Nanos


class _Trades(msgspec.Struct):
    data: tuple[_Trade, ...]


_envelope: Strict[_Envelope] = Strict(_Envelope, VENUE)
_trades: Strict[_Trades] = Strict(_Trades, f"{VENUE} trade")


def symbol(underlying: str) -> str:
    """Return the venue's name of a coin in dollars."""
    return f"{underlying}/USD"


def subscription(symbols: Iterable[str]) -> list[str]:
    """Return the frames to send on a new connection."""
    params = {"channel": "trade", "symbol": list(symbols), "snapshot": False}
    return [msgspec.json.encode({"method": "subscribe", "params": params, "req_id": 1}).decode()]


def parse(text: str, symbols: Mapping[str, str], at: Nanos) -> SpotNews:
    """Read a frame; ``symbols`` gives the coin by pair. Raises ParseError."""
    envelope = _envelope(text)
    if envelope.channel == "trade":
        trades = _trades(text).data
        fields = (TradeFields(t.symbol, str(t.trade_id), t.price, t.qty, t.timestamp) for t in trades)
        return SpotNews(
            tuple(spot_trade(VENUE, trade, symbols, at) for trade in fields),
            tuple(Numbered(trade.symbol, trade.trade_id) for trade in trades),
        )
    if envelope.channel in SILENT or (envelope.method is not None and envelope.success is not False):
        return NOTHING
    raise ParseError(VENUE, "unknown or failed message", text_of(text))
