"""The simulated exchange in memory: markets, accounts and orders together, as replay uses it.

Pure and deterministic: time, ids and the external books are arguments. Every call returns what it changed. Call
``advance`` whenever event time moves, before anything else at that instant.
"""

from __future__ import annotations

from collections.abc import Iterable

import msgspec

from kalshi_desk.domain.inputs import BookChanged
from kalshi_desk.domain.market import Market
from kalshi_desk.domain.units import Cash, Nanos, Price
from kalshi_desk.simulation.accounts import Account, SimFill, SimSettlement, collateral, cost_to_place, free_cover
from kalshi_desk.simulation.matching import Matcher
from kalshi_desk.simulation.orders import Execution, Placed, SimOrder, SimState

NEVER = Nanos(2**63 - 1)


class Changes(msgspec.Struct, kw_only=True):
    """The orders that a call changed, as they stand after it, and the fills and settlements that it made."""

    orders: list[SimOrder] = []
    fills: list[SimFill] = []
    settlements: list[SimSettlement] = []


class Answer(msgspec.Struct, frozen=True, kw_only=True):
    """The answer to an order write: the order and what changed, or the venue's error code as ``reason``."""

    order: SimOrder | None = None
    reason: str | None = None
    details: str = ""
    changes: Changes = msgspec.field(default_factory=Changes)


