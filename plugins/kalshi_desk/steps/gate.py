"""The one gate: every wish of either desk becomes an approved order or a refusal that names the limit.

All gates are evaluated in their order; the first that fails gives the reason, the others are told beside it. What
passes them all is sized, and refused if nothing is left of it. An approved order is in flight at once, before its
message comes back, so that no later signal is judged without it.
"""

from __future__ import annotations

from collections.abc import Sequence

import msgspec

from kalshi_desk.domain.decisions import Refusal, Signal
from kalshi_desk.domain.ledger import Order
from kalshi_desk.domain.order import book_side
from kalshi_desk.domain.risk import Breach
from kalshi_desk.domain.units import Cash, Count, Nanos, Price
from kalshi_desk.steps.gate_state import GateParams, GateState, forget, observe
from kalshi_desk.steps.gates import Case, breaches, expiry, offer_of, side_price, unfunded
from kalshi_desk.steps.joint_sizing import joint_of
from kalshi_desk.steps.sizing import size

__all__ = ["GateParams", "GateState", "decide", "observe"]


def decide(state: GateState, signal: Signal, *, now: Nanos, params: GateParams) -> Order | Refusal:
    """Approve a signal as an order, which the state then counts as in flight, or refuse it.

    An exit that only another order of its market keeps waiting marks that order to be cancelled (``cancel_review``).
    """
    case = Case(state, signal, now=now, params=params)
    failed = breaches(case)
    sized = _funded(case, _sized(case)) if not failed else failed[0]
    if isinstance(sized, Breach):
        if signal.action == "exit" and sized.reason == "order_in_flight":
            _supersede(case)
        return _refusal(case, sized, "gate" if failed else "size", also=failed[1:])
    order = _order(case, *sized)
    observe(state, order)
    live, belief = state.orders[order.client_order_id], state.view.beliefs.get(order.ticker)
    live.q, live.believed = signal.q, None if belief is None else belief.seen
    return order


def disown(state: GateState, order: Order) -> Refusal:
    """Take back an order whose decision the ledger had before this process began: it is not in flight."""
    forget(state, state.orders[order.client_order_id])
    return Refusal(
        at=order.at,
        ticker=order.ticker,
        desk=order.desk,
        stage="exit" if order.action == "exit" else "gate",
        reason="duplicate_decision",
        value=order.client_order_id,
        threshold="1",
        decision_id=order.decision_id,
        seen=order.seen,
    )


def _supersede(case: Case) -> None:
    for live in case.state.orders_in(case.signal.ticker):
        same = live.order.action == "exit" and live.order.price == case.signal.price
        live.superseded = live.superseded or case.takes or not same


def _sized(case: Case) -> tuple[Price, Count, Cash] | Breach:
    """Return price of the side, count and worst loss; an exit sells all that it may and risks nothing more."""
    if case.signal.action == "exit":
        return case.price, case.state.sellable(case.signal.ticker, case.signal.outcome), Cash(0)
    offer, roll = offer_of(case), case.roll
    if offer is None or roll is None:
        return Breach("book_unusable", "none", "live")
    offer = msgspec.structs.replace(offer, joint=joint_of(case, offer, roll=roll))
    count = size(offer, case.reserved, case.limits, desk=case.signal.desk, roll=roll)
    return count if isinstance(count, Breach) else (offer.price, count, offer.cost(count))


def _funded(case: Case, sized: tuple[Price, Count, Cash] | Breach) -> tuple[Price, Count, Cash] | Breach:
    if isinstance(sized, Breach) or case.signal.action == "exit":
        return sized
    return unfunded(case, sized[2]) or sized


def _order(case: Case, price: Price, count: Count, cost: Cash) -> Order:
    signal = case.signal
    return Order(
        at=case.now,
        account=signal.account,
        ticker=signal.ticker,
        desk=signal.desk,
        strategy=signal.strategy,
        decision_id=signal.decision_id,
        client_order_id=f"{signal.decision_id}-0",
        outcome=signal.outcome,
        book_side=book_side(signal.outcome, signal.action),
        action=signal.action,
        style=signal.style,
        price=side_price(price, signal.outcome),
        count=count,
        reduce_only=signal.action == "exit" and case.takes,
        expires_at=expiry(case),
        risk=cost,
        exit_rule=signal.exit_rule,
        cluster=signal.cluster,
        seen=signal.seen,
    )


def _refusal(case: Case, breach: Breach, stage: str, *, also: Sequence[Breach]) -> Refusal:
    return Refusal(
        at=case.now,
        ticker=case.signal.ticker,
        desk=case.signal.desk,
        stage="exit" if case.signal.action == "exit" else stage,
        reason=breach.reason,
        value=breach.value,
        threshold=breach.threshold,
        also=tuple(map(str, also)),
        decision_id=case.signal.decision_id,
        seen=case.signal.seen,
    )
