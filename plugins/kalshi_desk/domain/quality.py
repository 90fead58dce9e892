"""What the desk expects of its rows: six suites of expectations, critical ones and warnings.

A critical expectation that fails means that numbers made from these rows would be wrong; a warning, that somebody
should look. An empty window fails nothing: silence is told by the age of the tables.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

STATUSES = ("initialized", "active", "inactive", "closed", "determined", "disputed", "amended", "finalized")


@dataclass(frozen=True)
class Expectation:
    """One expectation in words, and as Great Expectations knows it: ``kind`` and its arguments."""

    text: str
    kind: str
    arguments: Mapping[str, Any] = field(default_factory=dict)
    critical: bool = True


@dataclass(frozen=True)
class Verdict:
    """Whether a window's rows met an expectation: of ``rows`` looked at, ``unexpected`` did not; some as examples."""

    suite: str
    expectation: Expectation
    passed: bool
    rows: int
    unexpected: int
    examples: tuple[str, ...]


def _between(
    text: str, column: str, low: float | None, high: float | None = None, *, critical: bool = True, **more: Any
) -> Expectation:
    bounds = {"column": column, "min_value": low, "max_value": high, **more}
    return Expectation(text, "expect_column_values_to_be_between", bounds, critical)


def _ordered(text: str, later: str, earlier: str, *, equal: bool = True, critical: bool = True) -> Expectation:
    pair = {"column_A": later, "column_B": earlier, "or_equal": equal, "ignore_row_if": "either_value_is_missing"}
    return Expectation(text, "expect_column_pair_values_a_to_be_greater_than_b", pair, critical)


def _known(text: str, column: str, *, critical: bool = True, **more: Any) -> Expectation:
    return Expectation(text, "expect_column_values_to_not_be_null", {"column": column, **more}, critical)


def _among(text: str, column: str, values: tuple[str, ...], *, critical: bool = True) -> Expectation:
    allowed = {"column": column, "value_set": list(values)}
    return Expectation(text, "expect_column_values_to_be_in_set", allowed, critical)


SUITES: dict[str, tuple[Expectation, ...]] = {
    "markets": (
        _between("a title is not empty", "title_length", 1),
        _ordered("a market closes after it opens", "close_s", "open_s", equal=False),
        _between("a settlement value is between 0 and 1", "settlement_value", 0, 1),
        _among("a status is one that the venue documents", "status", STATUSES, critical=False),
        _known("a market has a category", "category", critical=False, mostly=0.95),
        _known("a market's series is known", "series_known", critical=False, mostly=0.99),
        _between("a title is told once in its event", "titles", 1, 1, critical=False, mostly=0.95),
    ),
    "snapshots": (
        _between("a bid is between 0 and 1", "bid", 0, 1),
        _between("an ask is between 0 and 1", "ask", 0, 1),
        _ordered("an ask is not below its bid", "ask", "bid"),
        _between("a volume is not negative", "volume", 0),
        _between("an open interest is not negative", "open_interest", 0),
        _known("a market on the watch list has a price on both sides", "two_sided", critical=False, mostly=0.5),
    ),
    "articles": (
        _between("a title is not empty", "title_length", 1),
        _between("a link is not empty", "url_length", 1),
        _between("nothing is published more than an hour after it was read", "ahead_s", None, 3600),
        _between("a relevance is between -1 and 1", "relevance", -1, 1),
        _between("a title is kept once", "kept_alike", None, 1, critical=False, mostly=0.9),
        _known("a source says when it published", "published_s", critical=False, mostly=0.8),
    ),
    "estimates": (
        _between("a probability is inside 0 and 1", "p_yes", 0, 1, strict_min=True, strict_max=True),
        _between("an ensemble is inside 0 and 1", "p_ensemble", 0, 1, strict_min=True, strict_max=True),
        _between("a standard error is above 0 and at most 0.5", "p_stderr", 0, 0.5, strict_min=True),
        _between("a blend weight is between 0 and 1", "blend_weight", 0, 1),
        _ordered("nothing is estimated before it is decided", "observed_s", "occurred_s"),
        _ordered("a market is estimated before it closes", "close_s", "occurred_s", equal=False),
        _known("the price at the decision is known", "p_price", critical=False, mostly=0.95),
        _between("an estimate is within 0.5 of the price", "from_price", None, 0.5, critical=False, mostly=0.95),
    ),
    "fills": (
        _between("a price is inside 0 and 1", "price", 0, 1, strict_min=True, strict_max=True),
        _between("a count is above 0", "count", 0, strict_min=True),
        _between("a fee is not negative", "fee", 0),
        _known("a fill of the desk has its order", "order_known"),
        _between("a fee is no more than the schedule's most and a cent", "fee_above_most", None, 0, critical=False),
        _between("a fill is booked within a minute", "delay_s", None, 60, critical=False, mostly=0.95),
    ),
    "spot_trades": (
        _between("a price is above 0", "lowest", 0, strict_min=True),
        _between("an exchange is within 10 % of the others", "against_others", 0.9, 1.1, mostly=0.99),
        _between("a minute moves less than 10 %", "range_ratio", None, 1.1, critical=False, mostly=0.99),
        _between("a size is not negative", "least_size", 0, critical=False),
        _between("a trade arrives within 30 s", "delay_s", None, 30, critical=False, mostly=0.95),
    ),
}  # fmt: skip
