"""Gemini, market data version 1: one socket per pair, numbered from 0. Source: docs.gemini.com, market data v1."""

from __future__ import annotations

from collections.abc import Mapping

import msgspec

from kalshi_desk.domain.units import IndexPrice, Nanos, Quantity
from kalshi_desk.errors import ParseError
from kalshi_desk.wire.decode import Millis, Strict, text_of
from kalshi_desk.wire.spot import Numbered, SpotNews, TradeFields, spot_trade

VENUE = "gemini"
QUERY = "trades=true&heartbeat=true&bids=false&offers=false"


class _Event(msgspec.Struct):
    type: str
    tid: int | None = None
    price: IndexPrice | None = None
    amount: Quantity | None = None


class _Message(msgspec.Struct):
    type: str
    socket_sequence: int
    timestampms: Millis | None = None
    events: tuple[_Event, ...] = ()


_message: Strict[_Message] = Strict(_Message, VENUE)


def symbol(underlying: str) -> str:
    """Return the venue's name of a coin in dollars."""
    return f"{underlying.lower()}usd"


def parse(text: str, symbols: Mapping[str, str], at: Nanos) -> SpotNews:
    """Read a frame of the one pair in ``symbols`` (its name to its coin): frames do not name it. Raises ParseError."""
    message = _message(text)
    if message.type not in ("update", "heartbeat"):
        raise ParseError(VENUE, f"message of type {message.type[:40]}", text_of(text))
    (name,) = symbols
    fields = [_fields(name, event, message, text) for event in message.events if event.type == "trade"]
    return SpotNews(
        tuple(spot_trade(VENUE, trade, symbols, at) for trade in fields),
        (Numbered(name, message.socket_sequence),),
    )


def _fields(name: str, event: _Event, message: _Message, text: str) -> TradeFields:
    if event.tid is None or event.price is None or event.amount is None or message.timestampms is None:
        raise ParseError(VENUE, "trade without id, price, amount or time", text_of(text))
    return TradeFields(name, str(event.tid), event.price, event.amount, Nanos(message.timestampms))
