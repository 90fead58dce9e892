"""Series, markets and their outcomes as the venue defines them.

Prices are YES prices; a NO price q is ``Price(q).complement``. Strikes are index prices.
"""

from __future__ import annotations

from enum import StrEnum

import msgspec

from kalshi_desk.domain.units import Count, IndexPrice, Nanos, Price

UNCATEGORISED = "none"  # the category of a market that has none


class Outcome(StrEnum):
    """What we want to happen."""

    YES = "yes"
    NO = "no"

    @property
    def other(self) -> Outcome:
        return Outcome.NO if self is Outcome.YES else Outcome.YES


class BookSide(StrEnum):
    """The side of the one YES book: buying YES or selling NO is BID, buying NO or selling YES is ASK."""

    BID = "bid"
    ASK = "ask"


class MarketStatus(StrEnum):
    """Life of a market, in the venue's own words (docs.kalshi.com, market data)."""

    INITIALIZED = "initialized"
    ACTIVE = "active"
    INACTIVE = "inactive"
    CLOSED = "closed"
    DETERMINED = "determined"
    DISPUTED = "disputed"
    AMENDED = "amended"
    FINALIZED = "finalized"


class PriceRange(msgspec.Struct, frozen=True):
    """A band of legal prices: ``start`` to ``end`` in steps of ``step``."""

    start: Price
    end: Price
    step: Price


class FeeSchedule(msgspec.Struct, frozen=True):
    """The fee in force: its type by name and its multiplier in units of 0.0001."""

    fee_type: str
    multiplier_e4: int
    waived_until: Nanos | None = None


class Market(msgspec.Struct, frozen=True, kw_only=True):
    """One binary contract. A missing strike or fee is None: the market is then not traded.

    ``exclusive``: of its event's markets at most one resolves YES; None where its event is not known.
    """

    ticker: str
    event_ticker: str
    series_ticker: str
    title: str
    category: str | None
    status: MarketStatus
    open_time: Nanos
    close_time: Nanos
    strike_type: str | None
    floor_strike: IndexPrice | None
    cap_strike: IndexPrice | None
    custom_strike: dict[str, str]
    rules_primary: str
    rules_secondary: str
    price_ranges: tuple[PriceRange, ...]
    fee: FeeSchedule | None
    exchange_index: int
    settlement_timer_s: int
    result: str = ""
    settlement_value: Price | None = None
    expiration_value: str = ""
    exclusive: bool | None = None


class Quote(msgspec.Struct, frozen=True):
    """Best bid and ask in YES terms with the contracts resting there; None where a side is empty."""

    bid: Price | None
    bid_count: Count
    ask: Price | None
    ask_count: Count
