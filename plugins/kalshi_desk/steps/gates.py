"""The gates of a signal, each a pure look at one case: None, or the breach that refuses it.

``breaches`` evaluates all of them in their order, and then the limits that not even the smallest order would keep;
sizing, with the limits that depend on the count, comes after.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import cached_property
from math import isfinite

from kalshi_desk.domain import breakers, risk
from kalshi_desk.domain.decisions import Signal
from kalshi_desk.domain.estimate import Estimate
from kalshi_desk.domain.fees import Role, fee_known, in_force
from kalshi_desk.domain.market import Market, Outcome
from kalshi_desk.domain.order import on_grid
from kalshi_desk.domain.risk import Breach, Reserved
from kalshi_desk.domain.units import NANOS, PAYOUT, Cash, Nanos, Price, seconds
from kalshi_desk.steps.gate_state import MINUTE_NS, GateParams, GateState
from kalshi_desk.steps.market_view import SideQuote, tradable
from kalshi_desk.steps.sizing import Offer

MAKER_STOP_S = 75
MAKER_LIFE_S = 20
MAX_EQUITY_AGE_S = 300.0


class Case:
    """One signal before the gates, with what they need to look up once; ``limits`` are those that the rung leaves."""

    def __init__(self, state: GateState, signal: Signal, *, now: Nanos, params: GateParams) -> None:
        self.state, self.signal, self.now, self.params = state, signal, now, params
        self.owner = owner = params.owner_of(signal.ticker)
        category = state.category(signal.ticker, params)
        self.rung = state.rung(signal.strategy, category)
        self.share = params.rung_shares.of(self.rung)
        self.limits = params.limits.within(category).scaled(owner, self.share)
        self.desk = self.limits.desk(owner)
        self.market: Market | None = state.view.markets.get(signal.ticker)
        self.quote: SideQuote | None = None
        if state.view.book_breach(signal.ticker, now=now, limits=params.inputs) is None:
            self.quote = state.view.quote(signal.ticker, signal.outcome)
        self.price = side_price(signal.price, signal.outcome)

    @property
    def takes(self) -> bool:
        return self.signal.style == "take"

    @cached_property
    def roll(self) -> Cash | None:
        """The bankroll; None while the account's equity is unknown."""
        equity = self.state.equity
        if equity is None:
            return None
        net = Cash(equity.realized - equity.fees)
        return risk.bankroll(self.limits, net_pnl=net, venue_equity=equity.equity)

    @cached_property
    def reserved(self) -> Reserved:
        """What is at stake around the market already."""
        wish = self.signal
        return self.state.reserved(wish.ticker, self.params, strategy=wish.strategy, cluster=wish.cluster)


Gate = Callable[[Case], Breach | None]


def breaches(case: Case) -> list[Breach]:
    """Evaluate every gate before sizing and return all that fail, first gate first."""
    enters = case.signal.action == "enter"
    gates = BOTH_GATES + (ENTRY_GATES if enters else EXIT_GATES)
    failed = [breach for gate in gates if (breach := gate(case)) is not None]
    return failed + (_full(case) if enters else [])


def expiry(case: Case) -> Nanos:
    """Return when the order's life would end."""
    if case.takes:
        return case.signal.expires_at
    life = MAKER_LIFE_S if case.signal.desk == "crypto" else case.params.order_timeout_s
    return Nanos(case.now + seconds(life))


def side_price(price: Price, outcome: Outcome) -> Price:
    """Turn a YES price into the outcome's own price, or back."""
    return price if outcome is Outcome.YES else price.complement


def _switches(case: Case) -> Breach | None:
    switch = case.state.forbids(case.signal, case.now)
    if switch is not None:
        return Breach(switch.name, switch.by, "resume" if switch.until is None else str(switch.until))
    return Breach("resumed", "off", "flatten") if case.state.resumed(case.signal, case.now) else None


def _owner(case: Case) -> Breach | None:
    if case.signal.account != case.params.account:
        return Breach("wrong_account", case.signal.account, case.params.account)
    owner = case.params.owner_of(case.signal.ticker)
    return None if owner == case.signal.desk else Breach("not_owner", case.signal.desk, owner)


