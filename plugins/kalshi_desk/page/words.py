"""Numbers and markets in plain words. What is unknown is an en dash, never 0."""

from __future__ import annotations

import re
from decimal import Decimal

from kalshi_desk.domain.crypto.contract import SERIES
from kalshi_desk.domain.market import Market, Outcome
from kalshi_desk.domain.reasons import MEANINGS
from kalshi_desk.domain.units import Fixed, Nanos

DASH = "–"
MINUS = "\u2212"
LONGEST = 16
_INSTANT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d")
Number = Fixed | Decimal | float | int | None
_COMPARED = {
    "greater": "above {low}",
    "greater_or_equal": "at or above {low}",
    "less": "below {high}",
    "less_or_equal": "at or below {high}",
    "between": "between {low} and {high}",
}


def exact(value: Number) -> Decimal | None:
    """Return the value in whole units, exactly (floats as written)."""
    if value is None or isinstance(value, Decimal):
        return value
    return Decimal(str(value))


def dollars(value: Number, places: int = 2) -> str:
    """Return ``$1,234.50``, with a real minus sign."""
    amount = exact(value)
    if amount is None:
        return DASH
    return f"{MINUS if round(amount, places) < 0 else ''}${abs(round(amount, places)):,.{places}f}"


def signed(value: Number, places: int = 2) -> str:
    """Return ``+$1.20`` or ``−$1.20``."""
    amount = exact(value)
    if amount is None:
        return DASH
    return f"{'+' if round(amount, places) > 0 else ''}{dollars(amount, places)}"


def cents(value: Number, places: int = 2) -> str:
    """Return a price as ``42¢`` or ``42.1¢``."""
    amount = exact(value)
    if amount is None:
        return DASH
    return f"{amount * 100:.{places}f}".rstrip("0").rstrip(".").replace("-", MINUS) + "¢"


def paid(price: Number, outcome: str) -> Decimal | None:
    """Return what one contract of an outcome costs at a price in YES terms."""
    amount = exact(price)
    return amount if amount is None or outcome == Outcome.YES else 1 - amount


def contracts(value: Number) -> str:
    """Return a count as ``3`` or ``2.5``."""
    amount = exact(value)
    return DASH if amount is None else f"{amount:,.2f}".rstrip("0").rstrip(".").replace("-", MINUS)


def percent(value: Number, places: int = 1) -> str:
    """Return a share or probability as ``63.2%``."""
    amount = exact(value)
    return DASH if amount is None else f"{amount * 100:.{places}f}%".replace("-", MINUS)


def whole(value: Number) -> str:
    """Return a plain count of things as ``1,234``."""
    amount = exact(value)
    return DASH if amount is None else f"{amount:,.0f}"


def measured(text: str | None) -> str:
    """Return a value or threshold of a refusal, short: instants as the time of day, numbers as they are."""
    if text is None:
        return DASH
    return text[11:19] if _INSTANT.match(text) else text if len(text) <= LONGEST else f"{text[:LONGEST]}…"


def clock(at: Nanos | None) -> str:
    """Return the time of day, UTC."""
    return DASH if at is None else str(at)[11:19]


def reason(text: str) -> str:
    """Return a reason's name as words."""
    return text.replace("_", " ")


def meaning(reason: str) -> str:
    """Return what a reason means; nothing where its name says it."""
    return MEANINGS.get(reason, "")


def question(market: Market | None, ticker: str) -> str:
    """Return what a market asks, in one phrase: coin, comparison and closing time where they are known."""
    if market is None:
        return ticker
    series = SERIES.get(market.series_ticker)
    pattern = _COMPARED.get(market.strike_type or "")
    if series is None or pattern is None:
        return market.title or ticker
    if ("{low}" in pattern and market.floor_strike is None) or ("{high}" in pattern and market.cap_strike is None):
        return f"{series.underlying}, strike not published yet, {_closing(market)}"
    compared = pattern.format(low=dollars(market.floor_strike), high=dollars(market.cap_strike))
    return f"{series.underlying} {compared} {_closing(market)}"


def _closing(market: Market) -> str:
    return f"at {str(market.close_time)[11:16]}"


def held(count: Number, market: Market | None, ticker: str) -> str:
    """Return a position in plain words: ``3 YES on BTC at or above $91,234.56 at 14:30``."""
    amount = exact(count)
    if amount is None:
        return question(market, ticker)
    side = Outcome.YES if amount > 0 else Outcome.NO
    return f"{contracts(abs(amount))} {side.upper()} on {question(market, ticker)}"
