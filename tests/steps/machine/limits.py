"""Limits in dollars, so that what was allowed stays so whatever the desk wins or loses."""

from __future__ import annotations

import msgspec

from kalshi_desk.domain.limits import Limit, RiskLimits
from kalshi_desk.domain.units import Cash, Count
from tests.steps import desk

OPENING = Cash.parse("1000")


def _dollars(text: str) -> Limit:
    return Limit(desk.limits().max_event_risk.share, Cash.parse(text))


def machine_limits() -> RiskLimits:
    """Return limits that a few orders reach."""
    base = desk.limits()
    crypto = {"max_risk_per_trade": _dollars("20"), "max_total_risk": _dollars("45"), "max_entries_per_day": 12}
    forecast = {"max_risk_per_trade": _dollars("25"), "max_total_risk": _dollars("40"), "max_entries_per_day": 12}
    lost = {"max_daily_loss": _dollars("400"), "max_position_contracts": Count.parse("60")}
    return desk.limits(
        crypto=msgspec.structs.replace(base.crypto, **crypto, **lost),
        forecast=msgspec.structs.replace(base.forecast, exits=frozenset(), **forecast, **lost),
        max_event_risk=_dollars("32"), max_underlying_risk=_dollars("38"), max_cluster_risk=_dollars("35"),
        max_strategy_risk=_dollars("42"), max_category_risk=_dollars("43"), max_total_risk=_dollars("70"),
        max_daily_loss=_dollars("400"), max_orders_per_minute=8, initial_bankroll=OPENING, auto_reinvest=False,
    )  # fmt: skip
