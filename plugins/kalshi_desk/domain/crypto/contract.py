"""A market's fields and text compiled into the rule that settles it, or the reason why not.

The only rule compiled is the simple mean of the sixty one-second index values in the last minute before the close.
"""

from __future__ import annotations

import re
from enum import StrEnum

import msgspec

from kalshi_desk.domain.market import Market
from kalshi_desk.domain.units import IndexPrice, Nanos


class Kind(StrEnum):
    """What is compared: the start's mean with the end's, a fixed level, or two levels."""

    UP_DOWN = "up_down"
    THRESHOLD = "threshold"
    BAND = "band"


class Series(msgspec.Struct, frozen=True):
    """A series whose rule is known: its coin, kind, and the decimals that its published means have, if rounded."""

    underlying: str
    kind: Kind
    digits: int | None = None

    @property
    def inclusive(self) -> bool:
        """Whether a mean equal to the strike is YES."""
        return self.kind is Kind.UP_DOWN


# the ways rule texts name each index: its id, or the coin before "real-time index"
_NAMES = {
    "BTC": "BRTI|Bitcoin|BTC",
    "ETH": "ETHUSD_RTI|ERTI|Ethereum|Ether|ETH",
    "SOL": "SOLUSD_RTI|Solana|SOL",
    "XRP": "XRPUSD_RTI|Ripple|XRP",
    "DOGE": "DOGEUSD_RTI|Dogecoin|DOGE",
}
# the ids under which the venue streams them
INDEX_IDS = {
    "BTC": "BRTI",
    "ETH": "ETHUSD_RTI",
    "SOL": "SOLUSD_RTI",
    "XRP": "XRPUSD_RTI",
    "DOGE": "DOGEUSD_RTI",
}
_NAMED = {coin: re.compile(rf"\b({names})\b", re.IGNORECASE) for coin, names in _NAMES.items()}
_INDEX = re.compile(r"CF Benchmarks.{0,60}(real[- ]time index|RTI\b)", re.IGNORECASE | re.DOTALL)
# decimals of the strikes and results that the 15-minute series published from May to July 2026
DIGITS = {"BTC": 2, "ETH": 2, "SOL": 4, "XRP": 4, "DOGE": 6}
SERIES: dict[str, Series] = {
    **{f"KX{coin}15M": Series(coin, Kind.UP_DOWN, digits) for coin, digits in DIGITS.items()},
    **{f"KX{coin}D": Series(coin, Kind.THRESHOLD) for coin in ("BTC", "ETH")},
    **{f"KX{coin}": Series(coin, Kind.BAND) for coin in ("BTC", "ETH")},
}
_FOREIGN = re.compile(r"trim|maximum|minimum|highest|lowest|\bmax\b|\bmin\b|minute series|one-minute|median", re.I)
_SIXTY = re.compile(r"average.{0,40}\b(sixty|60)\b|\b(sixty|60)\b.{0,80}average", re.I | re.S)


class Rule(msgspec.Struct, frozen=True, kw_only=True):
    """What YES means: the mean above ``low`` and not above ``high`` (None: unbounded).

    ``inclusive``: equality with ``low`` is YES. ``digits``: decimals that the mean is rounded to, None if not rounded.
    """

    ticker: str
    underlying: str
    kind: Kind
    low: IndexPrice | None
    high: IndexPrice | None
    inclusive: bool
    digits: int | None
    open_time: Nanos
    close_time: Nanos

    @property
    def strike(self) -> IndexPrice:
        """The level that a page shows: the lower one where there are two."""
        level = self.low if self.low is not None else self.high
        assert level is not None  # noqa: S101 - compile_rule makes none without a level
        return level


class Uncompiled(msgspec.Struct, frozen=True):
    """Why a market has no rule: unknown_series, unparsed_rule or no_strike, with what was found."""

    reason: str
    value: str


def compile_rule(market: Market) -> Rule | Uncompiled:
    """Return the rule of a market, or why it is not understood; never guesses."""
    series = SERIES.get(market.series_ticker)
    if series is None:
        return Uncompiled("unknown_series", market.series_ticker)
    fault = _text_fault(market, series) or _type_fault(market, series)
    if fault is not None:
        return Uncompiled("unparsed_rule", fault)
    levels = _levels(market)
    if levels is None:
        return Uncompiled("no_strike", market.strike_type or "")
    return Rule(
        ticker=market.ticker,
        underlying=series.underlying,
        kind=series.kind,
        low=levels[0],
        high=levels[1],
        inclusive=series.inclusive,
        digits=_digits(market),
        open_time=market.open_time,
        close_time=market.close_time,
    )


def _text_fault(market: Market, series: Series) -> str | None:
    text = f"{market.rules_primary} {market.rules_secondary}"
    if found := _FOREIGN.search(market.rules_primary):
        return found.group()
    if not _SIXTY.search(text):
        return "no average of sixty values"
    named = {coin for coin, pattern in _NAMED.items() if pattern.search(market.rules_primary)}
    if named != {series.underlying} or not _INDEX.search(text):
        return f"no index of {series.underlying}"
    return None


def _type_fault(market: Market, series: Series) -> str | None:
    allowed = {
        Kind.UP_DOWN: ("greater_or_equal",),
        Kind.THRESHOLD: ("greater", "less"),
        Kind.BAND: ("between", "greater", "less"),
    }[series.kind]
    return None if market.strike_type in allowed else f"strike type {market.strike_type}"


def _levels(market: Market) -> tuple[IndexPrice | None, IndexPrice | None] | None:
    low, high = market.floor_strike, market.cap_strike
    if market.strike_type == "between":
        return (low, high) if low is not None and high is not None and 0 < low < high else None
    if market.strike_type == "less":
        return (None, high) if high is not None and high > 0 else None
    return (low, None) if low is not None and low > 0 else None


def _digits(market: Market) -> int | None:
    digits = market.custom_strike.get("round_digits", "")
    return int(digits) if digits.isascii() and digits.isdigit() else None
