"""Review held positions by the exit rules, on each book change and at least once a minute."""

from __future__ import annotations

from collections.abc import Sequence

from kalshi_desk.domain import exits
from kalshi_desk.domain.breakers import standing, throw
from kalshi_desk.domain.control import Switch
from kalshi_desk.domain.decisions import Refusal, Signal, decision_id, event_bucket
from kalshi_desk.domain.exits import ExitWish, Held
from kalshi_desk.domain.fees import fee_known, in_force
from kalshi_desk.domain.ledger import Fill, Position
from kalshi_desk.domain.market import FeeSchedule, Outcome, PriceRange
from kalshi_desk.domain.message import Message
from kalshi_desk.domain.order import price_ceil, price_floor
from kalshi_desk.domain.units import NANOS, Cash, Count, Nanos, Price, seconds
from kalshi_desk.steps import flatten
from kalshi_desk.steps.gate_state import FLATTEN, GateParams
from kalshi_desk.steps.market_view import FAIR_VALUE_AGE_S, MarketView, SideQuote, tradable

REVIEW_EVERY_S = 60
SIGNAL_LIFE_S = 5


class ReviewState:
    """The desk's positions and what the venue shows, with what the last review of each market found.

    ``before`` are the rules that held then; ``strategies`` names who entered; ``told`` is the last wish sent;
    ``unsold`` is why flatten could not sell what is held, as last told.
    """

    __slots__ = ("before", "positions", "reviewed_at", "strategies", "switches", "told", "unsold", "view")

    def __init__(self) -> None:
        self.view = MarketView()
        self.positions: dict[str, Position] = {}
        self.before: dict[str, frozenset[str]] = {}
        self.reviewed_at: dict[str, Nanos] = {}
        self.strategies: dict[str, str] = {}
        self.told: dict[str, tuple[str, Price]] = {}
        self.switches: dict[tuple[str, str], Switch] = {}
        self.unsold: dict[str, str] = {}


def observe(state: ReviewState, message: Message) -> None:
    """Take note of positions, fills, switches, and what the venue and the pricing say.

    Raises SequenceGap or ParseError for a book change that cannot be applied; that book is lost then.
    """
    match message:
        case Position() if message.owner == "desk":
            _take_position(state, message)
        case Fill() if message.action == "enter" and message.strategy is not None:
            state.strategies[message.ticker] = message.strategy
        case Switch():
            throw(state.switches, message)
            if message.name == FLATTEN:
                state.reviewed_at.clear()
                state.unsold.clear()
        case _:
            state.view.observe(message)


def review(state: ReviewState, ticker: str, *, now: Nanos, params: GateParams) -> list[Signal | Refusal]:
    """Return the exit signal of one market, or nothing; the same wish is told once per decision and price.

    While the market's desk is flattened no rule is asked, and why a position cannot be sold is told once.
    """
    position, market = state.positions.get(ticker), state.view.markets.get(ticker)
    if position is not None and standing(state.switches, FLATTEN, params.owner_of(ticker), now) is not None:
        return _flatten(state, position, now=now, params=params)
    if position is None or market is None or not tradable(market, now):
        return []
    outcome = Outcome.YES if position.count > 0 else Outcome.NO
    held = _held(state, position, outcome, now=now, params=params)
    if held is None:
        return []
    enabled = params.limits.desk(params.owner_of(ticker)).exits
    wish, holding = exits.review(held, enabled, state.before.get(ticker, frozenset()))
    state.before[ticker], state.reviewed_at[ticker] = holding, now
    price = None if wish is None else _legal(wish, held.bid, outcome, market.price_ranges)
    if wish is None or price is None:
        return []
    return [*_once(state, _signal(state, position, wish, held, price=price, now=now, params=params))]


def review_due(state: ReviewState, *, now: Nanos, params: GateParams) -> list[Signal | Refusal]:
    """Return the exit signals of all positions not reviewed for a minute, or for 10 s while their desk is flattened."""
    due = [ticker for ticker in state.positions if _due(state, ticker, now, params)]
    return [signal for ticker in due for signal in review(state, ticker, now=now, params=params)]


def _due(state: ReviewState, ticker: str, now: Nanos, params: GateParams) -> bool:
    flattened = standing(state.switches, FLATTEN, params.owner_of(ticker), now) is not None
    every = flatten.REVIEW_EVERY_S if flattened else REVIEW_EVERY_S
    return state.reviewed_at.get(ticker, Nanos(0)) <= now - seconds(every)


