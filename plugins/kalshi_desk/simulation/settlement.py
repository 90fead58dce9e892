"""How a crypto market ends: the mean of sixty index prints against its rule, exactly."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction

import msgspec

from kalshi_desk.domain.crypto.contract import Rule
from kalshi_desk.domain.units import PAYOUT, IndexPrice, Price

PRINTS = 60


class Result(msgspec.Struct, frozen=True):
    """``result`` yes or no, what one YES pays, and the mean that decided (as the venue prints it)."""

    result: str
    value: Price
    expiration_value: str


def result_of(rule: Rule, prints: Sequence[IndexPrice]) -> Result:
    """Return the result of a market from the sixty prints of its last minute; raises ValueError for another number.

    Where the rule rounds the mean, half a unit goes up: the venue does not document it.
    """
    if len(prints) != PRINTS:
        raise ValueError(f"{rule.ticker}: {len(prints)} prints instead of {PRINTS}")
    mean = rounded(Fraction(sum(prints), PRINTS), rule.digits)
    yes = _above(mean, rule) and (rule.high is None or mean <= rule.high)
    return Result("yes" if yes else "no", PAYOUT if yes else Price(0), _shown(mean, rule.digits))


def rounded(mean: Fraction, digits: int | None) -> Fraction:
    """Return a mean of index prices (unit $0.00000001) rounded to ``digits`` decimals, halves up; None: as it is."""
    if digits is None:
        return mean
    unit = 10 ** (IndexPrice.DECIMALS - digits)
    return Fraction((2 * mean + unit) // (2 * unit) * unit)


def _above(mean: Fraction, rule: Rule) -> bool:
    if rule.low is None:
        return True
    return mean >= rule.low if rule.inclusive else mean > rule.low


def _shown(mean: Fraction, digits: int | None) -> str:
    text = str(IndexPrice(round(mean)))
    return text if digits is None else text[: len(text) - IndexPrice.DECIMALS + digits].rstrip(".")