def _sane(case: Case) -> Breach | None:
    signal = case.signal
    if signal.action not in ("enter", "exit") or signal.style not in ("take", "make", "rest"):
        return Breach("bad_signal", f"{signal.action} {signal.style}", "enter or exit; take, make or rest")
    if not 0 <= signal.q <= 1 or not (isfinite(signal.stderr) and signal.stderr >= 0):
        return Breach("bad_signal", f"q {signal.q} stderr {signal.stderr}", "q in [0, 1], stderr >= 0")
    return None


def _duplicate(case: Case) -> Breach | None:
    sent = case.state.decisions.get(case.signal.decision_id)
    return None if sent is None else Breach("duplicate_decision", sent, "1")


def _graduated(case: Case) -> Breach | None:
    if case.signal.exploratory and not case.params.rung_shares.paper:
        return Breach("exploratory", "exploratory", "a learned weight")
    return None if case.share else Breach("not_graduated", case.rung, "small")


def _market_open(case: Case) -> Breach | None:
    if case.market is None:
        return Breach("market_unknown", case.signal.ticker, "defined")
    if not tradable(case.market, case.now):
        return Breach("market_not_open", case.market.status, str(case.market.close_time))
    if not on_grid(case.market.price_ranges, case.signal.price):
        return Breach("price_off_grid", str(case.signal.price), "the market's price ranges")
    return None


def _trading(case: Case) -> Breach | None:
    told, market = case.state.trading, case.market
    if told is None or market is None or told.takes_orders(market.exchange_index):
        return None
    return Breach("exchange_paused", f"shard {market.exchange_index}", "trading")


def _fee_known(case: Case) -> Breach | None:
    if case.market is None or fee_known(case.market.fee):
        return None
    return Breach("fee_unknown", "none" if case.market.fee is None else case.market.fee.fee_type, "a known schedule")


def _book(case: Case) -> Breach | None:
    return case.state.view.book_breach(case.signal.ticker, now=case.now, limits=case.params.inputs)


def _fresh(case: Case) -> Breach | None:
    signal = case.signal
    if case.now > signal.expires_at:
        return Breach("signal_expired", str(case.now), str(signal.expires_at))
    age, oldest = case.now - signal.at, case.params.inputs.estimate_s
    return None if age <= seconds(oldest) else Breach("signal_too_old", f"{age / NANOS:.3f}", f"{oldest:.3f}")


def _age(case: Case) -> Breach | None:
    return risk.order_age(expiry(case) - case.now, case.limits)


def _rate(case: Case) -> Breach | None:
    return risk.orders_per_minute(case.state.orders_since(Nanos(case.now - MINUTE_NS)), case.limits)


def _collar(case: Case) -> Breach | None:
    quote = case.quote
    if quote is None or quote.bid is None or quote.ask is None:
        return None
    price = min(quote.ask, case.price) if case.takes else case.price
    return risk.price_distance(price, bid=quote.bid, ask=quote.ask, limits=case.limits)


def _not_banned(case: Case) -> Breach | None:
    exited_at = case.state.bans.get((case.signal.ticker, case.signal.outcome))
    if exited_at is None or (case.signal.desk == "forecast" and case.signal.seen != exited_at):
        return None
    return Breach("exited_before", exited_at, "settlement" if case.signal.desk == "crypto" else "a new estimate")


def _band(case: Case) -> Breach | None:
    ask = case.quote.ask if case.takes and case.quote is not None else None
    return risk.price_band(case.price if ask is None else min(ask, case.price), case.desk)


def _close_distance(case: Case) -> Breach | None:
    if case.market is None:
        return None
    left = case.market.close_time - case.now
    if case.signal.style == "make" and case.signal.desk == "crypto" and left <= seconds(MAKER_STOP_S):
        return Breach("maker_near_close", f"{left / NANOS:.3f}", f"{MAKER_STOP_S}.000")
    return risk.time_to_close(case.now, case.market.close_time, case.desk)


def _quote_there(case: Case) -> Breach | None:
    if case.quote is None:
        return None
    ask = case.quote.ask
    if case.takes and (ask is None or ask > case.price):
        return Breach("edge_gone", "none" if ask is None else str(ask), str(case.price))
    if not case.takes and ask is not None and ask <= case.price:
        return Breach("would_cross", str(case.price), str(ask))
    return None


def _edge(case: Case) -> Breach | None:
    offer = offer_of(case)
    return None if offer is None else risk.min_edge(offer.edge(), case.desk)


def _none_in_flight(case: Case) -> Breach | None:
    live = case.state.orders_in(case.signal.ticker)
    return Breach("order_in_flight", live[0].order.client_order_id, "none") if live else None


