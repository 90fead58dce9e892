"""Which resting orders must go: switched off, timed out, out of date, in a sale's way, too cheap or too large."""

from __future__ import annotations

import msgspec

from kalshi_desk.domain.market import Market
from kalshi_desk.domain.units import Nanos, Price, seconds
from kalshi_desk.steps.gate_state import FLATTEN, GateParams, GateState, LiveOrder
from kalshi_desk.steps.gates import MAKER_STOP_S, side_price
from kalshi_desk.steps.market_view import FAIR_VALUE_AGE_S

_EPS = 1e-9  # far below any tick: q is a float


class Cancel(msgspec.Struct, frozen=True):
    """A resting order that must be cancelled, and why."""

    client_order_id: str
    ticker: str
    reason: str


def cancels(state: GateState, *, now: Nanos, params: GateParams) -> list[Cancel]:
    """Return the resting orders that must be cancelled now, oldest first; IOC orders end by themselves."""
    found = []
    for live in state.orders.values():
        if live.order.style == "take" or live.progress.state.final:
            continue
        reason = _reason(state, live, now=now, params=params)
        if reason is not None:
            found.append(Cancel(live.order.client_order_id, live.order.ticker, reason))
    return found


def _reason(state: GateState, live: LiveOrder, *, now: Nanos, params: GateParams) -> str | None:
    order = live.order
    for name in ("halt", FLATTEN):
        if state.switch(name, order.desk, now) is not None:
            return name
    if now >= order.expires_at:
        return "timeout"
    if live.superseded:
        return "superseded"
    if order.action == "exit":
        return _exit_reason(state, live)
    return _entry_reason(state, live, now=now, params=params)


def _exit_reason(state: GateState, live: LiveOrder) -> str | None:
    """Return why a resting sale must go: it opens the other side, or sells for less than we now think it is worth."""
    order = live.order
    if live.open_count > state.sellable(order.ticker, order.outcome):
        return "larger_than_position"
    q = state.view.p_of(order.ticker, order.outcome)
    cheap = q is not None and q > side_price(order.price, order.outcome).number + _EPS
    return "estimate_moved" if cheap else None


def _entry_reason(state: GateState, live: LiveOrder, *, now: Nanos, params: GateParams) -> str | None:
    order = live.order
    if state.switch("pause", order.desk, now):
        return "pause"
    if order.desk != "crypto":
        belief = state.view.beliefs.get(order.ticker)
        known = belief is None or belief.seen in (order.seen, live.believed)
        return None if known else "new_estimate"
    if state.view.book_breach(order.ticker, now=now, limits=params.inputs) is not None:
        return "input_stale"
    return _crypto_reason(state, live, now)


def _crypto_reason(state: GateState, live: LiveOrder, now: Nanos) -> str | None:
    order, fair = live.order, state.view.beliefs.get(live.order.ticker)
    market, q = state.view.markets.get(order.ticker), state.view.p_of(order.ticker, order.outcome)
    if market is None or market.close_time - now <= seconds(MAKER_STOP_S):
        return "near_close"
    if now - (order.at if fair is None else max(order.at, fair.at)) > seconds(FAIR_VALUE_AGE_S):
        return "input_stale"
    if live.q is not None and q is not None and q <= live.q - _tick(market, order.price).number:
        return "estimate_moved"
    return None


def _tick(market: Market, price: Price) -> Price:
    """Return the step of the price grid where an order stands; the finest where two bands meet."""
    return min(band.step for band in market.price_ranges if band.start <= price <= band.end)
