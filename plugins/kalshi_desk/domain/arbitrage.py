"""Prices of one event that contradict each other, and what taking them would earn after exact fees.

Three checks, each a set of purchases whose payout has a floor whatever happens:

monotonicity     of two thresholds the easier one must not cost less: buy YES of the easier, NO of the harder; pays >= 1
bids_over_one    of outcomes that exclude each other at most one comes: buy NO of n of them; pays >= n - 1
asks_under_one   where the outcomes also leave no gap, exactly one comes: buy YES of all; pays 1
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from kalshi_desk.domain.fees import Role, expected_fee, fee_known, in_force
from kalshi_desk.domain.market import FeeSchedule, Market, Quote
from kalshi_desk.domain.units import CONTRACT, PAYOUT, Cash, Count, IndexPrice, Nanos, Price, cash_of

ABOVE = frozenset({"greater", "greater_or_equal"})
BELOW = frozenset({"less", "less_or_equal"})
BAND_GAP = IndexPrice.parse("1")


@dataclass(frozen=True)
class Leg:
    """One market of an event with its quote; sizes 0 where they are not known."""

    market: Market
    quote: Quote


@dataclass(frozen=True)
class Violation:
    """Purchases that cannot lose before fees: ``gross`` per ``count`` contracts of each leg, ``fees`` of all legs."""

    kind: str
    tickers: tuple[str, ...]
    count: Count
    gross: Cash
    fees: Cash

    @property
    def net(self) -> Cash:
        """What remains after fees; negative where they cost more than the contradiction brings."""
        return Cash(self.gross - self.fees)


@dataclass(frozen=True)
class _Purchase:
    ticker: str
    price: Price
    shown: Count
    fee: FeeSchedule


def contradictions(legs: Sequence[Leg], *, exclusive: bool, at: Nanos) -> list[Violation]:
    """Return what the quotes of one event contradict; legs without a known fee or the price needed take no part.

    exclusive: whether the venue says that at most one market of the event resolves YES.
    """
    usable = [leg for leg in legs if fee_known(leg.market.fee)]
    found = [*_out_of_order(usable, at), *(_sums(legs, usable, at) if exclusive else ())]
    return [violation for violation in found if violation.gross > 0]


def _out_of_order(legs: Iterable[Leg], at: Nanos) -> Iterator[Violation]:
    """Compare each threshold's bid with the lowest ask among the easier ones."""
    for kinds, ascending in ((ABOVE, True), (BELOW, False)):
        easier: _Purchase | None = None
        for leg in _by_threshold(legs, kinds, ascending=ascending):
            harder = _no(leg, at)
            if easier is not None and harder is not None:
                yield _violation("monotonicity", (easier, harder), payout=1)
            bought = _yes(leg, at)
            if bought is not None and (easier is None or bought.price < easier.price):
                easier = bought


def _by_threshold(legs: Iterable[Leg], kinds: frozenset[str], *, ascending: bool) -> list[Leg]:
    """Return the thresholds of a kind, the easiest first; equal thresholds (> and >=) are left to the first of them."""
    found: dict[IndexPrice, Leg] = {}
    for leg in legs:
        strike = leg.market.floor_strike if ascending else leg.market.cap_strike
        if leg.market.strike_type in kinds and strike is not None:
            found.setdefault(strike, leg)
    return [found[strike] for strike in sorted(found, reverse=not ascending)]


def _sums(legs: Sequence[Leg], usable: Sequence[Leg], at: Nanos) -> Iterator[Violation]:
    sold = [purchase for leg in usable if (purchase := _no(leg, at)) is not None]
    if len(sold) > 1:
        yield _violation("bids_over_one", sold, payout=len(sold) - 1)
    bought = [purchase for leg in usable if (purchase := _yes(leg, at)) is not None]
    if len(bought) == len(legs) > 1 and exhaustive([leg.market for leg in legs]):
        yield _violation("asks_under_one", bought, payout=1)


def exhaustive(markets: Sequence[Market]) -> bool:
    """Tell whether bands leave no gap: a tail on either side, and each band begins where the one below ends.

    Bands of rounded values end short of the next by less than ``BAND_GAP`` (50,799.99 and 50,800).
    """
    low = [m.cap_strike for m in markets if m.strike_type in BELOW]
    high = [m.floor_strike for m in markets if m.strike_type in ABOVE]
    bands = sorted((m.floor_strike, m.cap_strike) for m in markets if m.strike_type == "between" and _closed(m))
    if len(low) != 1 or len(high) != 1 or len(bands) != len(markets) - 2 or low[0] is None or high[0] is None:
        return False
    ends = [low[0], *(cap for _, cap in bands)]
    begins = [*(floor for floor, _ in bands), high[0]]
    return all(
        end is not None and begin is not None and -BAND_GAP < begin - end < BAND_GAP
        for end, begin in zip(ends, begins, strict=True)
    )


def _closed(market: Market) -> bool:
    return market.floor_strike is not None and market.cap_strike is not None


def _yes(leg: Leg, at: Nanos) -> _Purchase | None:
    if leg.quote.ask is None or leg.market.fee is None:
        return None
    return _Purchase(leg.market.ticker, leg.quote.ask, leg.quote.ask_count, in_force(leg.market.fee, at))


def _no(leg: Leg, at: Nanos) -> _Purchase | None:
    if leg.quote.bid is None or leg.market.fee is None:
        return None
    return _Purchase(leg.market.ticker, leg.quote.bid.complement, leg.quote.bid_count, in_force(leg.market.fee, at))


def _violation(kind: str, purchases: Sequence[_Purchase], *, payout: int) -> Violation:
    """Price the purchases at the size that all of them show, at one contract where that is less or not known."""
    count = max(CONTRACT, min(purchase.shown for purchase in purchases))
    paid = sum(cash_of(purchase.price, count) for purchase in purchases)
    fees = sum(expected_fee(purchase.fee, role=Role.TAKER, price=purchase.price, count=count) for purchase in purchases)
    gross = Cash(cash_of(PAYOUT, Count(count * payout)) - paid)
    return Violation(kind, tuple(purchase.ticker for purchase in purchases), count, gross, Cash(fees))
