"""Whose result it is: the account's realised and open result and its fees, split by strategy and by category.

A market's trades net in one book, whoever made them. What a strategy's own trades brought is the cash of its trades and
its part of what is held, valued like all of it; so the parts of a market add up to it to the micro-dollar.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence

import msgspec

from kalshi_desk.domain.position import Holding, payout
from kalshi_desk.domain.units import PAYOUT, Cash, Count, Price


class Traded(msgspec.Struct, frozen=True, kw_only=True):
    """All trades of a strategy in a market: ``count`` + YES, - NO; ``cash`` of them, a sold YES as if it were owned."""

    strategy: str
    count: Count
    cash: Cash
    fees: Cash


class MarketBook(msgspec.Struct, frozen=True, kw_only=True):
    """A market's net holding from fills, ``last`` the price of the latest, ``trades`` whose they are.

    ``value`` is what settlement paid per YES, None before; ``sold_now`` what the holding brings at the bid less fee.
    """

    ticker: str
    category: str
    holding: Holding
    last: Price
    trades: tuple[Traded, ...]
    value: Price | None = None
    sold_now: Cash | None = None


class Part(msgspec.Struct, frozen=True, kw_only=True):
    """A part of the account's result: ``unrealized`` at the bid less fee, or 0 where there is none; fees apart."""

    strategy: str
    category: str
    realized: Cash
    unrealized: Cash
    fees: Cash

    @property
    def net(self) -> Cash:
        """All of it after fees."""
        return Cash(self.realized + self.unrealized - self.fees)


def parts_of(books: Iterable[MarketBook]) -> list[Part]:
    """Return the account's result by strategy and category, in their order; flat and untraded ones are left out."""
    found: dict[tuple[str, str], list[Part]] = defaultdict(list)
    for book in books:
        for part in split(book):
            found[part.strategy, part.category].append(part)
    return [total(parts, strategy=key[0], category=key[1]) for key, parts in sorted(found.items())]


def by_strategy_and_category(parts: Sequence[Part]) -> tuple[dict[str, Part], dict[str, Part]]:
    """Return the parts added up by their strategy, and by their category, each in order of the names."""
    return _by(parts, lambda part: part.strategy), _by(parts, lambda part: part.category)


def _by(parts: Sequence[Part], name: Callable[[Part], str]) -> dict[str, Part]:
    found: dict[str, list[Part]] = defaultdict(list)
    for part in parts:
        found[name(part)].append(part)
    return {key: total(same) for key, same in sorted(found.items())}


def total(parts: Sequence[Part], *, strategy: str = "", category: str = "") -> Part:
    """Return the sum of parts under a name."""
    return Part(
        strategy=strategy,
        category=category,
        realized=Cash(sum(part.realized for part in parts)),
        unrealized=Cash(sum(part.unrealized for part in parts)),
        fees=Cash(sum(part.fees for part in parts)),
    )


def split(book: MarketBook) -> list[Part]:
    """Return a market's result by strategy."""
    held = book.holding
    worth = _worth(book)
    open_ = Cash(0) if book.value is not None else Cash(worth - held.cost)
    owned = Cash(worth - max(0, -held.count) * PAYOUT)
    counts = [trade.count for trade in book.trades]
    gains = _shared(open_, counts, held.count, apiece=0)
    values = _shared(owned, counts, held.count, apiece=book.last)
    return [
        Part(
            strategy=trade.strategy,
            category=book.category,
            realized=Cash(trade.cash + value - gain),
            unrealized=gain,
            fees=trade.fees,
        )
        for trade, value, gain in zip(book.trades, values, gains, strict=True)
    ]


def _worth(book: MarketBook) -> Cash:
    """Return what the holding paid or would bring; its cost where nobody can tell."""
    if book.value is not None:
        return payout(book.holding.count, book.value)
    return book.holding.cost if book.sold_now is None else book.sold_now


def _shared(amount: Cash, counts: Sequence[Count], net: Count, *, apiece: int) -> list[Cash]:
    """Return an amount by counts that net to ``net``, the rest of rounding with the last; by ``apiece`` where flat."""
    shares = [Cash(amount * count // net if net else apiece * count) for count in counts]
    return [*shares[:-1], Cash(amount - sum(shares[:-1]))]
