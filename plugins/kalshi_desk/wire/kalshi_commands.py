"""Commands of Kalshi's websocket. Source: docs.kalshi.com, WebSockets."""

from __future__ import annotations

from collections.abc import Iterable

import msgspec

BOOKS, TRADES, LIFECYCLE, TICKER = "orderbook_delta", "trade", "market_lifecycle_v2", "ticker"
FILLS, ORDERS, POSITIONS = "fill", "user_orders", "market_positions"
INDEX, INDEX_FAST = "cfbenchmarks_value", "cfbenchmarks_value_5hz"


class Command(msgspec.Struct, frozen=True):
    """A command without its id; ``params`` as on the wire."""

    cmd: str
    params: dict[str, object]


def encode_command(command_id: int, command: Command) -> str:
    """Return the text frame; ``command_id`` is unique in a connection, from 1."""
    body = {"id": command_id, "cmd": command.cmd, "params": command.params}
    return msgspec.json.encode(body).decode()


def subscribe(channels: Iterable[str], tickers: Iterable[str] = ()) -> Command:
    """Subscribe to channels, for the given markets or, without any, for all.

    ``use_yes_price`` is always said, as false, where books are asked for: the venue means to change its default.
    """
    names, markets = list(channels), list(tickers)
    params: dict[str, object] = {"channels": names}
    if markets:
        params["market_tickers"] = markets
    if BOOKS in names:
        params["use_yes_price"] = False
    return Command("subscribe", params)


def subscribe_indices(channel: str, index_ids: Iterable[str]) -> Command:
    """Subscribe to an index channel; without ids it would stay silent."""
    return Command("subscribe", {"channels": [channel], "index_ids": list(index_ids)})


def add_markets(sid: int, tickers: Iterable[str]) -> Command:
    """Extend a subscription; each new book arrives with a snapshot."""
    return _update(sid, "add_markets", tickers)


def delete_markets(sid: int, tickers: Iterable[str]) -> Command:
    """Take markets out of a subscription."""
    return _update(sid, "delete_markets", tickers)


def get_snapshot(sid: int, tickers: Iterable[str]) -> Command:
    """Ask for whole books within a subscription."""
    return _update(sid, "get_snapshot", tickers)


def _update(sid: int, action: str, tickers: Iterable[str]) -> Command:
    params: dict[str, object] = {"sids": [sid], "action": action, "market_tickers": list(tickers)}
    if action != "delete_markets":
        params["use_yes_price"] = False
    return Command("update_subscription", params)


def unsubscribe(sids: Iterable[int]) -> Command:
    """End subscriptions."""
    return Command("unsubscribe", {"sids": list(sids)})
