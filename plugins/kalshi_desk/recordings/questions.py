"""A questions file: one resolved forecasting question a line, as JSON; instants without a zone are UTC."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import msgspec

from kalshi_desk.domain.backtest import OWN_COLUMNS
from kalshi_desk.domain.question import Question
from kalshi_desk.domain.units import Nanos
from kalshi_desk.errors import ParseError, UnitError

_DAY = re.compile(r"\d{4}-\d\d-\d\d")
_ZONED = re.compile(r".*(?:Z|[+-]\d\d:?\d\d)")


def read_questions(path: Path) -> list[Question]:
    """Return the questions of a file in its order.

    Raises ParseError, naming the line, for what is no question, for an id that came before, and for a question resolved
    before it was asked; and where the file holds none.
    """
    found: list[Question] = []
    lines: dict[str, int] = {}
    for number, line in enumerate(_lines(path), start=1):
        if line.strip():
            where = f"{path.name}:{number}"
            question = _question(line, where)
            if (before := lines.setdefault(question.id, number)) != number:
                raise ParseError(where, f"the id {question.id} stands in line {before} already")
            found.append(question)
    if not found:
        raise ParseError(path.name, "holds no question")
    return found


def instant(text: str) -> Nanos:
    """Return an ISO 8601 instant; a day is its first instant, and no zone means UTC. Raises UnitError."""
    if _DAY.fullmatch(text):
        return Nanos.parse(f"{text}T00:00:00Z")
    return Nanos.parse(text if _ZONED.fullmatch(text) else f"{text}Z")


def _lines(path: Path) -> list[bytes]:
    try:
        return path.read_bytes().splitlines()
    except OSError as fault:
        raise ParseError(path.name, f"cannot be read: {fault.strerror}") from fault


def _question(line: bytes, where: str) -> Question:
    try:
        question = msgspec.convert(msgspec.json.decode(line), Question, dec_hook=_unit)
    except (msgspec.DecodeError, UnicodeDecodeError, UnitError, RecursionError) as fault:
        raise ParseError(where, str(fault)) from None
    if own := {"", *OWN_COLUMNS} & question.forecasts.keys():
        raise ParseError(where, f"{min(own)!r} is not the name of a forecaster")
    if question.resolved_at <= question.asked_at:
        raise ParseError(where, f"resolved at {question.resolved_at}, not after it was asked at {question.asked_at}")
    return question


def _unit(kind: type, value: Any) -> Any:
    if kind is Nanos and isinstance(value, str):
        return instant(value)
    raise UnitError(kind.__name__, "expected an ISO 8601 instant", repr(value))
