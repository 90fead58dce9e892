"""Bodies of Kalshi's market data REST: series, events, markets, books, trades, exchange status.

Source: docs.kalshi.com, market data. Legacy and unknown fields are ignored; a missing field is a ParseError.
"""

from __future__ import annotations

from typing import Any

import msgspec

from kalshi_desk.domain.inputs import TradingStatus
from kalshi_desk.domain.market import FeeSchedule, Market, MarketStatus, Outcome, PriceRange
from kalshi_desk.domain.units import Count, IndexPrice, Nanos, Price
from kalshi_desk.wire.decode import Multiplier, Strict

SOURCE = "kalshi rest"
Levels = tuple[tuple[Price, Count], ...]


class SeriesBody(msgspec.Struct, frozen=True):
    """A series with its fee."""

    ticker: str
    title: str
    category: str
    frequency: str
    fee_type: str
    fee_multiplier: Multiplier


class MarketBody(msgspec.Struct, frozen=True):
    """A market as the venue lists it; sizes and prices of the moment included."""

    ticker: str
    event_ticker: str
    status: MarketStatus
    open_time: Nanos
    close_time: Nanos
    settlement_timer_seconds: int
    yes_bid_dollars: Price
    yes_bid_size_fp: Count
    yes_ask_dollars: Price
    yes_ask_size_fp: Count
    last_price_dollars: Price
    volume_fp: Count
    volume_24h_fp: Count
    open_interest_fp: Count
    result: str
    rules_primary: str
    rules_secondary: str
    price_ranges: tuple[PriceRange, ...]
    expiration_value: str
    title: str = ""
    yes_sub_title: str = ""
    strike_type: str | None = None
    floor_strike: IndexPrice | None = None
    cap_strike: IndexPrice | None = None
    custom_strike: dict[str, Any] | None = None
    settlement_value_dollars: Price | None = None
    settlement_ts: Nanos | None = None
    fee_waiver_expiration_time: Nanos | None = None
    exchange_index: int = 0


class _Event(msgspec.Struct, frozen=True):
    event_ticker: str
    series_ticker: str
    title: str
    mutually_exclusive: bool
    category: str | None = None
    fee_type_override: str | None = None
    fee_multiplier_override: Multiplier | None = None


class EventBody(_Event, frozen=True):
    """An event, with its markets where they were asked for."""

    exchange_index: int | None = None
    markets: tuple[MarketBody, ...] | None = None


class MarketsPage(msgspec.Struct, frozen=True):
    """A page of markets; an empty cursor ends the list."""

    markets: tuple[MarketBody, ...]
    cursor: str = ""


class EventsPage(msgspec.Struct, frozen=True):
    """A page of events; an empty cursor ends the list."""

    events: tuple[EventBody, ...]
    cursor: str = ""


class BookBody(msgspec.Struct, frozen=True):
    """Resting bids of both outcomes, ascending."""

    yes_dollars: Levels | None = None
    no_dollars: Levels | None = None


class BookReply(msgspec.Struct, frozen=True):
    """One market's book; the list of several books names its tickers."""

    orderbook_fp: BookBody
    ticker: str | None = None


class TradeBody(msgspec.Struct, frozen=True):
    """A public trade."""

    trade_id: str
    ticker: str
    count_fp: Count
    yes_price_dollars: Price
    taker_outcome_side: Outcome
    created_time: Nanos


class TradesPage(msgspec.Struct, frozen=True):
    """A page of public trades, newest first."""

    trades: tuple[TradeBody, ...]
    cursor: str = ""


class ShardStatus(msgspec.Struct, frozen=True):
    """Whether one shard of the exchange works."""

    exchange_index: int
    exchange_active: bool
    trading_active: bool


class ExchangeStatus(msgspec.Struct, frozen=True):
    """Whether the exchange works; ``exchange_index_statuses`` tells it by shard."""

    exchange_active: bool
    trading_active: bool
    exchange_index_statuses: tuple[ShardStatus, ...] = ()


def trading_status(status: ExchangeStatus, at: Nanos) -> TradingStatus:
    """Return what the status says of orders: a shard takes them while the exchange and trading are active there."""
    shards = tuple(
        (one.exchange_index, one.exchange_active and one.trading_active) for one in status.exchange_index_statuses
    )
    return TradingStatus(at=at, trading=status.exchange_active and status.trading_active, shards=shards)


class ListedEvent(_Event, frozen=True):
    """An event of a listing with its markets still unread, so that one bad market spoils no other."""

    markets: tuple[msgspec.Raw, ...] = ()


