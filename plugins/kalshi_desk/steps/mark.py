"""Value positions and the account, and throw the loss breakers.

Cash is the opening cash plus what the positions' own books say, so ``Position`` must be published after each fill and
each settlement (then with count 0 and the payout in ``realized``). P&L, ``realized`` and ``fees`` are the desk's own;
cash, marks and equity count what a person traded by hand as well, netted as the venue nets it. What a person pays in or
withdraws moves cash and peak alike and is no P&L.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from kalshi_desk.domain import exits
from kalshi_desk.domain.breakers import LossWatch, Trip, by_person, rejects, strengthens, switch_of, throw, utc_day
from kalshi_desk.domain.control import Switch
from kalshi_desk.domain.fees import fee_known, in_force
from kalshi_desk.domain.ledger import Equity, Mark, OrderEvent, PaidIn, Position
from kalshi_desk.domain.market import Outcome
from kalshi_desk.domain.message import Message
from kalshi_desk.domain.units import NANOS, PAYOUT, Cash, Count, Nanos, Price
from kalshi_desk.steps.gate_state import GateParams
from kalshi_desk.steps.market_view import MarketView, SideQuote
from kalshi_desk.steps.reconcile import held

TIGHT = Price(1_000)
MARK_EVERY_NS = NANOS
Marked = Mark | Equity | Switch


class MarkState:
    """Positions of one account, what the venue shows, the day's beginning and the peak; changed in place.

    ``opening`` is the cash that the account opened with, ``paid_in`` all since; ``peak`` the highest equity, with both;
    ``day_start`` the desk's P&L by scope (both, crypto, forecast) at ``midnight``, the start of the UTC day, with what
    was held then at its mark. The last three are None for a new account, whose first day is that of its first message.
    """

    def __init__(
        self,
        opening: Cash,
        *,
        paid_in: Cash = Cash(0),  # noqa: B008 - an integer
        peak: Cash | None = None,
        day_start: Mapping[str, Cash] | None = None,
        midnight: Nanos | None = None,
    ) -> None:
        self.opening, self.paid_in = opening, paid_in
        self.view = MarketView()
        self.positions: dict[tuple[str, str], Position] = {}
        self.quotes: dict[tuple[str, bool], SideQuote] = {}
        self.switches: dict[tuple[str, str], Switch] = {}
        self.losses = LossWatch(Cash(opening + paid_in) if peak is None else peak)
        self.rejects = 0
        self.resumed_at = Nanos(0)
        self.now = Nanos(0) if midnight is None else midnight
        self.day = None if midnight is None else utc_day(midnight)
        self.marked_at: Nanos | None = None
        self.day_start: dict[str, Cash] = dict(day_start or dict.fromkeys(("both", "crypto", "forecast"), Cash(0)))


def observe(state: MarkState, message: Message, *, params: GateParams) -> list[Marked]:
    """Apply a message; returns marks, equity and tripped breakers at most once a second, at once on a new position.

    Raises SequenceGap or ParseError for a book change that cannot be applied; that book is lost then.
    """
    _turn_day(state, message.at, params)
    remember(state, message)
    if isinstance(message, Position):
        flat = [] if message.count else [_mark(state, message, params)]
        return flat + mark_now(state, now=state.now, params=params)
    due = state.marked_at is None or state.now - state.marked_at >= MARK_EVERY_NS
    return mark_now(state, now=state.now, params=params) if due else []


def remember(state: MarkState, message: Message) -> None:
    """Apply a message of the past while the state is loaded: nothing is marked, and no breaker sees half the positions.

    Raises as ``observe`` does.
    """
    match message:
        case Position():
            _take_position(state, message)
        case PaidIn():
            _pay_in(state, message.total)
        case Switch():
            _take_switch(state, message)
        case OrderEvent():
            _count_rejects(state, message)
        case _:
            state.view.observe(message)


def mark_now(state: MarkState, *, now: Nanos, params: GateParams) -> list[Marked]:
    """Return the mark of every position held, the account's equity, and the switches that breakers throw."""
    _turn_day(state, now, params)
    state.marked_at = state.now
    marks = [_mark(state, position, params) for position in state.positions.values() if position.count]
    pnl = _pnl(state, params)
    today = {scope: Cash(value - state.day_start[scope]) for scope, value in pnl.items()}
    equity = _equity(state, marks, today=today["both"], account=params.account)
    trips = state.losses.trips(equity, today, params.limits)
    if (rejected := rejects(state.rejects)) is not None:
        trips.append(rejected)
    return [*marks, equity, *_thrown(state, trips)]


def booked_pnl(positions: Iterable[Position], params: GateParams) -> dict[str, Cash]:
    """Return the desk's P&L by scope with what is held at cost."""
    total = dict.fromkeys(("both", "crypto", "forecast"), Cash(0))
    for position in positions:
        if position.owner == "desk":
            for scope in ("both", params.owner_of(position.ticker)):
                total[scope] = Cash(total[scope] + position.realized - position.fees)
    return total


