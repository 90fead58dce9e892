"""The limits on entries: each check is pure and returns None or the breach that refuses.

Cash amounts are worst losses, fees in. Prices are those of the side bought (NO = 1 - YES). A limit is kept while the
value is at most the limit.
"""

from __future__ import annotations

from collections.abc import Callable

import msgspec

from kalshi_desk.domain.limits import DeskLimits, RiskLimits
from kalshi_desk.domain.units import NANOS, PAYOUT, Cash, Count, Nanos, Price

HOUR_NS = 3_600 * NANOS
DAY_NS = 24 * HOUR_NS
TAKE_PROFIT_ENTRY_CAP = Price(8_500)
TIME_DECAY_ENTRY_BAN_NS = 48 * HOUR_NS


class Breach(msgspec.Struct, frozen=True):
    """A limit not kept: its name, what was measured and what was allowed, as decimal strings."""

    reason: str
    value: str
    threshold: str

    def __str__(self) -> str:
        return f"{self.reason} {self.value} against {self.threshold}"


class Reserved(msgspec.Struct, frozen=True, kw_only=True):
    """Worst losses already at stake around one market: positions, resting entries and unanswered intents.

    All but ``desk`` and ``strategy`` count both desks; ``cluster`` is what is correlated with the market, itself
    included; ``contracts`` is held plus resting in the market.
    """

    market: Cash
    event: Cash
    underlying: Cash
    cluster: Cash
    strategy: Cash
    desk: Cash
    category: Cash
    both: Cash
    contracts: Count


def bankroll(limits: RiskLimits, *, net_pnl: Cash, venue_equity: Cash) -> Cash:
    """Return the bankroll: the initial one plus own net P&L, between zero and the venue's equity.

    Without ``auto_reinvest`` only losses count.
    """
    counted = net_pnl if limits.auto_reinvest else min(net_pnl, 0)
    return Cash(max(0, min(limits.initial_bankroll + counted, venue_equity)))


def min_edge(edge_adj: float, limits: DeskLimits) -> Breach | None:
    """Refuse an edge, after fees and doubt, below MIN_EDGE (dollars per $1 of payout)."""
    if edge_adj >= limits.min_edge:
        return None
    return Breach("min_edge", f"{edge_adj:.6f}", f"{limits.min_edge:.6f}")


def price_band(price: Price, limits: DeskLimits) -> Breach | None:
    """Refuse an entry price outside the desk's band, or at 0.85 and more while take_profit is on."""
    if price < limits.min_entry_price:
        return Breach("min_entry_price", str(price), str(limits.min_entry_price))
    if price > limits.max_entry_price:
        return Breach("max_entry_price", str(price), str(limits.max_entry_price))
    if "take_profit" in limits.exits and price >= TAKE_PROFIT_ENTRY_CAP:
        return Breach("take_profit_entry_price", str(price), str(TAKE_PROFIT_ENTRY_CAP))
    return None


def time_to_close(now: Nanos, close_time: Nanos, limits: DeskLimits) -> Breach | None:
    """Refuse an entry within 48 h of close while time_decay is on; values in seconds."""
    left = close_time - now
    if "time_decay" not in limits.exits or left > TIME_DECAY_ENTRY_BAN_NS:
        return None
    return Breach("time_decay_entry", f"{left / 1e9:.3f}", f"{TIME_DECAY_ENTRY_BAN_NS // 1_000_000_000}.000")


def entries_today(entries: int, limits: DeskLimits) -> Breach | None:
    """Refuse the entry that would exceed MAX_ENTRIES_PER_DAY; ``entries`` were approved so far."""
    if entries < limits.max_entries_per_day:
        return None
    return Breach("max_entries_per_day", str(entries), str(limits.max_entries_per_day))


def trade_room(reserved: Reserved, desk: DeskLimits, *, roll: Cash) -> Cash:
    """Return the cash that MAX_RISK_PER_TRADE leaves in this market; never below zero."""
    return Cash(max(0, desk.max_risk_per_trade.of(roll) - reserved.market))


