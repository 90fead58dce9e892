"""Money counted in the simplest way: what was paid, what came back, and what is locked by the net position."""

from __future__ import annotations

from collections.abc import Iterable
from fractions import Fraction

from kalshi_desk.domain.market import BookSide
from kalshi_desk.domain.units import PAYOUT

Traded = tuple[BookSide, int, int, int]  # side, YES price, count, fee


def net_count(fills: Iterable[Traded]) -> int:
    """Return the net YES contracts of fills."""
    return sum(count if side is BookSide.BID else -count for side, _, count, _ in fills)


def cash_of_fills(fills: Iterable[Traded]) -> int:
    """Return the cash that fills in one market moved, fees off, for they net: each NO held locks $1 less its price."""
    every = list(fills)
    moved = sum(price * (-count if side is BookSide.BID else count) - fee for side, price, count, fee in every)
    return moved - PAYOUT * max(0, -net_count(every))


def paid_out(fills: Iterable[Traded], value: int) -> int:
    """Return what the end of a market pays for the net position."""
    net = net_count(fills)
    return value * net if net >= 0 else (PAYOUT - value) * -net


def cost_of_held(fills: Iterable[Traded]) -> Fraction:
    """Return what the net position cost at mean prices, with the fees since nothing was held or the other side was."""
    net, cost, fees = 0, Fraction(0), 0
    for side, price, count, fee in fills:
        signed = count if side is BookSide.BID else -count
        fees = fee if (net + signed) * net <= 0 else fees + fee
        closes = min(count, abs(net)) if net * signed < 0 else 0
        cost -= cost * closes / abs(net) if closes else 0
        cost += (price if signed > 0 else PAYOUT - price) * (count - closes)
        net += signed
    return cost + fees if net else Fraction(0)
