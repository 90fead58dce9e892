"""The stored pages of a listing as markets and as rows of tables."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import msgspec

from kalshi_desk.domain.market import Market
from kalshi_desk.domain.message import encode
from kalshi_desk.domain.units import PAYOUT, Price
from kalshi_desk.errors import ParseError
from kalshi_desk.wire import kalshi_markets as wire

Row = tuple[str, dict[str, Any]]
Pages = Sequence[Any]


@dataclass(frozen=True)
class Entry:
    """One thing listed: a series, an event, or a market with its event; ``fault`` where it could not be read."""

    series: wire.SeriesBody | None = None
    event: wire.ListedEvent | None = None
    body: wire.MarketBody | None = None
    market: Market | None = None
    raw: bytes = b""
    fault: ParseError | None = None


def entries(pages: Pages) -> Iterator[Entry]:
    """Yield what the pages list: series, then each event followed by its markets; unreadable things as faults."""
    known: dict[str, wire.SeriesBody] = {}
    for raw in wire.parse_series_listing(_text(pages[0])).series:
        entry = _series(raw)
        if entry.series is not None:
            known[entry.series.ticker] = entry.series
        yield entry
    for page in pages[1:]:
        for raw in wire.parse_listing(_text(page)).events:
            yield from _event(raw, known)


def _text(page: Any) -> bytes:
    return page.encode() if isinstance(page, str) else msgspec.json.encode(page)


def _series(raw: msgspec.Raw) -> Entry:
    try:
        return Entry(series=wire.parse_series_object(raw), raw=bytes(raw))
    except ParseError as fault:
        return Entry(fault=fault)


def _event(raw: msgspec.Raw, known: dict[str, wire.SeriesBody]) -> Iterator[Entry]:
    try:
        event = wire.parse_listed_event(raw)
    except ParseError as fault:
        yield Entry(fault=fault)
        return
    yield Entry(event=event, raw=bytes(raw))
    for market in event.markets:
        yield _market(market, event, known.get(event.series_ticker))


def _market(raw: msgspec.Raw, event: wire.ListedEvent, series: wire.SeriesBody | None) -> Entry:
    try:
        body = wire.parse_market_object(raw)
        fee = None if series is None else wire.fee_schedule(series, event)
        category = event.category if series is None else series.category
        market = wire.market_from(body, series_ticker=event.series_ticker, fee=fee, category=category)
    except ParseError as fault:
        return Entry(fault=fault)
    return Entry(event=event, body=body, market=market, raw=bytes(raw))


def rows(
    entry: Entry, *, owner: Callable[[str], str], interval_start: datetime, observed_at: datetime
) -> Iterator[Row]:
    """Yield the rows of one entry as (query, values)."""
    if entry.market is not None and entry.body is not None:
        yield "upsert_market", _market_row(entry.market, owner(entry.market.series_ticker), observed_at)
        yield "add_snapshot", _snapshot_row(entry.body, interval_start, observed_at)
    elif entry.event is not None:
        yield "upsert_event", _event_row(entry.event, entry.raw, observed_at)
    elif entry.series is not None:
        yield "upsert_series", _series_row(entry.series, entry.raw, observed_at)


def _series_row(series: wire.SeriesBody, raw: bytes, observed_at: datetime) -> dict[str, Any]:
    return {
        "series_ticker": series.ticker, "title": series.title, "category": series.category,
        "frequency": series.frequency, "fee_type": series.fee_type, "fee_multiplier": str(series.fee_multiplier),
        "raw": raw.decode(), "observed_at": observed_at,
    }  # fmt: skip


def _event_row(event: wire.ListedEvent, raw: bytes, observed_at: datetime) -> dict[str, Any]:
    bare = {key: value for key, value in msgspec.json.decode(raw).items() if key != "markets"}
    return {
        "event_ticker": event.event_ticker, "series_ticker": event.series_ticker, "title": event.title,
        "category": event.category, "mutually_exclusive": event.mutually_exclusive,
        "raw": msgspec.json.encode(bare).decode(), "observed_at": observed_at,
    }  # fmt: skip


def _market_row(market: Market, desk: str, observed_at: datetime) -> dict[str, Any]:
    return {
        "ticker": market.ticker, "event_ticker": market.event_ticker, "series_ticker": market.series_ticker,
        "title": market.title, "category": market.category, "desk": desk, "status": str(market.status),
        "open_at": market.open_time.datetime(), "close_at": market.close_time.datetime(),
        "strike_type": market.strike_type, "floor_strike": _amount(market.floor_strike),
        "cap_strike": _amount(market.cap_strike), "result": market.result or None,
        "settlement_value": _amount(market.settlement_value), "expiration_value": market.expiration_value or None,
        "definition": encode(market).decode(), "observed_at": observed_at,
    }  # fmt: skip


def _snapshot_row(body: wire.MarketBody, interval_start: datetime, observed_at: datetime) -> dict[str, Any]:
    return {
        "ticker": body.ticker, "bid": _quoted(body.yes_bid_dollars), "bid_count": str(body.yes_bid_size_fp),
        "ask": _quoted(body.yes_ask_dollars), "ask_count": str(body.yes_ask_size_fp), "volume": str(body.volume_fp),
        "open_interest": str(body.open_interest_fp), "interval_start": interval_start, "observed_at": observed_at,
    }  # fmt: skip


def _amount(value: object | None) -> str | None:
    return None if value is None else str(value)


def _quoted(price: Price) -> str | None:
    """Return a quoted price; an empty side, 0 or 1 on the wire (kalshi-api.md section 5.1), is none."""
    return str(price) if 0 < price < PAYOUT else None
