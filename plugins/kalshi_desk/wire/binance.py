"""Binance: ``@trade`` of the USDT pairs. Source: developers.binance.com, WebSocket streams."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

import msgspec

from kalshi_desk.domain.units import IndexPrice, Nanos, Quantity
from kalshi_desk.errors import ParseError
from kalshi_desk.wire.decode import Millis, Strict, text_of
from kalshi_desk.wire.spot import NOTHING, Numbered, SpotNews, TradeFields, spot_trade

VENUE = "binance"


class _Envelope(msgspec.Struct):
    e: str | None = None
    data: msgspec.Raw = msgspec.Raw()
    id: int | str | None = None
    error: msgspec.Raw = msgspec.Raw()


class _Trade(msgspec.Struct):
    s: str
    t: int
    p: IndexPrice
    q: Quantity
    T: Millis


_envelope: Strict[_Envelope] = Strict(_Envelope, VENUE)
_trade: Strict[_Trade] = Strict(_Trade, f"{VENUE} trade")


def symbol(underlying: str) -> str:
    """Return the venue's name of a coin in tether."""
    return f"{underlying}USDT"


def subscription(symbols: Iterable[str]) -> list[str]:
    """Return the frames to send on a new connection."""
    streams = [f"{name.lower()}@trade" for name in symbols]
    return [msgspec.json.encode({"method": "SUBSCRIBE", "params": streams, "id": 1}).decode()]


def parse(text: str, symbols: Mapping[str, str], at: Nanos) -> SpotNews:
    """Read a frame, plain or wrapped in its stream's name; ``symbols`` gives the coin by pair. Raises ParseError."""
    envelope, payload = _envelope(text), msgspec.Raw(text)
    if bytes(envelope.data):
        envelope, payload = _envelope(envelope.data), envelope.data
    if envelope.e == "trade":
        trade = _trade(payload)
        fields = TradeFields(trade.s, str(trade.t), trade.p, trade.q, Nanos(trade.T))
        return SpotNews((spot_trade(VENUE, fields, symbols, at),), (Numbered(trade.s, trade.t),))
    if envelope.e == "serverShutdown":
        return SpotNews(reconnect=True)
    if envelope.e is None and envelope.id is not None and not bytes(envelope.error):
        return NOTHING
    raise ParseError(VENUE, "unknown or failed message", text_of(text))
