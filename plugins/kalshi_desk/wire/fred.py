"""FRED ``series/observations`` with vintages. Source: fred.stlouisfed.org/docs/api.

A value is a string; ``"."`` says that there is none. ``realtime_start`` is the day from which on the value was given:
asked over a span of real time, a revised figure comes once per revision.
"""

from __future__ import annotations

import re
from datetime import date as Date
from decimal import Decimal

import msgspec

from kalshi_desk.domain.news import Observation
from kalshi_desk.domain.units import Nanos
from kalshi_desk.errors import ParseError
from kalshi_desk.wire.decode import Strict, sane

SOURCE = "fred"
MISSING = "."
_VALUE = re.compile(r"-?[0-9]{1,18}(?:\.[0-9]{1,12})?")


class _Observation(msgspec.Struct):
    realtime_start: Date
    date: Date
    value: str


class _Reply(msgspec.Struct):
    observations: tuple[_Observation, ...]


class _Fault(msgspec.Struct):
    error_code: int


_reply: Strict[_Reply] = Strict(_Reply, SOURCE)
_fault: Strict[_Fault] = Strict(_Fault, f"{SOURCE} error")


def parse(body: bytes, *, series_id: str) -> list[Observation]:
    """Read an answer; raises ParseError: of a figure that is none, no other figure beside it is believed."""
    return [
        Observation(
            series_id=series_id, date=each.date, value=_value(each.value), vintage_at=_midnight(each.realtime_start)
        )
        for each in _reply(body).observations
    ]


def refusal(body: bytes) -> str:
    """Return the error's number, or nothing."""
    try:
        return str(_fault(body).error_code)[:10]
    except ParseError:
        return ""


def _value(text: str) -> Decimal | None:
    if text == MISSING:
        return None
    if _VALUE.fullmatch(text) is None:
        raise ParseError(SOURCE, "a value that is no number", text)
    return Decimal(text)


def _midnight(day: Date) -> Nanos:
    return sane(Nanos.parse(f"{day.isoformat()}T00:00:00Z"))