def contract_room(reserved: Reserved, desk: DeskLimits) -> Count:
    """Return the contracts that MAX_POSITION_CONTRACTS leaves in this market; never below zero."""
    return Count(max(0, desk.max_position_contracts - reserved.contracts))


def market_full(reserved: Reserved, limits: RiskLimits, *, desk: str, roll: Cash) -> Breach | None:
    """Refuse a market that a cut cannot help: no contract, or less than the smallest order, fits any more.

    What is measured counts that smallest order in.
    """
    own = limits.desk(desk)
    if (most := own.max_risk_per_trade.of(roll)) < limits.min_order_cost:
        return too_small(most, limits)
    if reserved.contracts >= own.max_position_contracts:
        return Breach("max_position_contracts", str(reserved.contracts), str(own.max_position_contracts))
    if trade_room(reserved, own, roll=roll) < limits.min_order_cost:
        least = Cash(reserved.market + limits.min_order_cost)
        return Breach("max_risk_per_trade", str(least), str(most))
    return None


def exposure(reserved: Reserved, limits: RiskLimits, *, desk: str, risk: Cash, roll: Cash) -> list[Breach]:
    """Return every limit that ``risk`` more would break: those of the desk and of both, then the parts of them."""
    return [
        Breach(reason, str(Cash(held + risk)), str(limit.of(roll)))
        for reason, held, limit in (
            (f"{desk}_max_total_risk", reserved.desk, limits.desk(desk).max_total_risk),
            ("max_category_risk", reserved.category, limits.max_category_risk),
            ("max_total_risk", reserved.both, limits.max_total_risk),
            ("max_event_risk", reserved.event, limits.max_event_risk),
            ("max_underlying_risk", reserved.underlying, limits.max_underlying_risk),
            ("max_cluster_risk", reserved.cluster, limits.max_cluster_risk),
            ("max_strategy_risk", reserved.strategy, limits.max_strategy_risk),
        )
        if held + risk > limit.of(roll)
    ]


def total_risk(reserved: Reserved, limits: RiskLimits, *, desk: str, risk: Cash, roll: Cash) -> Breach | None:
    """Refuse ``risk`` more if it breaks a limit on what is at stake around the market or in all."""
    return next(iter(exposure(reserved, limits, desk=desk, risk=risk, roll=roll)), None)


def orders_per_minute(orders: int, limits: RiskLimits) -> Breach | None:
    """Refuse the entry that would exceed MAX_ORDERS_PER_MINUTE; ``orders`` were approved in the last minute."""
    if orders < limits.max_orders_per_minute:
        return None
    return Breach("max_orders_per_minute", str(orders), str(limits.max_orders_per_minute))


def price_distance(price: Price, *, bid: Price, ask: Price, limits: RiskLimits) -> Breach | None:
    """Refuse an entry price further than MAX_PRICE_DISTANCE from the middle of bid and ask."""
    twice = abs(2 * price - bid - ask)
    if twice <= 2 * limits.max_price_distance:
        return None
    return Breach("max_price_distance", f"{twice / (2 * PAYOUT):.5f}", str(limits.max_price_distance))


def order_age(life: int, limits: RiskLimits) -> Breach | None:
    """Refuse an order that may live longer than MAX_ORDER_AGE; ``life`` in nanoseconds, values in seconds."""
    if life <= limits.max_order_age_s * NANOS:
        return None
    return Breach("max_order_age", f"{life / NANOS:.3f}", f"{limits.max_order_age_s}.000")


def too_small(cost: Cash, limits: RiskLimits) -> Breach | None:
    """Refuse an order that costs, fee in, less than MIN_ORDER_COST; it is never raised to it."""
    if cost >= limits.min_order_cost:
        return None
    return Breach("too_small", str(cost), str(limits.min_order_cost))


def count_within(budget: Cash, price: Price, *, fee_of: Callable[[Count], Cash]) -> Count:
    """Return the most contracts, floored to 0.01, whose price and fee together stay within the budget.

    ``fee_of`` gives the fee of a whole order of that many contracts; it may not fall as the count grows.
    """
    count = Count(max(0, budget) // price)
    while count > 0 and (cost := price * count + fee_of(count)) > budget:
        count = Count(min(count - 1, count * budget // cost))
    return count
