"""What the matching core trades: orders of accounts, their executions, and what becomes of an arrival.

Prices are YES prices.
"""

from __future__ import annotations

from enum import StrEnum

import msgspec

from kalshi_desk.domain.fees import Accumulator
from kalshi_desk.domain.market import BookSide, Outcome
from kalshi_desk.domain.units import Cash, Count, Nanos, Price


class TimeInForce(StrEnum):
    """How long an order may wait, in the venue's words."""

    GTC = "good_till_canceled"
    IOC = "immediate_or_cancel"
    FOK = "fill_or_kill"


class SelfTrade(StrEnum):
    """Who gives way when an account meets itself: the arriving order, or the resting one."""

    TAKER = "taker_at_cross"
    MAKER = "maker"


class SimState(StrEnum):
    """State of an order in the venue's words; a rejected order never became one."""

    RESTING = "resting"
    EXECUTED = "executed"
    CANCELED = "canceled"
    REJECTED = "rejected"


class SimOrder(msgspec.Struct, kw_only=True):
    """An order as the venue knows it; changed in place by the matcher and the account that hold it.

    ``rank`` is its place in the queue of arrivals; costs and fees are sums over its fills.
    """

    order_id: str
    account: str
    ticker: str
    side: BookSide
    price: Price
    count: Count
    time_in_force: TimeInForce
    self_trade: SelfTrade
    created_at: Nanos
    client_order_id: str | None = None
    post_only: bool = False
    reduce_only: bool = False
    cancel_on_pause: bool = False
    expires_at: Nanos | None = None
    state: SimState = SimState.RESTING
    reason: str | None = None
    updated_at: Nanos = Nanos(0)
    rank: int = 0
    filled: Count = Count(0)
    accumulator: Accumulator = Accumulator()
    taker_cost: Cash = Cash(0)
    maker_cost: Cash = Cash(0)
    taker_fees: Cash = Cash(0)
    maker_fees: Cash = Cash(0)

    @property
    def remaining(self) -> Count:
        """The contracts that still rest; 0 once the order is done."""
        return Count(self.count - self.filled) if self.state is SimState.RESTING else Count(0)


class Execution(msgspec.Struct, frozen=True, kw_only=True):
    """One fill of one order; the two orders of a trade between accounts share its ``trade`` number."""

    at: Nanos
    trade: int
    order: SimOrder
    price: Price
    count: Count
    is_taker: bool


class Placed(msgspec.Struct, frozen=True, kw_only=True):
    """What became of an order placed or amended.

    ``reason`` is the venue's error code of a rejected order, ``details`` its text; ``canceled`` holds resting orders of
    the same account that gave way.
    """

    order: SimOrder
    executions: tuple[Execution, ...] = ()
    canceled: tuple[SimOrder, ...] = ()
    reason: str | None = None
    details: str = ""

    @property
    def state(self) -> SimState:
        return self.order.state if self.reason is None else SimState.REJECTED

    @property
    def remaining(self) -> Count:
        return self.order.remaining if self.reason is None else Count(0)


class Taken(msgspec.Struct, frozen=True):
    """Contracts of an external level that accounts took: the bid of ``outcome`` at its ``price``."""

    outcome: Outcome
    price: Price
    count: Count


class MatcherState(msgspec.Struct, frozen=True, kw_only=True):
    """What a matcher remembers besides its resting orders and the external book."""

    ticker: str
    is_open: bool
    trades: int
    arrivals: int
    taken: tuple[Taken, ...]
