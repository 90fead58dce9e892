"""Strict, decimal-exact JSON decoding for everything that comes from outside.

Prices, counts and cash must be JSON strings; index prices, quantities and multipliers may be JSON numbers, whose digits
are read as written, never through a binary float.
"""

from __future__ import annotations

from typing import Any, Generic, TypeVar

import msgspec

from kalshi_desk.domain.units import NANOS, Fixed, IndexPrice, Nanos, Quantity
from kalshi_desk.errors import ParseError, UnitError

T = TypeVar("T")
_EARLIEST, _LATEST = Nanos.parse("2000-01-01T00:00:00Z"), Nanos.parse("2200-01-01T00:00:00Z")
_LONGEST, _HUGE = 40, 10**30


class Multiplier(Fixed):
    """A fee multiplier, unit 0.0001."""

    __slots__ = ()
    DECIMALS = 4


class Millis(Nanos):
    """An instant that the wire gives as Unix milliseconds."""

    __slots__ = ()


class UnixSeconds(Nanos):
    """An instant that the wire gives as whole Unix seconds."""

    __slots__ = ()


_PER_UNIT = {Millis: 1_000_000, UnixSeconds: NANOS}


class _Digits(str):
    """The text of a JSON number that has a point or an exponent."""

    __slots__ = ()


_NUMBERS = (IndexPrice, Quantity, Multiplier)


def _unit(kind: type, value: Any) -> Any:
    if kind in _PER_UNIT and type(value) is int:
        return kind(sane(Nanos(value * _PER_UNIT[kind])))
    if kind is Nanos and type(value) is str:
        return sane(Nanos.parse(value))
    if issubclass(kind, Fixed) and (type(value) is str or (kind in _NUMBERS and type(value) in (int, _Digits))):
        return _number(kind, str(value))
    raise UnitError(kind.__name__, "not in the form that its source promises", repr(value)[:_LONGEST])


def _number(kind: type[Fixed], text: str) -> Fixed:
    value = kind.parse(text) if len(text) <= _LONGEST else None
    if value is None or abs(value) >= _HUGE:
        raise UnitError(kind.__name__, "too large", text[:_LONGEST])
    return value


def sane(at: Nanos) -> Nanos:
    """Return the instant if it lies in the years 2000 to 2199; raises UnitError."""
    if not _EARLIEST <= at < _LATEST:
        raise UnitError("Nanos", "not an instant of this age", int.__repr__(at)[:_LONGEST])
    return at


class Strict(Generic[T]):
    """Decode the JSON of one kind; raises ParseError, naming ``source``, and nothing else."""

    def __init__(self, kind: type[T] | Any, source: str) -> None:
        self._decoder: msgspec.json.Decoder[T] = msgspec.json.Decoder(kind, dec_hook=_unit, float_hook=_Digits)
        self._source = source

    def __call__(self, payload: bytes | str | msgspec.Raw) -> T:
        try:
            return self._decoder.decode(payload)
        except (msgspec.DecodeError, UnicodeError, UnitError, RecursionError) as fault:
            raise ParseError(self._source, str(fault), text_of(payload)) from fault


def text_of(payload: bytes | str | msgspec.Raw) -> str:
    """Return the start of a payload as text, for an error."""
    return payload[:400] if isinstance(payload, str) else bytes(payload)[:400].decode("utf-8", "replace")
