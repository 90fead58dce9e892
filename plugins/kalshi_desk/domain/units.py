"""Exact units: each is an ``int`` with a fixed number of decimals and a decimal-string form on the wire.

Price       $0.0001 (centicent) per contract      Count     0.01 contract
Cash        $0.000001                             IndexPrice  $0.00000001 (spot, index, strike)
Quantity    0.00000001 coin                       Nanos     UTC nanoseconds since 1970

Price x Count is exact in Cash. Arithmetic gives a plain ``int``: wrap the result in the unit that it has.
"""

from __future__ import annotations

import re
from datetime import UTC, datetime
from typing import ClassVar, Self

from kalshi_desk.errors import UnitError

NANOS = 1_000_000_000
_DECIMAL = re.compile(r"(-?)(\d{1,40})(?:\.(\d{0,40}))?", re.ASCII)
_EXPONENT = re.compile(r"(-?)(\d{1,40})(?:\.(\d{0,40}))?[eE]([+-]?\d{1,2})", re.ASCII)
_ISO = re.compile(r"(\d{4}-\d\d-\d\dT\d\d:\d\d(?::\d\d)?)(?:\.(\d{1,9}))?(Z|[+-]\d\d:?\d\d)", re.ASCII)
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


class Fixed(int):
    """Base of the decimal units: an integer number of ``10**-DECIMALS``."""

    __slots__ = ()
    DECIMALS: ClassVar[int] = 0

    @classmethod
    def parse(cls, text: str) -> Self:
        """Read a decimal string exactly; raises UnitError if it is none or has too many decimals."""
        match = _DECIMAL.fullmatch(text)
        if match is None:
            return cls._parse_exponent(text)
        sign, whole, fraction = match.groups()
        return cls._of(sign, whole, fraction or "", text)

    @classmethod
    def _parse_exponent(cls, text: str) -> Self:
        match = _EXPONENT.fullmatch(text)
        if match is None:
            raise UnitError(cls.__name__, "not a decimal number", text)
        sign, whole, fraction, exponent = match.groups()
        digits, point = whole + (fraction or ""), len(whole) + int(exponent)
        digits = digits.rjust(len(digits) - point + 1, "0") if point < 1 else digits.ljust(point, "0")
        point = max(point, 1)
        return cls._of(sign, digits[:point], digits[point:], text)

    @classmethod
    def _of(cls, sign: str, whole: str, fraction: str, text: str) -> Self:
        kept, lost = fraction[: cls.DECIMALS], fraction[cls.DECIMALS :]
        if lost.strip("0"):
            raise UnitError(cls.__name__, f"more than {cls.DECIMALS} decimals", text)
        value = int(whole + kept.ljust(cls.DECIMALS, "0"))
        return cls(-value if sign else value)

    def __str__(self) -> str:
        sign, value = ("-", -int(self)) if self < 0 else ("", int(self))
        whole, part = divmod(value, 10**self.DECIMALS)
        return f"{sign}{whole}.{part:0{self.DECIMALS}d}"

    def __repr__(self) -> str:
        return f"{type(self).__name__}({self})"

    @property
    def number(self) -> float:
        """The value in whole units, for model space only."""
        return int(self) / float(10**self.DECIMALS)


class Price(Fixed):
    """Dollars per contract, unit $0.0001."""

    __slots__ = ()
    DECIMALS = 4

    @property
    def complement(self) -> Price:
        """The same price seen from the other outcome: 1 - p."""
        return Price(PAYOUT - self)


class Count(Fixed):
    """Contracts, unit 0.01; signed where it is a position (+ YES, - NO)."""

    __slots__ = ()
    DECIMALS = 2


class Cash(Fixed):
    """Dollars, unit $0.000001."""

    __slots__ = ()
    DECIMALS = 6


class IndexPrice(Fixed):
    """Dollars per coin (spot, index, strike), unit $0.00000001."""

    __slots__ = ()
    DECIMALS = 8


class Quantity(Fixed):
    """Coins, unit 0.00000001."""

    __slots__ = ()
    DECIMALS = 8


PAYOUT = Price(10_000)
CONTRACT = Count(100)


def cash_of(price: Price, count: Count) -> Cash:
    """Return price x count, exactly."""
    return Cash(price * count)


class Nanos(int):
    """A UTC instant in nanoseconds since 1970; ISO 8601 with nine decimals on the wire."""

    __slots__ = ()

    @classmethod
    def parse(cls, text: str) -> Nanos:
        """Read an ISO 8601 instant with an explicit zone; raises UnitError."""
        match = _ISO.fullmatch(text)
        if match is None:
            raise UnitError("Nanos", "not an ISO 8601 instant with a zone", text)
        stem, fraction, zone = match.groups()
        try:
            moment = datetime.fromisoformat(stem + zone.replace("Z", "+00:00")).astimezone(UTC)
        except (ValueError, OverflowError) as fault:
            raise UnitError("Nanos", str(fault), text) from None
        delta = moment - _EPOCH
        return cls((delta.days * 86_400 + delta.seconds) * NANOS + int((fraction or "0").ljust(9, "0")))

    @classmethod
    def of(cls, moment: datetime) -> Nanos:
        """Convert an aware datetime exactly (microseconds)."""
        delta = moment - _EPOCH
        return cls((delta.days * 86_400 + delta.seconds) * NANOS + delta.microseconds * 1_000)

    def datetime(self) -> datetime:
        """Return the aware UTC datetime, nanoseconds cut to microseconds."""
        seconds, nanos = divmod(int(self), NANOS)
        return datetime.fromtimestamp(seconds, tz=UTC).replace(microsecond=nanos // 1_000)

    def __str__(self) -> str:
        seconds, nanos = divmod(int(self), NANOS)
        return f"{datetime.fromtimestamp(seconds, tz=UTC).isoformat()[:19]}.{nanos:09d}Z"

    def __repr__(self) -> str:
        return f"Nanos({self})"


def seconds(value: float) -> int:
    """Return a duration in nanoseconds."""
    return round(value * NANOS)
