"""What the gate knows: switches, positions, orders in flight, entries of the day, and the risk already at stake."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Collection
from typing import NamedTuple

import msgspec

from kalshi_desk.domain.breakers import LossWatch, by_person, standing, throw, utc_day
from kalshi_desk.domain.control import Rung, Switch
from kalshi_desk.domain.crypto.contract import SERIES
from kalshi_desk.domain.decisions import Signal
from kalshi_desk.domain.inputs import TradingStatus
from kalshi_desk.domain.ledger import Equity, Fill, Order, OrderEvent, Position, Settlement
from kalshi_desk.domain.limits import InputLimits, RiskLimits, RungShares
from kalshi_desk.domain.market import UNCATEGORISED, Outcome
from kalshi_desk.domain.message import Message
from kalshi_desk.domain.order import OrderProgress, OrderState, book_side, on_event, on_fill
from kalshi_desk.domain.position import FLAT, Holding, with_fill
from kalshi_desk.domain.risk import Reserved
from kalshi_desk.domain.shard_cash import ShardCash
from kalshi_desk.domain.units import NANOS, Cash, Count, Nanos
from kalshi_desk.steps.market_view import MarketView

FLATTEN = "flatten"
MINUTE_NS = 60 * NANOS


class GateParams(msgspec.Struct, frozen=True, kw_only=True):
    """What the gate is told at start: the account, its limits, and which series the crypto desk owns.

    ``rung_shares`` is what the mode grants each rung; ``order_timeout_s`` is how long a forecast order rests;
    ``fee_align`` the venue's rounding step of balances; ``selection`` what a resting order is expected to lose to those
    who know more, dollars per contract, until it is measured. ``coin_loading`` is how much of each coin's settlement
    average is one factor that all share; ``category_correlation`` what ties markets of a category that have nothing
    else in common.
    """

    account: str
    limits: RiskLimits
    crypto_series: frozenset[str]
    rung_shares: RungShares
    inputs: InputLimits = InputLimits()
    order_timeout_s: int = 600
    fee_align: Cash = Cash(100)
    selection: float = 0.01
    coin_loading: float = 0.92
    category_correlation: float = 0.1

    def owner_of(self, ticker: str) -> str:
        """Return the one desk that may trade a market: crypto or forecast."""
        return "crypto" if ticker.split("-", 1)[0] in self.crypto_series else "forecast"


class LiveOrder:
    """An order that may still trade, or whose fills are not all here.

    ``q`` is our probability that it was approved at and ``believed`` names the belief of the market then; both are None
    if it was read back from the ledger. ``superseded`` says that another sale waits for it to go.
    """

    __slots__ = ("believed", "order", "progress", "q", "superseded")

    def __init__(self, order: Order) -> None:
        self.order, self.progress = order, OrderProgress(count=order.count)
        self.q: float | None = None
        self.believed: str | None = None
        self.superseded = False

    @property
    def open_count(self) -> Count:
        """Contracts that may still change the position: resting, unanswered, or filled but not yet told."""
        return Count(self.progress.remaining + self.progress.missing)

    @property
    def risk(self) -> Cash:
        """The share of the order's risk that the open contracts carry, rounded up."""
        return Cash(-(-self.order.risk * self.open_count // self.order.count))

    @property
    def done(self) -> bool:
        return self.progress.state.final and not self.progress.missing


class Lapsed(msgspec.Struct, frozen=True):
    """A resting forecast entry whose time ran out with ``left`` contracts unfilled; its end at the venue is known."""

    order: Order
    left: Count


class Home(NamedTuple):
    """Where a market's risk counts besides the market itself and both desks."""

    event: str
    underlying: str
    desk: str
    category: str


class Stake(NamedTuple):
    """The worst loss of one position or live order, and the strategies that it counts for."""

    ticker: str
    risk: Cash
    strategies: Collection[str]


class GateState:
    """All that the gate knows of one account, kept by ``observe`` and changed in place.

    ``decisions`` maps a decision to its order id; ``entries`` counts, by desk and UTC day, the entry orders that filled
    or still may; ``bans`` are the market sides left by an exit, with what it was decided at; ``lapsed`` the entries, by
    market, that may be followed up by taking; ``rungs`` where strategies stand, by name and category; ``strategies``
    who entered a market; ``approved_at`` when the orders of the last minute were approved; ``trading`` whether the
    venue takes orders, None where it was not asked; ``correlations`` those of YES outcomes that the correlation step
    last found, by pair of tickers; ``rejects`` the orders turned down running since ``resumed_at``, a person's last
    resume; ``selection`` what each desk's resting entries were measured to lose, where that is known; ``cash`` what is
    free on each shard, where somebody asks the venue.
    """

    __slots__ = (
        "approved_at", "bans", "cash", "correlations", "decisions", "entries", "equity", "lapsed", "losses", "orders",
        "positions", "rejects", "resumed_at", "rungs", "selection", "strategies", "switches", "trading", "view",
    )  # fmt: skip

    def __init__(self) -> None:
        self.view = MarketView()
        self.switches: dict[tuple[str, str], Switch] = {}
        self.positions: dict[tuple[str, str], Position] = {}
        self.orders: dict[str, LiveOrder] = {}
        self.decisions: dict[str, str] = {}
        self.entries: dict[tuple[str, int], int] = {}
        self.bans: dict[tuple[str, Outcome], str] = {}
        self.lapsed: dict[str, Lapsed] = {}
        self.rungs: dict[tuple[str, str], Rung] = {}
        self.correlations: dict[tuple[str, str], float] = {}
        self.selection: dict[str, float] = {}
        self.cash = ShardCash()
        self.strategies: dict[str, set[str]] = {}
        self.approved_at: deque[Nanos] = deque()
        self.equity: Equity | None = None
        self.trading: TradingStatus | None = None
        self.losses = LossWatch()
        self.rejects, self.resumed_at = 0, Nanos(0)

    def switch(self, name: str, desk: str, now: Nanos) -> Switch | None:
        """Return the switch of that name in force for a desk, its own or that of both."""
        return standing(self.switches, name, desk, now)

    def forbids(self, wish: Signal | Order, now: Nanos) -> Switch | None:
        """Return the switch in force that forbids a signal or an order; a flatten's sale is allowed while halted."""
        names = ("halt", "pause", FLATTEN) if wish.action == "enter" else () if wish.exit_rule == FLATTEN else ("halt",)
        return next((found for name in names if (found := self.switch(name, wish.desk, now)) is not None), None)

    def resumed(self, wish: Signal | Order, now: Nanos) -> bool:
        """Return whether a sale is a flatten's that a person has ended since."""
        return wish.exit_rule == FLATTEN and self.switch(FLATTEN, wish.desk, now) is None

    def orders_in(self, ticker: str) -> list[LiveOrder]:
        """Return the live orders of a market, oldest first."""
        return [live for live in self.orders.values() if live.order.ticker == ticker]

    def answered(self) -> frozenset[str]:
        """Return the entries whose cost is in every figure of free cash that the venue tells from now on."""
        waiting = (OrderState.PENDING, OrderState.SENT, OrderState.UNKNOWN)
        open_ids = {name for name, live in self.orders.items() if live.progress.state in waiting}
        return self.cash.spent - open_ids

    def held(self, ticker: str, outcome: Outcome) -> Count:
        """Return the contracts of an outcome that the desk itself holds; 0 if none."""
        position = self.positions.get((ticker, "desk"))
        count = 0 if position is None else position.count
        return Count(max(0, count if outcome is Outcome.YES else -count))

    def sellable(self, ticker: str, outcome: Outcome) -> Count:
        """Return what the desk may sell of an outcome: what it holds, as far as the account as a whole still has it.

        The venue nets what a person traded by hand; selling more than the net would open the other side.
        """
        yes = sum(position.count for position in self.positions.values() if position.ticker == ticker)
        net = yes if outcome is Outcome.YES else -yes
        return Count(max(0, min(self.held(ticker, outcome), net)))

    def category(self, ticker: str, params: GateParams) -> str:
        """Return the category that a market's risk counts in: all coins are one, and so are all without one."""
        if params.owner_of(ticker) == "crypto":
            return "crypto"
        market = self.view.markets.get(ticker)
        return UNCATEGORISED if market is None or market.category is None else market.category.casefold()

    def rung(self, strategy: str, category: str) -> str:
        """Return the rung of a strategy in a category; who was never promoted is on paper."""
        found = self.rungs.get((strategy, category.casefold()))
        return "paper" if found is None else found.rung

    def orders_since(self, since: Nanos) -> int:
        """Return how many of the last minute's orders were approved after an instant."""
        return sum(at > since for at in self.approved_at)

    def home(self, ticker: str, params: GateParams) -> Home:
        """Return where a market's risk counts; a ticker tells its event and series where it is not defined."""
        market = self.view.markets.get(ticker)
        event = ticker.rpartition("-")[0] or ticker if market is None else market.event_ticker
        series = ticker.partition("-")[0] if market is None else market.series_ticker
        underlying = SERIES[series].underlying if series in SERIES else series
        return Home(event, underlying, params.owner_of(ticker), self.category(ticker, params))

    def reserved(
        self, ticker: str, params: GateParams, *, strategy: str, cluster: Collection[str] = frozenset()
    ) -> Reserved:
        """Return the worst losses already at stake around a market, of both desks and of what is not the desk's.

        ``strategy`` names whose wish it is, ``cluster`` the other markets that are correlated with this one.
        """
        home, stakes = self.home(ticker, params), self._stakes()
        homes = {stake.ticker: self.home(stake.ticker, params) for stake in stakes}

        def total(counts: Callable[[Stake, Home], bool]) -> Cash:
            return Cash(sum(stake.risk for stake in stakes if counts(stake, homes[stake.ticker])))

        return Reserved(
            market=total(lambda stake, _: stake.ticker == ticker),
            event=total(lambda _, other: other.event == home.event),
            underlying=total(lambda _, other: other.underlying == home.underlying),
            cluster=total(lambda stake, _: stake.ticker == ticker or stake.ticker in cluster),
            strategy=total(lambda stake, _: strategy in stake.strategies),
            desk=total(lambda _, other: other.desk == home.desk),
            category=total(lambda _, other: other.category == home.category),
            both=total(lambda _stake, _other: True),
            contracts=self._contracts(ticker),
        )

    def _stakes(self) -> list[Stake]:
        held = [Stake(one.ticker, Cash(one.cost + one.fees), self._entered_by(one)) for one in self.positions.values()]
        return held + [Stake(live.order.ticker, live.risk, (live.order.strategy,)) for live in self.orders.values()]

    def _entered_by(self, position: Position) -> Collection[str]:
        return self.strategies.get(position.ticker, ()) if position.owner == "desk" else ()

    def _contracts(self, ticker: str) -> Count:
        held = sum(abs(position.count) for position in self.positions.values() if position.ticker == ticker)
        entering = (live for live in self.orders_in(ticker) if live.order.action == "enter")
        return Count(held + sum(live.open_count for live in entering))


def observe(state: GateState, message: Message) -> None:
    """Take note of a message of the account, of control, or of the venue; what says nothing new changes nothing.

    A fill of a live order moves its position at once; the ``Position`` that follows it says the same or corrects it.
    Raises LedgerError if an order's events contradict each other, SequenceGap or ParseError for a bad book change.
    """
    match message:
        case Order():
            _take_order(state, message)
        case OrderEvent() | Fill():
            _take_progress(state, message)
        case Position():
            _take_position(state, message)
        case Settlement():
            _take_settlement(state, message)
        case Switch() | Rung():
            _take_control(state, message)
        case TradingStatus():
            state.trading = message
        case Equity():
            state.equity = message
            state.losses.note(message, {"both": message.today})
        case _:
            state.view.observe(message)


def _take_order(state: GateState, order: Order) -> None:
    if state.decisions.get(order.decision_id) == order.client_order_id:
        return
    state.decisions[order.decision_id] = order.client_order_id
    state.orders[order.client_order_id] = LiveOrder(order)
    state.lapsed.pop(order.ticker, None)
    _count(state, order.at)
    if order.action == "exit":
        state.bans[order.ticker, order.outcome] = order.seen
        return
    market = state.view.markets.get(order.ticker)
    state.cash.spend(order.client_order_id, None if market is None else market.exchange_index, order.risk)
    state.strategies.setdefault(order.ticker, set()).add(order.strategy)
    key = (order.desk, utc_day(order.at))
    state.entries[key] = state.entries.get(key, 0) + 1


def _count(state: GateState, at: Nanos) -> None:
    state.approved_at.append(at)
    while state.approved_at[0] <= at - MINUTE_NS:
        state.approved_at.popleft()


def _take_progress(state: GateState, news: OrderEvent | Fill) -> None:
    if isinstance(news, Fill) and news.action == "enter" and news.strategy is not None:
        state.strategies.setdefault(news.ticker, set()).add(news.strategy)
    live = state.orders.get(news.client_order_id or "")
    if live is None:
        return
    if isinstance(news, Fill) and news.fill_id not in live.progress.fill_ids:
        _hold(state, news)
    before = live.progress.state
    live.progress = on_fill(live.progress, news) if isinstance(news, Fill) else on_event(live.progress, news)
    if live.progress.state is OrderState.REJECTED and before is not OrderState.REJECTED:
        state.rejects += news.at > state.resumed_at
    elif live.progress.state in (OrderState.RESTING, OrderState.FILLED, OrderState.CANCELED):
        state.rejects = 0
    if live.done:
        forget(state, live)
        if _lapsed(live, news.at):
            left = Count(live.order.count - live.progress.filled)
            state.lapsed[live.order.ticker] = Lapsed(live.order, left)


def _lapsed(live: LiveOrder, at: Nanos) -> bool:
    order, progress = live.order, live.progress
    resting = order.desk == "forecast" and order.action == "enter" and order.style == "make"
    return resting and progress.state is OrderState.CANCELED and at >= order.expires_at


def forget(state: GateState, live: LiveOrder) -> None:
    """Forget an order that has ended; one that bought nothing was no entry."""
    order = live.order
    del state.orders[order.client_order_id]
    if order.action == "enter" and not live.progress.filled:
        state.entries[order.desk, utc_day(order.at)] -= 1


def _hold(state: GateState, fill: Fill) -> None:
    """Move a fill from the order to the position at once, so that its risk is never out of sight in between."""
    now = state.positions.get((fill.ticker, fill.owner))
    before = FLAT if now is None else Holding(count=now.count, cost=now.cost, fees=now.fees, realized=now.realized)
    side = book_side(fill.outcome, fill.action)
    after = with_fill(before, side=side, price=fill.price, count=fill.count, fee=fill.fee)
    _take_position(
        state,
        Position(
            at=fill.at,
            account=fill.account,
            ticker=fill.ticker,
            owner=fill.owner,
            count=after.count,
            cost=after.cost,
            fees=after.fees,
            realized=after.realized,
        ),
    )


def _take_position(state: GateState, position: Position) -> None:
    key = (position.ticker, position.owner)
    if position.count:
        state.positions[key] = position
    else:
        state.positions.pop(key, None)


def _take_settlement(state: GateState, settlement: Settlement) -> None:
    for key in [key for key in state.positions if key[0] == settlement.ticker]:
        del state.positions[key]
    for live in state.orders_in(settlement.ticker):
        del state.orders[live.order.client_order_id]
    state.lapsed.pop(settlement.ticker, None)
    state.strategies.pop(settlement.ticker, None)
    for outcome in Outcome:
        state.bans.pop((settlement.ticker, outcome), None)


def _take_control(state: GateState, switch: Switch | Rung) -> None:
    if isinstance(switch, Rung):
        state.rungs[switch.strategy, switch.category.casefold()] = switch
        return
    throw(state.switches, switch)
    if switch.name == "pause" and not switch.on and by_person(switch):
        if switch.at > state.resumed_at:
            state.rejects, state.resumed_at = 0, switch.at
        state.losses.resume(switch.scope)
