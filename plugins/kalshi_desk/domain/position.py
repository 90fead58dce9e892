"""Positions: what fills and settlements make of them, exactly.

Opposite fills net: buying NO against a held YES closes it, for a matched pair pays $1. Fees are kept apart from cost
and realized P&L. For any order of fills: cash received = realized - cost, to the micro-dollar.
"""

from __future__ import annotations

import msgspec

from kalshi_desk.domain.ledger import Fill, Position, Settlement
from kalshi_desk.domain.market import BookSide
from kalshi_desk.domain.order import book_side
from kalshi_desk.domain.units import PAYOUT, Cash, Count, Nanos, Price


class Holding(msgspec.Struct, frozen=True, kw_only=True):
    """The net holding in one market: ``count`` + YES, - NO; ``cost`` paid for what is held, never negative."""

    count: Count = Count(0)
    cost: Cash = Cash(0)
    fees: Cash = Cash(0)
    realized: Cash = Cash(0)


FLAT = Holding()


def closing_count(held: Count, side: BookSide, count: Count) -> Count:
    """Return how much of an order's ``count`` reduces the position; the rest would open."""
    opposite = -held if side is BookSide.BID else held
    return Count(max(0, min(opposite, count)))


def fill_revenue(held: Count, side: BookSide, price: Price, count: Count) -> Cash:
    """Return the cash that a fill moves before fees, netted with the position: negative for what it buys."""
    closes = closing_count(held, side, count)
    bought, sold = (price, price.complement) if side is BookSide.BID else (price.complement, price)
    return Cash(sold * closes - bought * (count - closes))


def with_fill(holding: Holding, *, side: BookSide, price: Price, count: Count, fee: Cash) -> Holding:
    """Return the holding after a fill at ``price`` (YES terms).

    Closing a part takes its share of the cost, rounded up, so that rounding never flatters the result.
    """
    closes = closing_count(holding.count, side, count)
    bought, sold = (price, price.complement) if side is BookSide.BID else (price.complement, price)
    share = Cash(-(-holding.cost * closes // abs(holding.count))) if closes else Cash(0)
    return Holding(
        count=Count(holding.count + (count if side is BookSide.BID else -count)),
        cost=Cash(holding.cost - share + bought * (count - closes)),
        fees=Cash(holding.fees + fee),
        realized=Cash(holding.realized + sold * closes - share),
    )


def payout(held: Count, value: Price) -> Cash:
    """Return what a settlement pays: ``value`` per YES, the rest of $1 per NO."""
    return Cash(value * held if held >= 0 else -held * (PAYOUT - value))


class Positions:
    """The positions of accounts, built from fills and settlements; each fill counts once, however often it comes.

    Keyed by (account, ticker, owner). A fill is the same if its ``fill_id`` and ``venue_order_id`` are.
    """

    def __init__(self) -> None:
        self._holdings: dict[tuple[str, str, str], Holding] = {}
        self._seen: set[tuple[str, str]] = set()

    def take(self, fill: Fill) -> Position | None:
        """Return the position after a fill; None if the fill was counted before."""
        if (fill.fill_id, fill.venue_order_id) in self._seen:
            return None
        self._seen.add((fill.fill_id, fill.venue_order_id))
        key = (fill.account, fill.ticker, fill.owner)
        holding = with_fill(
            self.holding(*key),
            side=book_side(fill.outcome, fill.action),
            price=fill.price,
            count=fill.count,
            fee=fill.fee,
        )
        self._holdings[key] = holding
        return _position(fill.at, key, holding)

    def settle(self, settlement: Settlement) -> list[Position]:
        """Close every owner's position of a settled market and return what became of each."""
        found = [key for key in self._holdings if key[:2] == (settlement.account, settlement.ticker)]
        for key in found:
            self._holdings[key] = settled(self._holdings[key], settlement.value)
        return [_position(settlement.at, key, self._holdings[key]) for key in found]

    def holding(self, account: str, ticker: str, owner: str) -> Holding:
        """Return what is held; FLAT if nothing ever was."""
        return self._holdings.get((account, ticker, owner), FLAT)

    def all(self, at: Nanos) -> list[Position]:
        """Return every position ever held, flat ones included, in the order of first fills."""
        return [_position(at, key, holding) for key, holding in self._holdings.items()]


def settled(holding: Holding, value: Price) -> Holding:
    """Return the holding after its market paid ``value`` per YES: flat, its result realized."""
    gain = payout(holding.count, value) - holding.cost
    return Holding(fees=holding.fees, realized=Cash(holding.realized + gain))


def settlement_pnl(holding: Holding, value: Price) -> Cash:
    """Return all that a market brought by its end: realized before, payout less cost, all its fees off."""
    return Cash(holding.realized + payout(holding.count, value) - holding.cost - holding.fees)


def _position(at: Nanos, key: tuple[str, str, str], holding: Holding) -> Position:
    account, ticker, owner = key
    return Position(
        at=at,
        account=account,
        ticker=ticker,
        owner=owner,
        count=holding.count,
        cost=holding.cost,
        fees=holding.fees,
        realized=holding.realized,
    )
