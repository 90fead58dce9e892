"""The stored pages of a listing as markets and as rows of tables."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from itertools import count
from typing import Any

import msgspec

from kalshi_desk.adapters.postgres.connection import Connection
from kalshi_desk.adapters.postgres.queries import queries
from kalshi_desk.domain.market import Market, Quote
from kalshi_desk.domain.message import encode
from kalshi_desk.domain.units import PAYOUT, Price
from kalshi_desk.errors import ParseError
from kalshi_desk.steps.discover import Candidate, Listed
from kalshi_desk.wire import kalshi_markets as wire

Row = tuple[Any, ...]
COLUMNS = {
    "series": (
        "series_ticker", "title", "category", "frequency", "fee_type", "fee_multiplier", "raw", "observed_at",
    ),
    "events": ("event_ticker", "series_ticker", "title", "category", "mutually_exclusive", "raw", "observed_at"),
    "markets": (
        "ticker", "event_ticker", "series_ticker", "title", "category", "desk", "status", "open_at", "close_at",
        "strike_type", "floor_strike_dollars", "cap_strike_dollars", "result", "settlement_value_dollars",
        "expiration_value", "definition", "first_observed_at", "observed_at",
    ),
    "milestones": ("milestone_id", "title", "kind", "start_at", "event_tickers", "raw", "observed_at"),
}  # fmt: skip
SNAPSHOT_COLUMNS = (
    "ticker", "bid_dollars", "bid_contracts", "ask_dollars", "ask_contracts", "volume_contracts",
    "open_interest_contracts", "interval_start", "observed_at",
)  # fmt: skip


@dataclass(frozen=True)
class Entry:
    """A series, an event, a market with its event, or a milestone; ``fault`` where what is listed cannot be read."""

    series: wire.SeriesBody | None = None
    event: wire.ListedEvent | None = None
    body: wire.MarketBody | None = None
    market: Market | None = None
    milestone: wire.MilestoneBody | None = None
    raw: bytes = b""
    fault: ParseError | None = None


def stored_pages(connection: Connection, key: dict[str, Any]) -> Iterator[str]:
    """Yield the pages stored under a key in order, each read when it is asked for."""
    sql = queries("discovery")
    for page in count():
        row = sql.page(connection, **key, page=page)
        if row is None:
            return
        yield row[0]


def entries(pages: Iterable[str]) -> Iterator[Entry]:
    """Yield what the pages list: series, then each event followed by its markets, a page's milestones; and faults.

    The first page lists all series, the others events with their markets; one page is held at a time. Raises ParseError
    for a page that is no listing.
    """
    known: dict[str, wire.SeriesBody] = {}
    remaining = iter(pages)
    for raw in wire.parse_series_listing(next(remaining)).series:
        entry = _series(raw)
        if entry.series is not None:
            known[entry.series.ticker] = entry.series
        yield entry
    for page in remaining:
        listing = wire.parse_listing(page)
        for raw in listing.events:
            yield from _event(raw, known)
        yield from map(_milestone, listing.milestones or ())


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


def _milestone(raw: msgspec.Raw) -> Entry:
    try:
        return Entry(milestone=wire.parse_milestone_object(raw), raw=bytes(raw))
    except ParseError as fault:
        return Entry(fault=fault)


def _market(raw: msgspec.Raw, event: wire.ListedEvent, series: wire.SeriesBody | None) -> Entry:
    try:
        body = wire.parse_market_object(raw)
        fee = None if series is None else wire.fee_schedule(series, event)
        category = event.category if series is None else series.category
        market = wire.market_from(
            body, series_ticker=event.series_ticker, fee=fee, category=category, exclusive=event.mutually_exclusive
        )
    except ParseError as fault:
        return Entry(fault=fault)
    return Entry(event=event, body=body, market=market, raw=bytes(raw))


def listed(entry: Entry) -> Listed | None:
    """Return the market of an entry with what it is judged by, None where the entry is no market."""
    market, body = entry.market, entry.body
    if market is None or body is None:
        return None
    quote = Quote(
        _quoted(body.yes_bid_dollars), body.yes_bid_size_fp, _quoted(body.yes_ask_dollars), body.yes_ask_size_fp
    )
    return Listed(market, quote, body.volume_fp, body.volume_24h_fp, body.open_interest_fp)


def row(entry: Entry, desk: str | None, observed_at: datetime) -> tuple[str, Row]:
    """Return the table of an entry without fault and its values in the order of ``COLUMNS``; ``desk`` owns a market.

    Raises ValueError for an entry that is nothing.
    """
    if entry.market is not None:
        return "markets", _market_row(entry.market, desk, observed_at)
    if entry.event is not None:
        return "events", _event_row(entry.event, entry.raw, observed_at)
    if entry.series is not None:
        return "series", _series_row(entry.series, entry.raw, observed_at)
    if entry.milestone is not None:
        return "milestones", _milestone_row(entry.milestone, entry.raw, observed_at)
    raise ValueError("an entry without content has no row")


def _series_row(series: wire.SeriesBody, raw: bytes, observed_at: datetime) -> Row:
    return (
        series.ticker, series.title, series.category, series.frequency, series.fee_type, series.fee_multiplier,
        raw.decode(), observed_at,
    )  # fmt: skip


def _event_row(event: wire.ListedEvent, raw: bytes, observed_at: datetime) -> Row:
    bare = msgspec.json.decode(raw, type=dict[str, msgspec.Raw])
    bare.pop("markets", None)
    return (
        event.event_ticker, event.series_ticker, event.title, event.category, event.mutually_exclusive,
        msgspec.json.encode(bare).decode(), observed_at,
    )  # fmt: skip


def _milestone_row(milestone: wire.MilestoneBody, raw: bytes, observed_at: datetime) -> Row:
    return (
        milestone.id, milestone.title, milestone.type, milestone.start_date.datetime(),
        encode(milestone.events).decode(), raw.decode(), observed_at,
    )  # fmt: skip


def _market_row(market: Market, desk: str | None, observed_at: datetime) -> Row:
    return (
        market.ticker, market.event_ticker, market.series_ticker, market.title, market.category, desk,
        str(market.status), market.open_time.datetime(), market.close_time.datetime(), market.strike_type,
        market.floor_strike, market.cap_strike, market.result or None, market.settlement_value,
        market.expiration_value or None, encode(market).decode(), observed_at, observed_at,
    )  # fmt: skip


def snapshot_row(candidate: Candidate, interval_start: datetime, observed_at: datetime) -> Row:
    """Return the values of ``SNAPSHOT_COLUMNS``."""
    quote = candidate.quote
    return (
        candidate.watch.ticker, quote.bid, quote.bid_count, quote.ask, quote.ask_count, candidate.volume,
        candidate.open_interest, interval_start, observed_at,
    )  # fmt: skip


def _quoted(price: Price) -> Price | None:
    """Return a quoted price; an empty side, 0 or 1 on the wire (docs.kalshi.com, market data), is none."""
    return price if 0 < price < PAYOUT else None
