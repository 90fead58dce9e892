"""Settle our positions in a market that has ended, and compare the result with the venue's own. Pure."""

from __future__ import annotations

from collections.abc import Iterable

from kalshi_desk.domain.ledger import Position, Settlement
from kalshi_desk.domain.market import MarketStatus
from kalshi_desk.domain.position import Holding, payout, settlement_pnl
from kalshi_desk.domain.units import PAYOUT, Cash, Count, Nanos, Price
from kalshi_desk.wire.kalshi_portfolio import SettlementBody

CENT = Cash(10_000)
_VALUES = {"yes": PAYOUT, "no": Price(0)}


def final_value(*, status: str, result: str, settlement_value: Price | None) -> Price | None:
    """Return what one YES paid; None while the market is not final or does not say."""
    if status != MarketStatus.FINALIZED:
        return None
    return settlement_value if settlement_value is not None else _VALUES.get(result)


def settlement_of(
    positions: Iterable[Position], *, ticker: str, result: str, value: Price, at: Nanos, account: str
) -> Settlement:
    """Return the end of all positions of one market, whoever owns them.

    Cost, fees and P&L add up over the owners. The revenue is that of the net count: what they held against each other
    the venue has paid before.
    """
    holdings = [Holding(count=p.count, cost=p.cost, fees=p.fees, realized=p.realized) for p in positions]
    count = Count(sum(holding.count for holding in holdings))
    return Settlement(
        at=at,
        occurred_at=at,
        account=account,
        ticker=ticker,
        result=result,
        value=value,
        count=count,
        cost=Cash(sum(holding.cost for holding in holdings)),
        fees=Cash(sum(holding.fees for holding in holdings)),
        revenue=payout(count, value),
        pnl=Cash(sum(settlement_pnl(holding, value) for holding in holdings)),
    )


def disagreement(told: SettlementBody, *, result: str, revenue: Cash) -> str | None:
    """Return how the venue's settlement differs from ours, None if it agrees; it tells whole cents only."""
    if told.market_result != result:
        return f"result {told.market_result}, ours {result}"
    if not -CENT < told.revenue_cash - revenue < CENT:
        return f"revenue {told.revenue_cash}, ours {revenue}"
    return None
