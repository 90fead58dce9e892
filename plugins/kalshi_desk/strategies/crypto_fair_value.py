"""Trade a crypto market when our price of it differs from the book by more than all costs and our doubt.

This is the file to edit. ``decide`` sees one market at one moment and answers with the trade it wants, or with why not.
Prices of an outcome are dollars for one contract of it; the book is in YES terms.
"""

from __future__ import annotations

from functools import lru_cache

import msgspec

from kalshi_desk.domain.decisions import Refusal, Signal, decision_id, event_bucket
from kalshi_desk.domain.edge import edge_adjusted, edge_make, edge_take, fee_per_contract
from kalshi_desk.domain.fees import Role, expected_fee, in_force
from kalshi_desk.domain.market import FeeSchedule, Outcome, PriceRange, Quote
from kalshi_desk.domain.units import CONTRACT, NANOS, PAYOUT, Count, Nanos, Price

NAME = "crypto_fair_value"


class CryptoView(msgspec.Struct, frozen=True, kw_only=True):
    """One market as the strategy sees it: ``p_yes`` with its standard error, the book's top, fee and price grid."""

    now: Nanos
    ticker: str
    account: str
    close_time: Nanos
    p_yes: float
    stderr: float
    quote: Quote
    fee: FeeSchedule
    price_ranges: tuple[PriceRange, ...]
    seen: str


class StrategyParams(msgspec.Struct, frozen=True, kw_only=True):
    """Thresholds in dollars per $1 of payout, entry prices of the outcome bought, and times in seconds.

    ``selection`` is what a resting bid loses to those who know more when it fills.
    """

    min_edge: float
    min_price: Price
    max_price: Price
    selection: float = 0.01
    take_life_s: int = 3
    make_life_s: int = 20
    make_until_s: int = 75


class Chance(msgspec.Struct, frozen=True, kw_only=True):
    """Buying ``outcome`` at ``cost`` (dollars of that outcome) and what it would be worth."""

    outcome: Outcome
    style: str
    cost: Price
    shown: Count | None
    q: float
    edge: float
    edge_adj: float


def decide(view: CryptoView, params: StrategyParams) -> Signal | Refusal:
    """Return the best trade whose edge clears ``min_edge``: taking first, then resting inside the spread."""
    best = _best_take(view, params)
    if best is None or best.edge_adj < params.min_edge:
        resting = _best_make(view, params)
        if resting is not None and resting.edge_adj >= params.min_edge:
            return _signal(view, params, resting)
        return _no_edge(view, params, best or resting)
    return _signal(view, params, best)


def _best_take(view: CryptoView, params: StrategyParams) -> Chance | None:
    quote = view.quote
    if quote.ask is not None and quote.ask.number < view.p_yes:
        return _chance(view, params, Outcome.YES, cost=quote.ask, shown=quote.ask_count)
    if quote.bid is not None and quote.bid.number > view.p_yes:
        return _chance(view, params, Outcome.NO, cost=quote.bid.complement, shown=quote.bid_count)
    return None


def _best_make(view: CryptoView, params: StrategyParams) -> Chance | None:
    quote = view.quote
    if quote.bid is None or quote.ask is None or view.close_time - view.now <= params.make_until_s * NANOS:
        return None
    middle = (quote.bid + quote.ask) / (2.0 * PAYOUT)
    outcome = Outcome.YES if view.p_yes > middle else Outcome.NO
    best_bid = quote.bid if outcome is Outcome.YES else quote.ask.complement
    cost = _one_better(best_bid, view, outcome)
    worst = quote.ask if outcome is Outcome.YES else quote.bid.complement
    if cost is None or cost >= worst:
        return None
    return _chance(view, params, outcome, cost=cost, shown=None)


def _one_better(best_bid: Price, view: CryptoView, outcome: Outcome) -> Price | None:
    """Return the price one tick above a bid of the outcome, on the market's own grid; None off the grid."""
    yes_price = best_bid if outcome is Outcome.YES else best_bid.complement
    up = outcome is Outcome.YES
    for band in view.price_ranges:
        inside = band.start <= yes_price < band.end if up else band.start < yes_price <= band.end
        if inside:
            return Price(best_bid + band.step)
    return None


def _chance(view: CryptoView, params: StrategyParams, outcome: Outcome, *, cost: Price, shown: Count | None) -> Chance:
    role = Role.MAKER if shown is None else Role.TAKER
    q = view.p_yes if outcome is Outcome.YES else 1.0 - view.p_yes
    phi = _fee(in_force(view.fee, view.now), role, cost)
    if role is Role.TAKER:
        edge = edge_take(q=q, price=cost.number, fee=phi)
    else:
        edge = edge_make(q=q, price=cost.number, fee=phi, selection=params.selection)
    adjusted = edge_adjusted(edge=edge, stderr=view.stderr)
    style = "make" if shown is None else "take"
    return Chance(outcome=outcome, style=style, cost=cost, shown=shown, q=q, edge=edge, edge_adj=adjusted)


@lru_cache(maxsize=4_096)
def _fee(schedule: FeeSchedule, role: Role, cost: Price) -> float:
    """Return the fee of one contract in dollars: the smallest count, whose rounding costs the most."""
    fee = expected_fee(schedule, role=role, price=cost, count=CONTRACT)
    return fee_per_contract(fee_cash=fee, count=CONTRACT)


def _signal(view: CryptoView, params: StrategyParams, chance: Chance) -> Signal | Refusal:
    if not params.min_price <= chance.cost <= params.max_price:
        limits = f"{params.min_price}-{params.max_price}"
        return _refusal(view, "price_band", value=str(chance.cost), threshold=limits)
    outcome = chance.outcome
    identity = decision_id(
        account=view.account, strategy=NAME, ticker=view.ticker, outcome=outcome, bucket=event_bucket(view.now)
    )
    return Signal(
        at=view.now,
        ticker=view.ticker,
        account=view.account,
        desk="crypto",
        strategy=NAME,
        decision_id=identity,
        outcome=outcome,
        action="enter",
        style=chance.style,
        price=chance.cost if outcome is Outcome.YES else chance.cost.complement,
        shown=chance.shown,
        q=chance.q,
        stderr=view.stderr,
        edge=chance.edge,
        edge_adj=chance.edge_adj,
        expires_at=_expiry(view, params, chance.style),
        seen=view.seen,
    )


def _expiry(view: CryptoView, params: StrategyParams, style: str) -> Nanos:
    if style == "take":
        return Nanos(view.now + params.take_life_s * NANOS)
    last = view.close_time - params.make_until_s * NANOS
    return Nanos(min(view.now + params.make_life_s * NANOS, last))


def _no_edge(view: CryptoView, params: StrategyParams, best: Chance | None) -> Refusal:
    value = None if best is None else f"{best.edge_adj:.4f}"
    return _refusal(view, "no_edge", value=value, threshold=f"{params.min_edge:.4f}")


def _refusal(view: CryptoView, reason: str, *, value: str | None, threshold: str) -> Refusal:
    return Refusal(
        at=view.now,
        ticker=view.ticker,
        desk="crypto",
        stage="edge",
        reason=reason,
        value=value,
        threshold=threshold,
        seen=view.seen,
    )
