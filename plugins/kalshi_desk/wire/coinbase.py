"""Coinbase Exchange: ``matches`` and ``heartbeat``. Source: docs.cdp.coinbase.com, Exchange WebSocket."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

import msgspec

from kalshi_desk.domain.units import IndexPrice, Nanos, Quantity
from kalshi_desk.errors import ParseError
from kalshi_desk.wire.decode import Strict, text_of
from kalshi_desk.wire.spot import NOTHING, Numbered, SpotNews, TradeFields, spot_trade

VENUE = "coinbase"
SILENT = frozenset({"subscriptions"})


class _Kind(msgspec.Struct):
    type: str


class _Match(msgspec.Struct):
    trade_id: int
    product_id: str
    price: IndexPrice
    time: Nanos
    size: Quantity | None = None


class _Numbered(msgspec.Struct):
    product_id: str
    last_trade_id: int


_kind: Strict[_Kind] = Strict(_Kind, VENUE)
_match: Strict[_Match] = Strict(_Match, f"{VENUE} match")
_heartbeat: Strict[_Numbered] = Strict(_Numbered, f"{VENUE} heartbeat")


def symbol(underlying: str) -> str:
    """Return the venue's name of a coin in dollars."""
    return f"{underlying}-USD"


def subscription(symbols: Iterable[str]) -> list[str]:
    """Return the frames to send on a new connection (within 5 s)."""
    body = {"type": "subscribe", "product_ids": list(symbols), "channels": ["matches", "heartbeat"]}
    return [msgspec.json.encode(body).decode()]


def parse(text: str, symbols: Mapping[str, str], at: Nanos) -> SpotNews:
    """Read a frame; ``symbols`` gives the coin by product. Raises ParseError."""
    kind = _kind(text).type
    if kind == "match":
        match = _match(text)
        fields = TradeFields(match.product_id, str(match.trade_id), match.price, match.size, match.time)
        return SpotNews((spot_trade(VENUE, fields, symbols, at),), (Numbered(match.product_id, match.trade_id),))
    if kind == "last_match":
        old = _match(text)
        return SpotNews(numbers=(Numbered(old.product_id, old.trade_id, taken=False),))
    if kind == "heartbeat":
        beat = _heartbeat(text)
        return SpotNews(numbers=(Numbered(beat.product_id, beat.last_trade_id, taken=False),))
    if kind in SILENT:
        return NOTHING
    raise ParseError(VENUE, f"message of type {kind[:40]}", text_of(text))
