"""Orders: which side of the book, which prices are legal, and the states they pass through.

Events and fills may come twice and out of order: each state ranks above those before it, and what ranks lower than the
state already known changes nothing but the count filled.
"""

from __future__ import annotations

from collections.abc import Sequence
from enum import StrEnum
from math import ceil, floor

import msgspec

from kalshi_desk.domain.ledger import Fill, OrderEvent
from kalshi_desk.domain.market import BookSide, Outcome, PriceRange
from kalshi_desk.domain.units import PAYOUT, Count, Price
from kalshi_desk.errors import LedgerError, ParseError


class OrderState(StrEnum):
    """``pending`` is committed and not sent; ``unknown`` was sent and nobody told us the outcome."""

    PENDING = "pending"
    SENT = "sent"
    UNKNOWN = "unknown"
    RESTING = "resting"
    FILLED = "filled"
    CANCELED = "canceled"
    EXPIRED = "expired"
    REJECTED = "rejected"

    @property
    def final(self) -> bool:
        """Whether nothing but late fills can follow."""
        return _RANK[self] == _FINAL


_FINAL = 4
_RANK = {
    OrderState.PENDING: 0,
    OrderState.SENT: 1,
    OrderState.UNKNOWN: 2,
    OrderState.RESTING: 3,
    OrderState.FILLED: _FINAL,
    OrderState.CANCELED: _FINAL,
    OrderState.EXPIRED: _FINAL,
    OrderState.REJECTED: _FINAL,
}


class OrderProgress(msgspec.Struct, frozen=True, kw_only=True):
    """How far an order of ``count`` contracts has come.

    ``reported`` is the count filled that its events tell, ``counted`` that of the fills seen; they meet in the end.
    """

    count: Count
    state: OrderState = OrderState.PENDING
    venue_order_id: str | None = None
    reported: Count = Count(0)
    counted: Count = Count(0)
    fill_ids: frozenset[str] = frozenset()

    @property
    def filled(self) -> Count:
        """The contracts known to be filled, by whichever source is ahead."""
        return max(self.reported, self.counted)

    @property
    def remaining(self) -> Count:
        """The contracts that may still trade."""
        return Count(0) if self.state.final else Count(self.count - self.filled)

    @property
    def missing(self) -> Count:
        """The contracts whose fills are still to be fetched."""
        return Count(max(0, self.reported - self.counted))


def on_event(progress: OrderProgress, event: OrderEvent) -> OrderProgress:
    """Return the progress after an event; old and repeated ones change nothing.

    Raises ParseError for an unknown event and LedgerError if it contradicts what is known.
    """
    try:
        state = OrderState(event.event)
    except ValueError:
        raise ParseError("order event", "unknown event", event.event) from None
    advanced = msgspec.structs.replace(
        progress,
        state=state if _RANK[state] > _RANK[progress.state] else progress.state,
        venue_order_id=progress.venue_order_id or event.venue_order_id,
        reported=max(progress.reported, event.filled),
    )
    return _checked(advanced, event.client_order_id)


def on_fill(progress: OrderProgress, fill: Fill) -> OrderProgress:
    """Return the progress after a fill; one already seen changes nothing.

    Raises LedgerError if more is filled than was ordered, or a rejected order is.
    """
    if fill.fill_id in progress.fill_ids:
        return progress
    advanced = msgspec.structs.replace(
        progress,
        venue_order_id=progress.venue_order_id or fill.venue_order_id,
        counted=Count(progress.counted + fill.count),
        fill_ids=progress.fill_ids | {fill.fill_id},
    )
    return _checked(advanced, fill.client_order_id)


def _checked(progress: OrderProgress, order: str | None) -> OrderProgress:
    if progress.filled > progress.count:
        raise LedgerError(f"order {order}: filled {progress.filled} of {progress.count}")
    if progress.filled and progress.state is OrderState.REJECTED:
        raise LedgerError(f"order {order}: rejected, yet filled {progress.filled}")
    if progress.filled == progress.count:
        return msgspec.structs.replace(progress, state=OrderState.FILLED)
    return progress


def book_side(outcome: Outcome, action: str) -> BookSide:
    """Return the side of the YES book on which an ``enter`` (buy) or ``exit`` (sell) of an outcome stands.

    Raises ParseError for any other action.
    """
    if action not in ("enter", "exit"):
        raise ParseError("order", "unknown action", action)
    return BookSide.BID if (outcome is Outcome.YES) == (action == "enter") else BookSide.ASK


def on_grid(ranges: Sequence[PriceRange], price: Price) -> bool:
    """Tell whether an order may carry this price: on a step of its band, above 0 and below 1."""
    return 0 < price < PAYOUT and any(
        band.start <= price <= band.end and (price - band.start) % band.step == 0 for band in ranges
    )


def price_floor(ranges: Sequence[PriceRange], price: Price) -> Price | None:
    """Return the highest legal price at or below ``price``; None if there is none."""
    below = (_last_step(band, price) for band in ranges if band.start <= price)
    return max((step for step in below if 0 < step < PAYOUT), default=None)


def price_ceil(ranges: Sequence[PriceRange], price: Price) -> Price | None:
    """Return the lowest legal price at or above ``price``; None if there is none."""
    above = ((_first_step(band, price), band.end) for band in ranges if price <= band.end)
    return min((step for step, end in above if 0 < step <= min(end, PAYOUT - 1)), default=None)


def _last_step(band: PriceRange, price: Price) -> Price:
    top = min(price, band.end, Price(PAYOUT - 1))
    return Price(band.start + (top - band.start) // band.step * band.step)


def _first_step(band: PriceRange, price: Price) -> Price:
    bottom = max(price, band.start, Price(1))
    return Price(band.start - (band.start - bottom) // band.step * band.step)


def price_below(dollars: float) -> Price:
    """Return the highest price not above a number from model space."""
    return Price(floor(dollars * PAYOUT))


def price_above(dollars: float) -> Price:
    """Return the lowest price not below a number from model space."""
    return Price(ceil(dollars * PAYOUT))