def mark_value(quote: SideQuote, *, count: Count, cost: Cash, live: bool) -> Cash | None:
    """Value ``count`` > 0 contracts: the mid of a tight live book, else the lower of cost and mid.

    A side that nobody offers counts as the venue writes it, a bid of 0 or an ask of 1: what has lost its last bid is
    worth next to nothing. None where both are empty.
    """
    if quote.bid is None and quote.ask is None:
        return None
    bid, ask = quote.bid or Price(0), quote.ask or PAYOUT
    mid = Cash((bid + ask) * count // 2)
    return mid if live and ask - bid <= TIGHT else min(cost, mid)


def _turn_day(state: MarkState, at: Nanos, params: GateParams) -> None:
    state.now = max(state.now, at)
    before, state.day = state.day, utc_day(state.now)
    if before is not None and before != state.day:
        state.day_start = _pnl(state, params)


def _side(state: MarkState, position: Position) -> tuple[SideQuote | None, bool]:
    """Return the quote of the side held, if there is a book at all, and whether the book is usable."""
    outcome = Outcome.YES if position.count > 0 else Outcome.NO
    book = state.view.books.get(position.ticker)
    quote = None if book is None else state.view.quote(position.ticker, outcome)
    return quote, book is not None and book.usable


def _value(state: MarkState, position: Position, params: GateParams) -> Cash | None:
    """Return what a position is worth; where its book is gone or empty, by the last that it showed, else None."""
    quote, _ = _side(state, position)
    key, live = (position.ticker, position.count > 0), False
    if quote is not None and (quote.bid is not None or quote.ask is not None):
        live = state.view.book_breach(position.ticker, now=state.now, limits=params.inputs) is None
        if position.count:
            state.quotes[key] = quote
    else:
        quote = state.quotes.get(key)
    count, cost = Count(abs(position.count)), position.cost
    return None if quote is None else mark_value(quote, count=count, cost=cost, live=live)


def _sold_now(state: MarkState, position: Position, params: GateParams) -> Cash | None:
    quote, usable = _side(state, position)
    market = state.view.markets.get(position.ticker)
    if not usable or quote is None or market is None or market.fee is None or not fee_known(market.fee):
        return None
    if quote.bid is None:
        return Cash(0)
    count, fee = Count(abs(position.count)), in_force(market.fee, state.now)
    cost = exits.sale_fee(fee, price=quote.bid, count=count, align=params.fee_align)
    return Cash(quote.bid * count - cost)


def _mark(state: MarkState, position: Position, params: GateParams) -> Mark:
    return Mark(
        at=state.now,
        account=params.account,
        ticker=position.ticker,
        count=position.count,
        cost=position.cost,
        mark=_value(state, position, params),
        sold_now=_sold_now(state, position, params),
        p_yes=state.view.p_of(position.ticker, Outcome.YES),
    )


def _pnl(state: MarkState, params: GateParams) -> dict[str, Cash]:
    """Return the desk's P&L since the account opened, by scope, with what is held at its mark."""
    total = booked_pnl(state.positions.values(), params)
    for position in state.positions.values():
        value = _value(state, position, params) if position.count and position.owner == "desk" else None
        if value is not None:
            for scope in ("both", params.owner_of(position.ticker)):
                total[scope] = Cash(total[scope] + value - position.cost)
    return total


def _equity(state: MarkState, marks: list[Mark], *, today: Cash, account: str) -> Equity:
    every = state.positions.values()
    own = [position for position in every if position.owner == "desk"]
    net = held(every)
    cash = state.opening + state.paid_in + _moved(every, net)
    value = sum(_unpaired(mark, net[mark.ticker]) for mark in marks)
    peak = max(cash + value, state.losses.peak if state.losses.peak is not None else cash + value)
    return Equity(
        at=state.now,
        account=account,
        cash=Cash(cash),
        marks=Cash(value),
        equity=Cash(cash + value),
        peak=Cash(peak),
        today=today,
        realized=Cash(sum(position.realized for position in own)),
        fees=Cash(sum(position.fees for position in own)),
        paid_in=state.paid_in,
    )


def _moved(positions: Iterable[Position], net: Mapping[str, Count]) -> Cash:
    """Return the cash that positions moved, with the dollar for each pair that two owners hold against each other."""
    every = list(positions)
    pairs = (sum(abs(position.count) for position in every) - sum(map(abs, net.values()))) // 2
    return Cash(PAYOUT * pairs + sum(position.realized - position.fees - position.cost for position in every))


def _unpaired(mark: Mark, net: Count) -> Cash:
    """Return what a position is worth as far as no other owner holds the other side: a pair is cash."""
    value, count = mark.cost if mark.mark is None else mark.mark, abs(mark.count)
    left = max(0, min(count, net if mark.count > 0 else -net))
    return Cash(value * left // count)


def _thrown(state: MarkState, trips: list[Trip]) -> list[Switch]:
    found = []
    for trip in trips:
        switch = switch_of(trip, now=state.now)
        if strengthens(switch, state.switches.get(("pause", trip.scope)), now=state.now):
            state.switches["pause", trip.scope] = switch
            found.append(switch)
    return found


def _pay_in(state: MarkState, total: Cash) -> None:
    state.losses.pay_in(Cash(total - state.paid_in))
    state.paid_in = total


def _take_position(state: MarkState, position: Position) -> None:
    state.positions[position.ticker, position.owner] = position
    if not any(one.count for (ticker, _), one in state.positions.items() if ticker == position.ticker):
        for yes in (True, False):
            state.quotes.pop((position.ticker, yes), None)


def _take_switch(state: MarkState, switch: Switch) -> None:
    throw(state.switches, switch)
    if switch.name == "pause" and not switch.on and by_person(switch):
        if switch.at > state.resumed_at:
            state.rejects, state.resumed_at = 0, switch.at
        state.losses.resume(switch.scope)


def _count_rejects(state: MarkState, event: OrderEvent) -> None:
    if event.event == "rejected":
        state.rejects += event.at > state.resumed_at
    elif event.event in ("resting", "filled", "canceled"):
        state.rejects = 0