def _flatten(state: ReviewState, position: Position, *, now: Nanos, params: GateParams) -> list[Signal | Refusal]:
    ticker = position.ticker
    state.reviewed_at[ticker] = now
    strategy = state.strategies.get(ticker, params.owner_of(ticker))
    sale = flatten.flatten(position, state.view, strategy=strategy, now=now, params=params)
    if isinstance(sale, Signal):
        state.unsold.pop(ticker, None)
        return [*_once(state, sale)]
    told, state.unsold[ticker] = state.unsold.get(ticker), sale.reason
    return [] if told == sale.reason else [sale]


def _take_position(state: ReviewState, position: Position) -> None:
    if position.count:
        state.positions[position.ticker] = position
        return
    for known in (state.positions, state.before, state.reviewed_at, state.told, state.strategies, state.unsold):
        known.pop(position.ticker, None)


def _held(state: ReviewState, position: Position, outcome: Outcome, *, now: Nanos, params: GateParams) -> Held | None:
    """Return the position as the rules see it; None where book, fee or probability is unknown or too old."""
    view, ticker = state.view, position.ticker
    market, q = view.markets[ticker], _fresh_q(view, ticker, outcome, now=now, params=params)
    if view.book_breach(ticker, now=now, limits=params.inputs) is not None or q is None:
        return None
    if market.fee is None or not fee_known(market.fee):
        return None
    fee, quote, count = in_force(market.fee, now), view.quote(ticker, outcome), Count(abs(position.count))
    return Held(
        count=count,
        cost=position.cost,
        bid=quote.bid,
        ask=quote.ask,
        sale_fee=_sale_fee(fee, quote, count, params.fee_align),
        maker_fee=exits.resting_fee(fee, q),
        q=q,
        seconds_left=(market.close_time - now) / NANOS,
    )


def _sale_fee(fee: FeeSchedule, quote: SideQuote, count: Count, align: Cash) -> Cash:
    return Cash(0) if quote.bid is None else exits.sale_fee(fee, price=quote.bid, count=count, align=align)


def _fresh_q(view: MarketView, ticker: str, outcome: Outcome, *, now: Nanos, params: GateParams) -> float | None:
    belief = view.beliefs.get(ticker)
    limit = FAIR_VALUE_AGE_S if params.owner_of(ticker) == "crypto" else params.inputs.estimate_s
    return view.p_of(ticker, outcome) if belief is not None and now - belief.at <= seconds(limit) else None


def _legal(wish: ExitWish, bid: Price | None, outcome: Outcome, ranges: Sequence[PriceRange]) -> Price | None:
    """Return the wish's price in YES terms and on the grid: a resting sale above the bid; None if there is none."""
    price = wish.price if wish.style == exits.TAKE or bid is None else Price(max(wish.price, bid + 1))
    return price_ceil(ranges, price) if outcome is Outcome.YES else price_floor(ranges, price.complement)


def _once(state: ReviewState, signal: Signal) -> list[Signal]:
    told = (signal.decision_id, signal.price)
    if state.told.get(signal.ticker) == told:
        return []
    state.told[signal.ticker] = told
    return [signal]


def _signal(
    state: ReviewState, position: Position, wish: ExitWish, held: Held, *, price: Price, now: Nanos, params: GateParams
) -> Signal:
    ticker, desk = position.ticker, params.owner_of(position.ticker)
    outcome, belief = Outcome.YES if position.count > 0 else Outcome.NO, state.view.beliefs[position.ticker]
    gain = (held.sale if wish.style == exits.TAKE and held.sale is not None else wish.price.number) - held.q
    return Signal(
        at=now,
        ticker=ticker,
        account=position.account,
        desk=desk,
        strategy=state.strategies.get(ticker, desk),
        decision_id=decision_id(
            account=position.account,
            strategy=f"exit:{wish.rule}",
            ticker=ticker,
            outcome=outcome,
            bucket=event_bucket(now),
        ),
        outcome=outcome,
        action="exit",
        style=wish.style,
        price=price,
        shown=state.view.quote(ticker, outcome).bid_count if wish.style == exits.TAKE else None,
        q=held.q,
        stderr=belief.stderr,
        edge=gain,
        edge_adj=gain,
        expires_at=Nanos(now + seconds(SIGNAL_LIFE_S)),
        exit_rule=wish.rule,
        seen=belief.seen,
    )
