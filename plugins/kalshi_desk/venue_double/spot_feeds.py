"""The exchanges' public trade feeds, each in its own protocol. Sources: see ``kalshi_desk.wire``.

A coin is told by the symbols that a client asked for. Where the source has no size, the field is left out.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field

from kalshi_desk.domain.inputs import SpotTrade
from kalshi_desk.domain.units import NANOS, Nanos
from kalshi_desk.venue_double.bodies import instant
from kalshi_desk.venue_double.frames import text

MILLI, MICRO = 1_000_000, 1_000


@dataclass(eq=False)
class SpotClient:
    """One socket: what it asked for by coin, and its counters."""

    send: Callable[[str], None]
    symbols: dict[str, str] = field(default_factory=dict)
    sequence: int = 0
    last_ids: dict[str, int] = field(default_factory=dict)

    def count(self) -> int:
        """Return the next number of this socket, from 0."""
        self.sequence += 1
        return self.sequence - 1


@dataclass(frozen=True)
class SpotProtocol:
    """How one exchange speaks: replies to a client's frame, a trade, and a sign of life."""

    obey: Callable[[SpotClient, str], Iterable[str]]
    trade: Callable[[SpotClient, SpotTrade], str]
    heartbeat: Callable[[SpotClient, Nanos], Iterable[str]]


def _coin(symbol: str) -> str:
    return symbol.upper().replace("/", "-").partition("-")[0].removesuffix("USDT").removesuffix("USD")


def _ask(client: SpotClient, symbols: Iterable[str]) -> list[str]:
    asked = list(symbols)
    client.symbols |= {_coin(symbol): symbol for symbol in asked}
    return asked


def _coinbase_obey(client: SpotClient, frame: str) -> list[str]:
    asked = _ask(client, json.loads(frame)["product_ids"])
    channels = [{"name": name, "product_ids": asked} for name in ("matches", "heartbeat")]
    return [text({"type": "subscriptions", "channels": channels})]


def _coinbase_trade(client: SpotClient, trade: SpotTrade) -> str:
    body = {
        "type": "match", "trade_id": int(trade.trade_id), "sequence": client.count(), "maker_order_id": "",
        "taker_order_id": "", "time": instant(trade.occurred_at), "product_id": client.symbols[trade.underlying],
        "price": str(trade.price), "side": "sell",
    }  # fmt: skip
    client.last_ids[trade.underlying] = int(trade.trade_id)
    return text(body if trade.size is None else body | {"size": str(trade.size)})


def _coinbase_heartbeat(client: SpotClient, now: Nanos) -> list[str]:
    return [
        text(
            {
                "type": "heartbeat",
                "sequence": client.count(),
                "last_trade_id": last,
                "product_id": client.symbols[coin],
                "time": instant(now),
            }
        )
        for coin, last in client.last_ids.items()
    ]


def _kraken_obey(client: SpotClient, frame: str) -> list[str]:
    command = json.loads(frame)
    if command.get("method") == "ping":
        return [text({"method": "pong", "req_id": command.get("req_id")})]
    replies = []
    for symbol in _ask(client, command["params"]["symbol"]):
        result = {"channel": "trade", "snapshot": False, "symbol": symbol}
        replies.append(
            text({"method": "subscribe", "success": True, "result": result, "req_id": command.get("req_id")})
        )
    return replies


def _kraken_trade(client: SpotClient, trade: SpotTrade) -> str:
    # Kraken's numbers are JSON numbers: written digit by digit, never through a binary float
    symbol, at = client.symbols[trade.underlying], instant(trade.occurred_at)
    return (
        f'{{"channel":"trade","type":"update","data":[{{"symbol":"{symbol}","side":"buy","price":{trade.price},'
        f'"qty":{trade.size or 0},"ord_type":"market","trade_id":{trade.trade_id},"timestamp":"{at}"}}]}}'
    )


def _kraken_heartbeat(_client: SpotClient, _now: Nanos) -> list[str]:
    return ['{"channel":"heartbeat"}']


