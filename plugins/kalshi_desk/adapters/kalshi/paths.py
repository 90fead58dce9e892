"""Paths of Kalshi's REST API below ``/trade-api/v2``. Source: docs.kalshi.com, market data and portfolio."""

from __future__ import annotations

from urllib.parse import quote

STATUS, LIMITS = "/exchange/status", "/account/limits"
SERIES, EVENTS, MARKETS, TRADES, BOOKS = "/series", "/events", "/markets", "/markets/trades", "/markets/orderbooks"
BALANCE, POSITIONS, FILLS = "/portfolio/balance", "/portfolio/positions", "/portfolio/fills"
SETTLEMENTS, ORDER_GROUPS = "/portfolio/settlements", "/portfolio/order_groups"
TRANSFERS = "/portfolio/intra_exchange_instance_transfer"
ORDER_READS, ORDER_WRITES = "/portfolio/orders", "/portfolio/events/orders"


def in_subaccount(number: int | None) -> dict[str, int]:
    """Return what names a subaccount in a query or a body; nothing for None."""
    return {} if number is None else {"subaccount": number}


def below(path: str, *parts: str) -> str:
    """Return ``path`` with further parts, each percent-encoded."""
    return "/".join((path, *(quote(part, safe="") for part in parts)))