class Exchange:
    """All markets, accounts and orders; look, but change them through the methods only.

    ``orders`` holds every order ever accepted, by id, in order of arrival.
    """

    def __init__(self) -> None:
        self.markets: dict[str, Market] = {}
        self.matchers: dict[str, Matcher] = {}
        self.accounts: dict[str, Account] = {}
        self.orders: dict[str, SimOrder] = {}
        self._spent: set[tuple[str, str]] = set()
        self._due = NEVER

    def define(self, market: Market) -> None:
        """Take over a market's definition, new or changed; a new grid leaves resting orders where they are."""
        matcher = self.matchers.get(market.ticker)
        if market.ticker not in self.markets:
            self.matchers[market.ticker] = Matcher(market.ticker, market.price_ranges)
        elif matcher is not None:
            matcher.ranges = market.price_ranges
        self.markets[market.ticker] = market
        self._due = min(self._due, market.close_time)

    def open_account(self, name: str, cash: dict[int, Cash]) -> None:
        """Open an account with cash by shard; raises ValueError if it exists."""
        if name in self.accounts:
            raise ValueError(f"account {name} exists")
        self.accounts[name] = Account(name=name, cash=dict(cash))

    def external(self, change: BookChanged) -> Changes:
        """Apply a change of an external book and book the fills that it brings; nothing happens in a settled market.

        Raises KeyError for an unknown market, else what Matcher.external raises.
        """
        ticker = self.markets[change.ticker].ticker
        matcher = self.matchers.get(ticker)
        executions = matcher.external(change) if matcher is not None else []
        return self._booked(ticker, executions, []) if executions else Changes()

    def place(self, order: SimOrder, now: Nanos) -> Answer:
        """Check an arriving order, match it and rest what is left of it."""
        fault = self._place_fault(order, now)
        if fault is not None:
            return Answer(reason=fault[0], details=fault[1])
        held = self.accounts[order.account].held(order.ticker).count
        placed = self.matchers[order.ticker].place(order, now, position=held)
        killed = order.state is SimState.CANCELED and placed.reason is not None
        if placed.reason is None or killed:
            self._keep(order)
        if order.expires_at is not None:
            self._due = min(self._due, order.expires_at)
        return self._answer(placed, kept=placed.reason is None or killed)

    def cancel(self, order: SimOrder, now: Nanos) -> Answer:
        """Cancel a resting order."""
        fault = self._write_fault(order, now)
        if fault is not None:
            return Answer(reason=fault[0], details=fault[1])
        self.matchers[order.ticker].cancel(order.order_id, now)
        return Answer(order=order, changes=Changes(orders=[order]))

    def advance(self, now: Nanos) -> Changes:
        """Let time pass: expire orders, close markets at their close. Cheap while nothing is due."""
        if now < self._due:
            return Changes()
        changes, self._due = Changes(), NEVER
        for ticker, matcher in self.matchers.items():
            changes.orders += matcher.expire(now)
            if matcher.is_open and now >= self.markets[ticker].close_time:
                changes.orders += matcher.close(now)
            self._due = min(self._due, self._next_due(matcher))
        return changes

    def settle(self, ticker: str, *, result: str, value: Price, now: Nanos) -> Changes:
        """Pay out a market to every account that traded it, and end its trading; a second time nothing happens."""
        changes = Changes()
        matcher = self.matchers.pop(ticker, None)
        if matcher is not None:
            changes.orders = matcher.close(now)
        for account in self.accounts.values():
            settlement = account.settle(self.markets[ticker], result=result, value=value, now=now)
            if settlement is not None:
                changes.settlements.append(settlement)
        return changes

    def free_cash(self, account: str, shard: int) -> Cash:
        """Return an account's cash on a shard less what its resting orders block."""
        owner = self.accounts[account]
        blocked = sum(
            collateral(self._resting(account, ticker), market, owner.held(ticker).count)
            for ticker, market in ((ticker, self.markets[ticker]) for ticker in self.matchers)
            if market.exchange_index == shard
        )
        return Cash(owner.cash.get(shard, Cash(0)) - blocked)

    def _keep(self, order: SimOrder) -> None:
        self.orders[order.order_id] = order
        if order.client_order_id is not None:
            self._spent.add((order.account, order.client_order_id))

    def _place_fault(self, order: SimOrder, now: Nanos) -> tuple[str, str] | None:
        market = self.markets.get(order.ticker)
        if market is None:
            return "market_not_found", order.ticker
        if now < market.open_time or not self._trades(order.ticker, now):
            return "MARKET_INACTIVE", "the market is not open"
        account = self.accounts.get(order.account)
        if account is None or market.exchange_index not in account.cash:
            return "user_not_found", f"no account on shard {market.exchange_index}"
        if order.client_order_id is not None and (order.account, order.client_order_id) in self._spent:
            return "order_already_exists", "client_order_id was used before"
        return None if order.reduce_only else self._funds_fault(order)

    def _funds_fault(self, order: SimOrder) -> tuple[str, str] | None:
        """Refuse what the shard's cash cannot back, next to the account's other resting orders."""
        market, account = self.markets[order.ticker], self.accounts[order.account]
        cover = free_cover(self._resting(order.account, order.ticker), account.held(order.ticker).count)
        cost = cost_to_place(order, market, cover=cover)
        free = self.free_cash(order.account, market.exchange_index)
        if cost > free:
            return "insufficient_balance", f"{cost} needed, {free} free on shard {market.exchange_index}"
        return None

    def _write_fault(self, order: SimOrder, now: Nanos) -> tuple[str, str] | None:
        if not self._trades(order.ticker, now):
            return "MARKET_INACTIVE", "the market is closed"
        return None if order.remaining else ("not_found", "")

    def _trades(self, ticker: str, now: Nanos) -> bool:
        matcher = self.matchers.get(ticker)
        return matcher is not None and matcher.is_open and now < self.markets[ticker].close_time

    def _answer(self, placed: Placed, *, kept: bool) -> Answer:
        changes = self._booked(placed.order.ticker, placed.executions, placed.canceled)
        if kept and placed.order not in changes.orders:
            changes.orders.insert(0, placed.order)
        order = placed.order if kept else None
        return Answer(order=order, reason=placed.reason, details=placed.details, changes=changes)

    def _booked(self, ticker: str, executions: Iterable[Execution], canceled: Iterable[SimOrder]) -> Changes:
        """Book executions with their accounts and list all that changed by them."""
        changes = Changes(orders=list(canceled))
        for execution in executions:
            changes.fills.append(self.accounts[execution.order.account].book(execution, self.markets[ticker]))
            if execution.order not in changes.orders:
                changes.orders.append(execution.order)
        return changes

    def _resting(self, account: str, ticker: str) -> list[SimOrder]:
        matcher = self.matchers.get(ticker)
        return [] if matcher is None else [order for order in matcher.resting() if order.account == account]

    def _next_due(self, matcher: Matcher) -> Nanos:
        expiries = [order.expires_at for order in matcher.resting() if order.expires_at is not None]
        close = [self.markets[matcher.ticker].close_time] if matcher.is_open else []
        return min(expiries + close, default=NEVER)