def _daily_entries(case: Case) -> Breach | None:
    today = case.state.entries.get((case.signal.desk, breakers.utc_day(case.now)), 0)
    return risk.entries_today(today, case.desk)


def _losses(case: Case) -> Breach | None:
    equity = case.state.equity
    if equity is None or equity.account != case.params.account:
        return Breach("equity_unknown", "none" if equity is None else equity.account, case.params.account)
    if case.now - equity.at > seconds(MAX_EQUITY_AGE_S):
        return Breach("equity_stale", f"{(case.now - equity.at) / NANOS:.3f}", f"{MAX_EQUITY_AGE_S:.3f}")
    case.state.losses.peak = equity.peak
    trips = case.state.losses.trips(equity, {"both": equity.today}, case.params.limits)
    trip = next(iter(trips), None) or breakers.rejects(case.state.rejects)
    return None if trip is None or (trip.until is not None and case.now >= trip.until) else trip.breach


def _holds(case: Case) -> Breach | None:
    left = case.state.sellable(case.signal.ticker, case.signal.outcome)
    return None if left > 0 else Breach("no_position", str(left), "0.01")


def _bid_there(case: Case) -> Breach | None:
    if case.quote is None:
        return None
    bid = case.quote.bid
    if case.takes and (bid is None or bid < case.price):
        return Breach("bid_gone", "none" if bid is None else str(bid), str(case.price))
    if not case.takes and bid is not None and bid >= case.price:
        return Breach("would_cross", str(case.price), str(bid))
    return None


BOTH_GATES: tuple[Gate, ...] = (
    _switches, _owner, _sane, _duplicate, _market_open, _trading, _fee_known, _book, _fresh, _age,
)  # fmt: skip
ENTRY_GATES: tuple[Gate, ...] = (
    _graduated, _not_banned, _band, _close_distance, _quote_there, _collar, _edge, _none_in_flight, _daily_entries,
    _rate, _losses,
)  # fmt: skip
EXIT_GATES: tuple[Gate, ...] = (_holds, _bid_there, _none_in_flight)


def _full(case: Case) -> list[Breach]:
    """Return the limits on what is at stake that leave no room for the smallest order."""
    if case.roll is None or case.signal.desk != case.owner:
        return []
    limits, desk = case.limits, case.owner
    full = risk.market_full(case.reserved, limits, desk=desk, roll=case.roll)
    beyond = risk.exposure(case.reserved, limits, desk=desk, risk=limits.min_order_cost, roll=case.roll)
    found = [full, *beyond, unfunded(case, limits.min_order_cost)]
    return [breach for breach in found if breach is not None]


def unfunded(case: Case, cost: Cash) -> Breach | None:
    """Refuse an entry that the free cash of its market's shard is not known to cover."""
    free = None if case.market is None else case.state.cash.free(case.market.exchange_index)
    return None if free is None or cost <= free else Breach("insufficient_shard_cash", str(free), str(cost))


def offer_of(case: Case) -> Offer | None:
    """Return what the entry buys at the book as it is now; None where the market or the book does not say."""
    if case.market is None or case.market.fee is None or case.quote is None:
        return None
    if not fee_known(case.market.fee) or _sane(case) is not None or not 0 < case.price < PAYOUT:
        return None
    ask = case.quote.ask
    if case.takes and ask is None:
        return None
    shown = case.quote.ask_count if case.signal.shown is None else min(case.quote.ask_count, case.signal.shown)
    return Offer(
        price=ask if case.takes and ask is not None else case.price,
        q=_latest_q(case),
        stderr=case.signal.stderr,
        role=Role.TAKER if case.takes else Role.MAKER,
        shown=shown if case.takes else None,
        schedule=in_force(case.market.fee, case.now),
        align=case.params.fee_align,
        selection=case.state.selection.get(case.owner, case.params.selection),
    )


def _latest_q(case: Case) -> float:
    """Return the signal's probability, or that of a later fair value or another estimate if it is worse for the side.

    Which of two estimates is the later one their times do not tell: a batch run decides as of its beginning.
    """
    signal, view = case.signal, case.state.view
    belief, q = view.beliefs.get(signal.ticker), view.p_of(signal.ticker, signal.outcome)
    if belief is None or q is None:
        return signal.q
    known = belief.seen == signal.seen if isinstance(belief, Estimate) else belief.at <= signal.at
    return signal.q if known else min(signal.q, q)
