"""Bodies of Kalshi's portfolio REST: orders, fills, positions, balance, settlements, limits.

Source: docs.kalshi.com, portfolio. A missing field is a ParseError.
"""

from __future__ import annotations

import msgspec

from kalshi_desk.domain.market import BookSide, Outcome
from kalshi_desk.domain.units import NANOS, Cash, Count, Nanos, Price
from kalshi_desk.wire.decode import Strict

SOURCE = "kalshi rest"


class OrderBody(msgspec.Struct, frozen=True):
    """An order as the venue knows it; status resting, canceled or executed."""

    order_id: str
    client_order_id: str
    ticker: str
    outcome_side: Outcome
    book_side: BookSide
    status: str
    yes_price_dollars: Price
    fill_count_fp: Count
    remaining_count_fp: Count
    initial_count_fp: Count
    taker_fees_dollars: Cash
    maker_fees_dollars: Cash
    created_time: Nanos | None = None
    last_update_time: Nanos | None = None
    expiration_time: Nanos | None = None
    exchange_index: int = 0


class FillBody(msgspec.Struct, frozen=True):
    """A trade of ours; join to the order by ``order_id``. The venue may leave one of its two times out."""

    fill_id: str
    order_id: str
    ticker: str
    outcome_side: Outcome
    book_side: BookSide
    count_fp: Count
    yes_price_dollars: Price
    is_taker: bool
    fee_cost: Cash
    created_time: Nanos | None = None
    ts: int | None = None

    def __post_init__(self) -> None:
        if self.created_time is None and self.ts is None:
            raise ValueError("a fill with neither created_time nor ts")

    @property
    def occurred_at(self) -> Nanos:
        """When it was made, to the second where only ``ts`` is told."""
        return Nanos((self.ts or 0) * NANOS) if self.created_time is None else self.created_time


class PositionBody(msgspec.Struct, frozen=True):
    """A net position, + YES, - NO."""

    ticker: str
    position_fp: Count
    market_exposure_dollars: Cash
    realized_pnl_dollars: Cash
    fees_paid_dollars: Cash
    exchange_index: int = 0


class ShardBalance(msgspec.Struct, frozen=True):
    """Free cash on one shard."""

    exchange_index: int
    balance: Cash


class BalanceBody(msgspec.Struct, frozen=True):
    """Free cash over all shards, and by shard where told."""

    balance_dollars: Cash
    balance_breakdown: tuple[ShardBalance, ...] = ()


class SettlementBody(msgspec.Struct, frozen=True):
    """The end of a position; ``revenue`` and ``value`` are whole cents on the wire."""

    ticker: str
    event_ticker: str
    market_result: str
    yes_count_fp: Count
    yes_total_cost_dollars: Cash
    no_count_fp: Count
    no_total_cost_dollars: Cash
    revenue: int
    settled_time: Nanos
    fee_cost: Cash
    value: int | None = None

    @property
    def revenue_cash(self) -> Cash:
        """What was paid out."""
        return Cash(self.revenue * 10_000)


class OrdersPage(msgspec.Struct, frozen=True):
    """A page of orders."""

    orders: tuple[OrderBody, ...]
    cursor: str = ""


class FillsPage(msgspec.Struct, frozen=True):
    """A page of fills."""

    fills: tuple[FillBody, ...]
    cursor: str = ""


class PositionsPage(msgspec.Struct, frozen=True):
    """A page of positions."""

    market_positions: tuple[PositionBody, ...]
    cursor: str = ""


class SettlementsPage(msgspec.Struct, frozen=True):
    """A page of settlements."""

    settlements: tuple[SettlementBody, ...]
    cursor: str = ""


class Bucket(msgspec.Struct, frozen=True):
    """A token bucket: tokens a second, and how many it holds."""

    refill_rate: float
    bucket_capacity: float


class AccountLimits(msgspec.Struct, frozen=True):
    """What the account's tier allows."""

    usage_tier: str
    read: Bucket
    write: Bucket


class _OrderReply(msgspec.Struct):
    order: OrderBody


parse_order: Strict[_OrderReply] = Strict(_OrderReply, f"{SOURCE} order")
parse_orders: Strict[OrdersPage] = Strict(OrdersPage, f"{SOURCE} orders")
parse_fills: Strict[FillsPage] = Strict(FillsPage, f"{SOURCE} fills")
parse_positions: Strict[PositionsPage] = Strict(PositionsPage, f"{SOURCE} positions")
parse_balance: Strict[BalanceBody] = Strict(BalanceBody, f"{SOURCE} balance")
parse_settlements: Strict[SettlementsPage] = Strict(SettlementsPage, f"{SOURCE} settlements")
parse_limits: Strict[AccountLimits] = Strict(AccountLimits, f"{SOURCE} limits")
