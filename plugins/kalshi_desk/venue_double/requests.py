"""Reading requests strictly: bodies with string numbers only, queries within their ranges, pages by cursor."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from typing import Any, TypeVar

from aiohttp import web

from kalshi_desk.domain.units import Fixed
from kalshi_desk.errors import UnitError
from kalshi_desk.venue_double.api_error import bad_body, bad_query, nested

T = TypeVar("T")
F = TypeVar("F", bound=Fixed)


async def body_of(request: web.Request) -> dict[str, Any]:
    """Return the JSON object of a request; raises ApiError 400."""
    try:
        body = json.loads(await request.read())
    except ValueError as fault:
        raise bad_body(str(fault)) from None
    if not isinstance(body, dict):
        raise bad_body("json: cannot unmarshal into an object")
    return body


def required(body: Mapping[str, Any], *names: str) -> None:
    """Refuse a body without these fields; raises ApiError 400."""
    if any(body.get(name) in (None, "") for name in names):
        raise nested(400, "missing_parameters")


def exact(body: Mapping[str, Any], name: str, unit: type[F], fault: str) -> F:
    """Return a number that must be a decimal string; raises ApiError 400 (``fault`` is the code for a bad value)."""
    value = body[name]
    if not isinstance(value, str):
        raise bad_body(f"json: cannot unmarshal number into Go struct field .{name} of type string")
    try:
        return unit.parse(value)
    except UnitError:
        raise nested(400, fault, f"{name} {value[:40]}") from None


def whole(value: object, name: str) -> int:
    """Return an integer of a body; raises ApiError 400."""
    if not isinstance(value, int) or isinstance(value, bool):
        raise bad_body(f"json: cannot unmarshal {type(value).__name__} into Go struct field .{name} of type int64")
    return value


def choice(body: Mapping[str, Any], name: str, allowed: Callable[[str], T]) -> T:
    """Return one of an enumeration's values; raises ApiError 400."""
    try:
        return allowed(body[name])
    except ValueError:
        raise nested(400, "invalid_parameters", name) from None


def query_int(request: web.Request, name: str, default: int, *, most: int | None = None) -> int:
    """Return an integer of the query; raises ApiError 400 when it is none, negative or above the maximum."""
    text = request.query.get(name)
    if text is None:
        return default
    if not text.isdecimal() or (most is not None and int(text) > most):
        raise bad_query(f"invalid {name}: {text[:40]}")
    return int(text)


def names_of(request: web.Request, name: str) -> set[str]:
    """Return a comma list of the query, empty where it is not given."""
    return {part for part in request.query.get(name, "").split(",") if part}


def page(request: web.Request, rows: Sequence[T], *, default: int, most: int) -> tuple[Sequence[T], str]:
    """Return a page of rows and the cursor of the next; a cursor that nobody gave out means the first page."""
    limit = query_int(request, "limit", default, most=most) or default
    cursor = request.query.get("cursor", "")
    start = int(cursor) if cursor.isdecimal() and int(cursor) < len(rows) else 0
    end = start + limit
    return rows[start:end], str(end) if end < len(rows) else ""


def within(request: web.Request, at: int) -> bool:
    """Tell whether an instant lies in ``min_ts`` to ``max_ts`` (Unix seconds) of the query."""
    low, high = query_int(request, "min_ts", 0), request.query.get("max_ts")
    return low * 10**9 <= at and (high is None or at <= int(high) * 10**9)