def _bitstamp_obey(client: SpotClient, frame: str) -> list[str]:
    command = json.loads(frame)
    if command["event"] != "bts:subscribe":
        return ['{"event":"bts:heartbeat","channel":"","data":{"status":"success"}}']
    channel = command["data"]["channel"]
    _ask(client, [channel.removeprefix("live_trades_")])
    return [text({"event": "bts:subscription_succeeded", "channel": channel, "data": {}})]


def _bitstamp_trade(client: SpotClient, trade: SpotTrade) -> str:
    data = {
        "id": int(trade.trade_id), "timestamp": str(trade.occurred_at // NANOS),
        "microtimestamp": str(trade.occurred_at // MICRO), "amount": float(str(trade.size or 0)),
        "amount_str": str(trade.size or 0), "price": float(str(trade.price)), "price_str": str(trade.price),
        "type": 0, "buy_order_id": 0, "sell_order_id": 0,
    }  # fmt: skip
    return text({"event": "trade", "channel": f"live_trades_{client.symbols[trade.underlying]}", "data": data})


def _bitstamp_heartbeat(_client: SpotClient, _now: Nanos) -> list[str]:
    return ['{"event":"bts:heartbeat","channel":"","data":{"status":"success"}}']


def _gemini_obey(_client: SpotClient, _frame: str) -> list[str]:
    return []


def _gemini(client: SpotClient, kind: str, at: Nanos, events: list[dict[str, object]]) -> str:
    return text(
        {
            "type": kind,
            "eventId": at // MICRO,
            "socket_sequence": client.count(),
            "timestamp": at // NANOS,
            "timestampms": at // MILLI,
            "events": events,
        }
    )


def _gemini_trade(client: SpotClient, trade: SpotTrade) -> str:
    event: dict[str, object] = {
        "type": "trade", "tid": int(trade.trade_id), "price": str(trade.price), "amount": str(trade.size or 0),
        "makerSide": "ask",
    }  # fmt: skip
    return _gemini(client, "update", trade.occurred_at, [event])


def _gemini_heartbeat(client: SpotClient, now: Nanos) -> list[str]:
    return [_gemini(client, "heartbeat", now, [])]


def _binance_obey(client: SpotClient, frame: str) -> list[str]:
    command = json.loads(frame)
    _ask(client, (stream.partition("@")[0].upper() for stream in command["params"]))
    return [text({"result": None, "id": command["id"]})]


def _binance_trade(client: SpotClient, trade: SpotTrade) -> str:
    stamp = trade.occurred_at // MILLI
    return text(
        {
            "e": "trade",
            "E": stamp,
            "s": client.symbols[trade.underlying],
            "t": int(trade.trade_id),
            "p": str(trade.price),
            "q": str(trade.size or 0),
            "T": stamp,
            "m": False,
            "M": True,
        }
    )


def _binance_heartbeat(_client: SpotClient, _now: Nanos) -> list[str]:
    return []


PROTOCOLS = {
    "coinbase": SpotProtocol(_coinbase_obey, _coinbase_trade, _coinbase_heartbeat),
    "kraken": SpotProtocol(_kraken_obey, _kraken_trade, _kraken_heartbeat),
    "bitstamp": SpotProtocol(_bitstamp_obey, _bitstamp_trade, _bitstamp_heartbeat),
    "gemini": SpotProtocol(_gemini_obey, _gemini_trade, _gemini_heartbeat),
    "binance": SpotProtocol(_binance_obey, _binance_trade, _binance_heartbeat),
}


class SpotFeeds:
    """The clients of all exchanges' feeds."""

    def __init__(self) -> None:
        self.clients: dict[str, list[SpotClient]] = {venue: [] for venue in PROTOCOLS}

    def publish(self, trade: SpotTrade) -> None:
        """Tell a trade to those who asked for its coin."""
        protocol = PROTOCOLS[trade.venue]
        for client in self.clients[trade.venue]:
            if trade.underlying in client.symbols:
                client.send(protocol.trade(client, trade))