class MilestoneBody(msgspec.Struct, frozen=True):
    """What the world waits for in some events: its kind (``type``), name and date."""

    id: str
    type: str
    title: str
    start_date: Nanos
    primary_event_tickers: tuple[str, ...] | None = None
    related_event_tickers: tuple[str, ...] | None = None

    @property
    def events(self) -> list[str]:
        """All events that it bears on."""
        return sorted({*(self.primary_event_tickers or ()), *(self.related_event_tickers or ())})


class EventListing(msgspec.Struct, frozen=True):
    """A page of events and of their milestones, each still unread."""

    events: tuple[msgspec.Raw, ...]
    milestones: tuple[msgspec.Raw, ...] | None = None


class SeriesListing(msgspec.Struct, frozen=True):
    """The list of all series, each still unread."""

    series: tuple[msgspec.Raw, ...]


class _Cursor(msgspec.Struct):
    cursor: str = ""


class _SeriesReply(msgspec.Struct):
    series: SeriesBody


class _EventReply(msgspec.Struct):
    event: EventBody


class _MarketReply(msgspec.Struct):
    market: MarketBody


class _BooksReply(msgspec.Struct):
    orderbooks: tuple[BookReply, ...]


parse_series: Strict[_SeriesReply] = Strict(_SeriesReply, f"{SOURCE} series")
parse_event: Strict[_EventReply] = Strict(_EventReply, f"{SOURCE} event")
parse_events: Strict[EventsPage] = Strict(EventsPage, f"{SOURCE} events")
parse_listing: Strict[EventListing] = Strict(EventListing, f"{SOURCE} events")
parse_listed_event: Strict[ListedEvent] = Strict(ListedEvent, f"{SOURCE} event object")
parse_milestone_object: Strict[MilestoneBody] = Strict(MilestoneBody, f"{SOURCE} milestone object")
parse_series_listing: Strict[SeriesListing] = Strict(SeriesListing, f"{SOURCE} series list")
parse_series_object: Strict[SeriesBody] = Strict(SeriesBody, f"{SOURCE} series object")
parse_cursor: Strict[_Cursor] = Strict(_Cursor, f"{SOURCE} page")
parse_market: Strict[_MarketReply] = Strict(_MarketReply, f"{SOURCE} market")
parse_markets: Strict[MarketsPage] = Strict(MarketsPage, f"{SOURCE} markets")
parse_market_object: Strict[MarketBody] = Strict(MarketBody, f"{SOURCE} market object")
parse_book: Strict[BookReply] = Strict(BookReply, f"{SOURCE} orderbook")
parse_books: Strict[_BooksReply] = Strict(_BooksReply, f"{SOURCE} orderbooks")
parse_trades: Strict[TradesPage] = Strict(TradesPage, f"{SOURCE} trades")
parse_status: Strict[ExchangeStatus] = Strict(ExchangeStatus, f"{SOURCE} status")


def fee_schedule(series: SeriesBody, event: EventBody | ListedEvent | None = None) -> FeeSchedule:
    """Return the fee in force: the event's overrides win field by field over the series."""
    kind, multiplier = series.fee_type, series.fee_multiplier
    if event is not None:
        kind = kind if event.fee_type_override is None else event.fee_type_override
        multiplier = multiplier if event.fee_multiplier_override is None else event.fee_multiplier_override
    return FeeSchedule(fee_type=kind, multiplier_e4=int(multiplier))


def market_from(
    body: MarketBody, *, series_ticker: str, fee: FeeSchedule | None, category: str | None, exclusive: bool | None
) -> Market:
    """Join a market with what its series and event say of it; a fee of None means unknown, so not traded.

    ``exclusive`` is whether its event's outcomes exclude each other, None where the event is not known.
    """
    if fee is not None:
        fee = msgspec.structs.replace(fee, waived_until=body.fee_waiver_expiration_time)
    return Market(
        ticker=body.ticker, event_ticker=body.event_ticker, series_ticker=series_ticker,
        title=body.title or body.yes_sub_title, category=category, status=body.status,
        open_time=body.open_time, close_time=body.close_time,
        strike_type=body.strike_type, floor_strike=body.floor_strike, cap_strike=body.cap_strike,
        custom_strike=strike_texts(body.custom_strike or {}),
        rules_primary=body.rules_primary, rules_secondary=body.rules_secondary, price_ranges=body.price_ranges,
        fee=fee, exchange_index=body.exchange_index, settlement_timer_s=body.settlement_timer_seconds,
        result=body.result, settlement_value=body.settlement_value_dollars, expiration_value=body.expiration_value,
        exclusive=exclusive,
    )  # fmt: skip


def strike_texts(custom: dict[str, Any]) -> dict[str, str]:
    """Return a custom strike with every value as text."""
    return {
        name: str(value) if isinstance(value, str) else msgspec.json.encode(value).decode()
        for name, value in custom.items()
    }
