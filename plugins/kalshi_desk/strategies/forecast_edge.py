"""Trade a market without a formula when our estimate of it differs from the book by more than all costs and our doubt.

This is the file to edit. ``decide`` sees one market at one moment and answers with the trade it wants, or with why not.
It never takes: it rests one tick better than the best bid, or joins it where the spread is a single tick. An estimate
lasts for hours and the order for minutes, too short to come to the front of a queue, so the tick buys the first place
in it and costs less than the taker's fee and half the spread. What did not fill in its time the gate takes afterwards,
where the edge pays for that (``steps/follow_up``).
"""

from __future__ import annotations

import msgspec

from kalshi_desk.domain.decisions import Refusal, Signal, decision_id
from kalshi_desk.domain.edge import edge_adjusted, edge_make, fee_per_contract
from kalshi_desk.domain.estimate import Estimate
from kalshi_desk.domain.fees import Role, expected_fee, in_force
from kalshi_desk.domain.market import FeeSchedule, Outcome, PriceRange, Quote
from kalshi_desk.domain.order import price_ceil, price_floor
from kalshi_desk.domain.units import CONTRACT, NANOS, Nanos, Price

NAME = "forecast_edge"


class ForecastView(msgspec.Struct, frozen=True, kw_only=True):
    """One market as the strategy sees it: our estimate, the top of its book, fee and price grid."""

    now: Nanos
    estimate: Estimate
    close_time: Nanos
    quote: Quote
    fee: FeeSchedule
    price_ranges: tuple[PriceRange, ...]


class ForecastParams(msgspec.Struct, frozen=True, kw_only=True):
    """Thresholds in dollars per $1 of payout, entry prices of the outcome bought, and times in seconds.

    ``below`` is the first price that is too dear because the exit rules would sell there again, ``not_within_s`` how
    long before the close they would; None where that exit is off. ``selection`` is what a resting bid loses to those
    who know more when it fills.
    """

    min_edge: float
    min_price: Price
    max_price: Price
    below: Price | None
    not_within_s: float | None
    selection: float
    life_s: int


class Bid(msgspec.Struct, frozen=True, kw_only=True):
    """A bid for ``outcome`` at ``price`` (dollars of that outcome) and what it would be worth."""

    outcome: Outcome
    price: Price
    q: float
    edge: float
    edge_adj: float


def decide(view: ForecastView, params: ForecastParams) -> Signal | Refusal:
    """Return a bid for the outcome with the greater edge, if that clears ``min_edge`` at a price worth entering at."""
    left_s = (view.close_time - view.now) / NANOS
    if params.not_within_s is not None and left_s <= params.not_within_s:
        return _refusal(view, "time_decay_entry", value=f"{left_s:.0f}", threshold=f"{params.not_within_s:.0f}")
    bids = [bid for outcome in Outcome if (bid := _bid(view, params, outcome)) is not None]
    if not bids:
        return _refusal(view, "one_sided_book", value=f"{view.quote.bid} {view.quote.ask}", threshold="bid and ask")
    best = max(bids, key=lambda bid: bid.edge_adj)
    if best.edge_adj < params.min_edge:
        return _refusal(view, "no_edge", value=f"{best.edge_adj:.4f}", threshold=f"{params.min_edge:.4f}")
    return _dear_or_cheap(view, params, best.price) or _signal(view, params, best)


def _bid(view: ForecastView, params: ForecastParams, outcome: Outcome) -> Bid | None:
    price = resting_price(view.quote, view.price_ranges, outcome)
    if price is None:
        return None
    q = view.estimate.p_yes if outcome is Outcome.YES else 1.0 - view.estimate.p_yes
    fee = expected_fee(in_force(view.fee, view.now), role=Role.MAKER, price=price, count=CONTRACT)
    phi = fee_per_contract(fee_cash=fee, count=CONTRACT)
    edge = edge_make(q=q, price=price.number, fee=phi, selection=params.selection)
    adjusted = edge_adjusted(edge=edge, stderr=view.estimate.stderr)
    return Bid(outcome=outcome, price=price, q=q, edge=edge, edge_adj=adjusted)


def resting_price(quote: Quote, ranges: tuple[PriceRange, ...], outcome: Outcome) -> Price | None:
    """Return the outcome's price one tick above its best bid, or that bid where a tick more would cross.

    None where a side of the book is empty: there is no price to better then, and none to be measured against.
    """
    if quote.bid is None or quote.ask is None:
        return None
    if outcome is Outcome.YES:
        better = price_ceil(ranges, Price(quote.bid + 1))
        return better if better is not None and better < quote.ask else quote.bid
    better = price_floor(ranges, Price(quote.ask - 1))
    return better.complement if better is not None and better > quote.bid else quote.ask.complement


def _dear_or_cheap(view: ForecastView, params: ForecastParams, price: Price) -> Refusal | None:
    if not params.min_price <= price <= params.max_price:
        limits = f"{params.min_price}-{params.max_price}"
        return _refusal(view, "price_band", value=str(price), threshold=limits)
    if params.below is not None and price >= params.below:
        return _refusal(view, "take_profit_entry_price", value=str(price), threshold=str(params.below))
    return None


def _signal(view: ForecastView, params: ForecastParams, bid: Bid) -> Signal:
    estimate, outcome = view.estimate, bid.outcome
    identity = decision_id(
        account=estimate.account, strategy=NAME, ticker=estimate.ticker, outcome=outcome, bucket=estimate.estimate_id
    )
    return Signal(
        at=view.now,
        ticker=estimate.ticker,
        account=estimate.account,
        desk="forecast",
        strategy=NAME,
        decision_id=identity,
        outcome=outcome,
        action="enter",
        style="make",
        price=bid.price if outcome is Outcome.YES else bid.price.complement,
        shown=None,
        q=bid.q,
        stderr=estimate.stderr,
        edge=bid.edge,
        edge_adj=bid.edge_adj,
        expires_at=Nanos(view.now + params.life_s * NANOS),
        exploratory=estimate.exploratory,
        seen=estimate.seen,
    )


def _refusal(view: ForecastView, reason: str, *, value: str, threshold: str) -> Refusal:
    return Refusal(
        at=view.now,
        ticker=view.estimate.ticker,
        desk="forecast",
        stage="edge",
        reason=reason,
        value=value,
        threshold=threshold,
        seen=view.estimate.seen,
    )
