"""Bitstamp: ``live_trades``. Source: bitstamp.net/websocket/v2. Its trade ids do not count by one."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

import msgspec

from kalshi_desk.domain.units import IndexPrice, Nanos, Quantity
from kalshi_desk.errors import ParseError
from kalshi_desk.wire.decode import Strict, sane, text_of
from kalshi_desk.wire.spot import NOTHING, SpotNews, TradeFields, spot_trade

VENUE, CHANNEL = "bitstamp", "live_trades_"
SILENT = frozenset({"bts:heartbeat", "bts:subscription_succeeded"})


class _Envelope(msgspec.Struct):
    event: str
    channel: str = ""
    data: msgspec.Raw = msgspec.Raw()


class _Trade(msgspec.Struct):
    id: int
    microtimestamp: str
    amount_str: Quantity
    price_str: IndexPrice


_envelope: Strict[_Envelope] = Strict(_Envelope, VENUE)
_trade: Strict[_Trade] = Strict(_Trade, f"{VENUE} trade")


def symbol(underlying: str) -> str:
    """Return the venue's name of a coin in dollars."""
    return f"{underlying.lower()}usd"


def subscription(symbols: Iterable[str]) -> list[str]:
    """Return the frames to send on a new connection: one per pair."""
    bodies = ({"event": "bts:subscribe", "data": {"channel": CHANNEL + name}} for name in symbols)
    return [msgspec.json.encode(body).decode() for body in bodies]


def parse(text: str, symbols: Mapping[str, str], at: Nanos) -> SpotNews:
    """Read a frame; ``symbols`` gives the coin by pair. Raises ParseError."""
    envelope = _envelope(text)
    if envelope.event == "trade" and envelope.channel.startswith(CHANNEL):
        trade = _trade(envelope.data)
        occurred_at = _micros(trade.microtimestamp)
        name = envelope.channel.removeprefix(CHANNEL)
        fields = TradeFields(name, str(trade.id), trade.price_str, trade.amount_str, occurred_at)
        return SpotNews((spot_trade(VENUE, fields, symbols, at),))
    if envelope.event in SILENT:
        return NOTHING
    if envelope.event == "bts:request_reconnect":
        return SpotNews(reconnect=True)
    raise ParseError(VENUE, f"message of type {envelope.event[:40]}", text_of(text))


def _micros(text: str) -> Nanos:
    if not (text.isascii() and text.isdigit() and len(text) < 20):
        raise ParseError(VENUE, "microtimestamp is no number", text[:40])
    return sane(Nanos(int(text) * 1_000))
