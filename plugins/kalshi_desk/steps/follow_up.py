"""Take what a forecast entry did not get by resting: once its time has run out and its end at the venue is known.

It is a decision of its own, made once per estimate, through all gates again and for no more than what was left: as long
as the first order might still fill there is no second.
"""

from __future__ import annotations

import msgspec

from kalshi_desk.domain.allocation import Allotment, own_decision
from kalshi_desk.domain.decisions import Refusal, Signal
from kalshi_desk.domain.estimate import Estimate
from kalshi_desk.domain.fees import fee_known
from kalshi_desk.domain.ledger import Order
from kalshi_desk.domain.units import Nanos, seconds
from kalshi_desk.steps.forecast_signals import strategy_params
from kalshi_desk.steps.gate import decide
from kalshi_desk.steps.gate_state import GateParams, GateState, Lapsed
from kalshi_desk.strategies.forecast_edge import ForecastView, take

WITHIN_S = 120


def follow_ups(
    state: GateState, *, now: Nanos, params: GateParams, allotment: Allotment | None = None
) -> list[Order | Refusal]:
    """Return what becomes of the entries whose time has run out, each asked once.

    What an entry left is its account's own part already: under an ``allotment`` only the decision becomes its own.
    One found later than ``WITHIN_S`` after its time, as after a restart, is left; so is one whose estimate is not the
    newest any more, for that speaks for itself.
    """
    answers: list[Order | Refusal] = []
    for ticker in list(state.lapsed):
        signal = _signal(state, state.lapsed.pop(ticker), now, params)
        if signal is not None:
            signal = signal if allotment is None else _own(signal, allotment)
            answers.append(decide(state, signal, now=now, params=params))
    return answers


def _own(signal: Signal, allotment: Allotment) -> Signal:
    identity = own_decision(signal.decision_id, allotment)
    return msgspec.structs.replace(signal, account=allotment.own, decision_id=identity)


def _signal(state: GateState, lapsed: Lapsed, now: Nanos, params: GateParams) -> Signal | None:
    order, view = lapsed.order, state.view
    belief, market = view.beliefs.get(order.ticker), view.markets.get(order.ticker)
    if now > order.expires_at + seconds(WITHIN_S) or not isinstance(belief, Estimate) or belief.seen != order.seen:
        return None
    if market is None or market.fee is None or not fee_known(market.fee):
        return None
    if view.book_breach(order.ticker, now=now, limits=params.inputs) is not None:
        return None
    seen = ForecastView(
        now=now,
        estimate=belief,
        close_time=market.close_time,
        quote=view.books[order.ticker].quote(),
        fee=market.fee,
        price_ranges=market.price_ranges,
    )
    limits = params.limits.forecast
    wish = take(seen, strategy_params(limits, selection=params.selection, life_s=WITHIN_S), order.outcome, lapsed.left)
    return None if wish is None else msgspec.structs.replace(wish, cluster=order.cluster)
