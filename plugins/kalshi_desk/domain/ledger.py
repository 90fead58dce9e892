"""What happened with money: orders, their events, fills, settlements, positions and marks.

``price`` is always in YES terms; ``outcome`` says which side was bought or sold. ``client_order_id`` is the decision id
plus ``-n``, where n grows only after a definite reject or cancel.
"""

from __future__ import annotations

from kalshi_desk.domain.market import BookSide, Outcome
from kalshi_desk.domain.message import Message
from kalshi_desk.domain.units import Cash, Count, Nanos, Price


class Order(Message, frozen=True, kw_only=True):
    """An approved intent: what the door sends, committed before it is sent.

    ``action`` enter or exit; ``style`` take (IOC) or make/rest (post-only, resting until ``expires_at``);
    ``risk`` the worst loss that it reserves, fees in; ``cluster`` the other markets that are correlated with its own.
    """

    account: str
    ticker: str
    desk: str
    strategy: str
    decision_id: str
    client_order_id: str
    outcome: Outcome
    book_side: BookSide
    action: str
    style: str
    price: Price
    count: Count
    reduce_only: bool
    expires_at: Nanos
    risk: Cash
    exit_rule: str | None = None
    cluster: tuple[str, ...] = ()
    seen: str


class OrderEvent(Message, frozen=True, kw_only=True):
    """A step in an order's life: sent, resting, filled, canceled, expired, rejected or unknown."""

    account: str
    ticker: str
    client_order_id: str
    venue_order_id: str | None
    event: str
    filled: Count
    remaining: Count
    reason: str | None = None


class Fill(Message, frozen=True, kw_only=True):
    """One trade of ours: ``fee`` as the venue booked it; ``owner`` desk or manual."""

    occurred_at: Nanos
    account: str
    ticker: str
    fill_id: str
    venue_order_id: str
    client_order_id: str | None
    owner: str
    strategy: str | None
    outcome: Outcome
    action: str
    price: Price
    count: Count
    is_taker: bool
    fee: Cash


class Settlement(Message, frozen=True, kw_only=True):
    """The end of a market's positions: ``value`` is what one YES paid, ``count`` the signed net of all owners.

    ``revenue`` is what that count was paid at the end; cost, fees and P&L are the owners' added up.
    """

    occurred_at: Nanos
    account: str
    ticker: str
    result: str
    value: Price
    count: Count
    cost: Cash
    fees: Cash
    revenue: Cash
    pnl: Cash


class Position(Message, frozen=True, kw_only=True):
    """The net holding in one market: ``count`` + YES, - NO; ``cost`` paid for what is held, fees apart."""

    account: str
    ticker: str
    owner: str
    count: Count
    cost: Cash
    fees: Cash
    realized: Cash


class PaidIn(Message, frozen=True, kw_only=True):
    """All that was paid into an account since it opened, less what was withdrawn, as a person has accepted it."""

    account: str
    total: Cash


class Mark(Message, frozen=True, kw_only=True):
    """One position valued: ``mark`` as the breakers value it, ``sold_now`` at the bid less fee, 0 without one.

    Both are None if unknown.
    """

    account: str
    ticker: str
    count: Count
    cost: Cash
    mark: Cash | None
    sold_now: Cash | None
    p_yes: float | None


class Equity(Message, frozen=True, kw_only=True):
    """An account's worth: cash plus marks; ``peak`` its highest so far, ``today`` the UTC day's P&L, net of fees.

    Cash and peak count ``paid_in``, the account's ``PaidIn.total``; records from before it was told counted nothing.
    """

    account: str
    cash: Cash
    marks: Cash
    equity: Cash
    peak: Cash
    today: Cash
    realized: Cash
    fees: Cash
    paid_in: Cash = Cash(0)
