"""How a crypto market ends on the venue: the mean of sixty index prints against its strike, exactly.

The venue reads its own market, not the desk's understanding of it, so that a desk that misreads a rule is found out.
"""

from __future__ import annotations

from fractions import Fraction

import msgspec

from kalshi_desk.domain.market import Market
from kalshi_desk.domain.units import PAYOUT, IndexPrice, Price

PRINTS = 60


class Result(msgspec.Struct, frozen=True):
    """``result`` yes or no, what one YES pays, and the mean that decided, as the venue prints it."""

    result: str
    value: Price
    expiration_value: str


def result_of(market: Market, total: int) -> Result:
    """Return the result of a market from the sum of its sixty prints (unit $0.00000001).

    The mean is rounded where the market's ``round_digits`` says so, halves up (the venue does not document them).
    Raises ValueError for a strike type that it does not know or a strike that is missing.
    """
    digits = market.custom_strike.get("round_digits")
    mean = Fraction(total, PRINTS) if digits is None else rounded(Fraction(total, PRINTS), int(digits))
    yes = _is_yes(market, mean)
    text = str(IndexPrice(round(mean)))
    shown = text if digits is None else text[: len(text) - IndexPrice.DECIMALS + int(digits)].rstrip(".")
    return Result("yes" if yes else "no", PAYOUT if yes else Price(0), shown)


def rounded(mean: Fraction, digits: int) -> Fraction:
    """Return a mean of index prices rounded to ``digits`` decimals of a dollar, halves up."""
    unit = 10 ** (IndexPrice.DECIMALS - digits)
    return Fraction((2 * mean + unit) // (2 * unit) * unit)


def _is_yes(market: Market, mean: Fraction) -> bool:
    if market.floor_strike is None or market.strike_type not in ("greater_or_equal", "greater"):
        raise ValueError(f"{market.ticker}: no rule for {market.strike_type} than {market.floor_strike}")
    return mean >= market.floor_strike if market.strike_type == "greater_or_equal" else mean > market.floor_strike
