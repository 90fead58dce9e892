"""Flatten: what the desk holds in a market is sold at the bid, whatever it is worth, unless the bid is absurd.

A sale is immediate or not at all, so nothing rests while somebody waits for the desk to be flat. What a person bought
by hand is never a position of the review and so is never sold; what a person sold by hand the gate sells not again.
"""

from __future__ import annotations

from kalshi_desk.domain.decisions import Refusal, Signal, decision_id, event_bucket
from kalshi_desk.domain.ledger import Position
from kalshi_desk.domain.market import Outcome
from kalshi_desk.domain.risk import Breach
from kalshi_desk.domain.units import PAYOUT, Nanos, Price, seconds
from kalshi_desk.steps.gate_state import FLATTEN, GateParams
from kalshi_desk.steps.market_view import MarketView, SideQuote, tradable

COLLAR = Price(1_000)
REVIEW_EVERY_S = 10
SIGNAL_LIFE_S = 5


def flatten(position: Position, view: MarketView, *, strategy: str, now: Nanos, params: GateParams) -> Signal | Refusal:
    """Return the sale of a position of the desk, or why there is none now: it is tried again at the next review.

    A bid more than $0.10 below the mid is no price (no ask counts as $1): a swept or empty book sells nothing. ``q`` is
    the price itself, for nobody asks what the position is worth.
    """
    outcome = Outcome.YES if position.count > 0 else Outcome.NO
    bid = _bid(position.ticker, outcome, view, now=now, params=params)
    if isinstance(bid, Breach):
        return _report(position, bid, now=now, params=params)
    belief = view.beliefs.get(position.ticker)
    return Signal(
        at=now,
        ticker=position.ticker,
        account=position.account,
        desk=params.owner_of(position.ticker),
        strategy=strategy,
        decision_id=decision_id(
            account=position.account,
            strategy=f"exit:{FLATTEN}",
            ticker=position.ticker,
            outcome=outcome,
            bucket=event_bucket(now, REVIEW_EVERY_S),
        ),
        outcome=outcome,
        action="exit",
        style="take",
        price=bid if outcome is Outcome.YES else bid.complement,
        shown=view.quote(position.ticker, outcome).bid_count,
        q=bid / PAYOUT,
        stderr=0.0,
        edge=0.0,
        edge_adj=0.0,
        expires_at=Nanos(now + seconds(SIGNAL_LIFE_S)),
        exit_rule=FLATTEN,
        seen=FLATTEN if belief is None else belief.seen,
    )


def _bid(ticker: str, outcome: Outcome, view: MarketView, *, now: Nanos, params: GateParams) -> Price | Breach:
    """Return the price of the side held that it is sold at, or what stands in the way."""
    market = view.markets.get(ticker)
    if market is None:
        return Breach("market_unknown", ticker, "defined")
    if not tradable(market, now):
        return Breach("market_not_open", market.status, str(market.close_time))
    breach = view.book_breach(ticker, now=now, limits=params.inputs)
    return breach if breach is not None else _within_collar(view.quote(ticker, outcome))


def _within_collar(quote: SideQuote) -> Price | Breach:
    if quote.bid is None:
        return Breach("no_bid", "none", "a bid")
    lowest = Price((quote.bid + (PAYOUT if quote.ask is None else quote.ask) + 1) // 2 - COLLAR)
    return quote.bid if quote.bid >= lowest else Breach("bid_below_collar", str(quote.bid), str(lowest))


def _report(position: Position, breach: Breach, *, now: Nanos, params: GateParams) -> Refusal:
    return Refusal(
        at=now,
        ticker=position.ticker,
        desk=params.owner_of(position.ticker),
        stage="exit",
        reason=breach.reason,
        value=breach.value,
        threshold=breach.threshold,
    )
