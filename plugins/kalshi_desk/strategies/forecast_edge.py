"""Trade a market without a formula when our estimate of it differs from the book by more than all costs and our doubt.

This is the file to edit. ``decide`` sees one market at one moment and answers with the trade it wants, or with why not.
It rests one tick better than the best bid, or joins it where the spread is a single tick. An estimate lasts for hours
and the order for minutes, too short to come to the front of a queue, so the tick buys the first place in it and costs
less than the taker's fee and half the spread. What did not fill in its time is taken afterwards, where the edge still
pays for that (``take``, called by ``steps/follow_up``).
"""

from __future__ import annotations

import msgspec

from kalshi_desk.domain.decisions import Refusal, Signal, decision_id
from kalshi_desk.domain.edge import edge_adjusted, edge_make, edge_take, fee_per_contract
from kalshi_desk.domain.estimate import Estimate
from kalshi_desk.domain.fees import Role, expected_fee, in_force
from kalshi_desk.domain.market import FeeSchedule, Outcome, PriceRange, Quote
from kalshi_desk.domain.order import price_ceil, price_floor
from kalshi_desk.domain.units import CONTRACT, NANOS, Count, Nanos, Price

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


class Chance(msgspec.Struct, frozen=True, kw_only=True):
    """Buying ``outcome`` at ``price`` (dollars of that outcome) and what it would be worth; ``shown`` if it takes."""

    outcome: Outcome
    price: Price
    shown: Count | None
    q: float
    edge: float
    edge_adj: float


def decide(view: ForecastView, params: ForecastParams) -> Signal | Refusal:
    """Return a bid for the outcome with the greater edge, if that clears ``min_edge`` at a price worth entering at."""
    left_s = (view.close_time - view.now) / NANOS
    if params.not_within_s is not None and left_s <= params.not_within_s:
        return _refusal(view, "time_decay_entry", value=f"{left_s:.0f}", threshold=f"{params.not_within_s:.0f}")
    bids = [bid for outcome in Outcome if (bid := _make(view, params, outcome)) is not None]
    if not bids:
        return _refusal(view, "one_sided_book", value=f"{view.quote.bid} {view.quote.ask}", threshold="bid and ask")
    best = max(bids, key=lambda bid: bid.edge_adj)
    if best.edge_adj < params.min_edge:
        return _refusal(view, "no_edge", value=f"{best.edge_adj:.4f}", threshold=f"{params.min_edge:.4f}")
    return _dear_or_cheap(view, params, best.price) or _signal(view, params, best)


def take(view: ForecastView, params: ForecastParams, outcome: Outcome, most: Count) -> Signal | None:
    """Return the decision to take at most ``most`` contracts of what is offered now; None where nothing is.

    It is asked for when the bid's time has run out; whether the edge still pays for it is the gate's to say.
    """
    quote, yes = view.quote, outcome is Outcome.YES
    ask, count = (quote.ask, quote.ask_count) if yes else (quote.bid, quote.bid_count)
    if ask is None:
        return None
    price = ask if yes else ask.complement
    return _signal(view, params, _chance(view, params, outcome, price=price, shown=min(count, most)))


def _make(view: ForecastView, params: ForecastParams, outcome: Outcome) -> Chance | None:
    price = resting_price(view.quote, view.price_ranges, outcome)
    return None if price is None else _chance(view, params, outcome, price=price, shown=None)


def _chance(
    view: ForecastView, params: ForecastParams, outcome: Outcome, *, price: Price, shown: Count | None
) -> Chance:
    q = view.estimate.p_yes if outcome is Outcome.YES else 1.0 - view.estimate.p_yes
    role = Role.MAKER if shown is None else Role.TAKER
    phi = fee_per_contract(
        fee_cash=expected_fee(in_force(view.fee, view.now), role=role, price=price, count=CONTRACT), count=CONTRACT
    )
    if shown is None:
        edge = edge_make(q=q, price=price.number, fee=phi, selection=params.selection)
    else:
        edge = edge_take(q=q, price=price.number, fee=phi)
    adjusted = edge_adjusted(edge=edge, stderr=view.estimate.stderr)
    return Chance(outcome=outcome, price=price, shown=shown, q=q, edge=edge, edge_adj=adjusted)


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


def _signal(view: ForecastView, params: ForecastParams, chance: Chance) -> Signal:
    estimate, outcome = view.estimate, chance.outcome
    bucket = estimate.estimate_id if chance.shown is None else f"{estimate.estimate_id}:take"
    identity = decision_id(
        account=estimate.account, strategy=NAME, ticker=estimate.ticker, outcome=outcome, bucket=bucket
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
        style="make" if chance.shown is None else "take",
        price=chance.price if outcome is Outcome.YES else chance.price.complement,
        shown=chance.shown,
        q=chance.q,
        stderr=estimate.stderr,
        edge=chance.edge,
        edge_adj=chance.edge_adj,
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
