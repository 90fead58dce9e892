"""The simulated exchange: listed markets, accounts, their orders, fills and settlements, all durable.

Public messages change books and lives; what they do to the accounts is collected as news, written down in one
transaction and only then told.
"""

from __future__ import annotations

from collections.abc import Container, Iterable, Iterator
from heapq import heappop, heappush
from uuid import uuid4

import msgspec

from kalshi_desk.domain.inputs import BookChanged, Lifecycle
from kalshi_desk.domain.market import Market, MarketStatus
from kalshi_desk.domain.message import Decoder
from kalshi_desk.domain.units import Cash, Count, Nanos
from kalshi_desk.simulation.accounts import Account, SimFill, SimSettlement, collateral, cost_to_place, free_cover
from kalshi_desk.simulation.listings import CRYPTO_SHARD
from kalshi_desk.simulation.orders import Execution, MatcherState, Placed, SimOrder, SimState
from kalshi_desk.venue_double.api_error import nested, not_found
from kalshi_desk.venue_double.groups import OrderGroup, OrderGroups
from kalshi_desk.venue_double.listing import Delta, Listing
from kalshi_desk.venue_double.store import Store

_account: Decoder[Account] = Decoder(Account, "venue account")
_matcher: Decoder[MatcherState] = Decoder(MatcherState, "venue matcher")
_market: Decoder[Market] = Decoder(Market, "venue market")
_group: Decoder[OrderGroup] = Decoder(OrderGroup, "venue order group")
_CONFLICTS = frozenset({"fill_or_kill_insufficient_resting_volume"})


class SimTransfer(msgspec.Struct, frozen=True, kw_only=True):
    """Cash of an account that moved from one shard to another; ``account`` None is the first."""

    transfer_id: str
    client_transfer_id: str | None
    source: int
    destination: int
    amount: Cash
    account: str | None = None


class News(msgspec.Struct):
    """What happened and is neither on disk nor told yet; ``burnt`` are client order ids, ``ended`` settled markets."""

    orders: list[SimOrder] = []
    fills: list[tuple[SimFill, SimOrder]] = []
    settlements: list[SimSettlement] = []
    burnt: list[str] = []
    ended: list[Market] = []
    transfers: list[SimTransfer] = []

    def __bool__(self) -> bool:
        return any(getattr(self, name) for name in self.__struct_fields__)


class Exchange:
    """The exchange; ``now`` is the event time up to which it has played.

    Its first account is called as the store, one of another user ``<store>/<user>``, a subaccount ``…#<number>``.
    """

    def __init__(self, store: Store, bankroll: Cash) -> None:
        self.store, self.now = store, Nanos(0)
        self.listings: dict[str, Listing] = {}
        self.events: dict[str, list[Listing]] = {}
        self._used: dict[str, Listing] = {}
        self._due: list[tuple[Nanos, str]] = []
        saved = store.fact("account")
        opening = Account(name=store.account, cash=_divided(bankroll))
        self.account = opening if saved is None else _account(saved)
        further = (_account(body) for body in store.facts("account:"))
        self.accounts = {account.name: account for account in (self.account, *further)}
        self.orders = {order.order_id: order for order in store.orders(SimOrder)}
        self.fills, self.settlements = store.events("fill", SimFill), store.events("settlement", SimSettlement)
        self.transfers = store.events("transfer", SimTransfer)
        groups = (_group(body) for body in store.facts("group:"))
        owned = (msgspec.structs.replace(group, account=group.account or store.account) for group in groups)
        self.burnt, self.groups = store.client_ids(), OrderGroups(owned)
        self._news = News()
        for body in store.facts("market:"):
            self._list(_market(body))

    def _list(self, market: Market) -> Listing:
        listing = self.listings[market.ticker] = Listing(market)
        self.events.setdefault(market.event_ticker, []).append(listing)
        listing.matcher.is_open = market.status not in (MarketStatus.DETERMINED, MarketStatus.FINALIZED)
        if listing.matcher.is_open:
            self._await(market)
        return listing

    def _await(self, market: Market) -> None:
        """Remember when a market opens and closes."""
        if market.status is MarketStatus.INITIALIZED:
            heappush(self._due, (market.open_time, market.ticker))
        heappush(self._due, (market.close_time, market.ticker))

    def open(self, user: str, subaccount: int, bankroll: Cash) -> None:
        """Open an account, on disk at once; one that is open stays as it is."""
        name = self._name(user, subaccount)
        if name not in self.accounts:
            account = Account(name=name, cash=_divided(bankroll), user=user, subaccount=subaccount)
            self.accounts[name] = account
            with self.store.transaction():
                self.store.put_fact(self._fact(account), account)

    def account_of(self, user: str, subaccount: int) -> Account:
        """Return an account; raises ApiError 404 for one that was never opened."""
        name = self._name(user, subaccount)
        if name not in self.accounts:
            raise not_found("user_not_found")
        return self.accounts[name]

    def _name(self, user: str, subaccount: int) -> str:
        own = self.store.account + (f"/{user}" if user else "")
        return f"{own}#{subaccount}" if subaccount else own

    def _fact(self, account: Account) -> str:
        return "account" if account is self.account else f"account:{account.name}"

    def listing(self, ticker: str) -> Listing:
        """Return a listed market; raises ApiError 404."""
        if ticker not in self.listings:
            raise not_found("market_not_found")
        return self.listings[ticker]

    def define(self, market: Market) -> tuple[Market | None, Listing]:
        """Take over a definition; returns what it replaces, None for a new market."""
        if market.ticker not in self.listings:
            return None, self._list(market)
        listing = self.listings[market.ticker]
        before = listing.market
        listing.redefine(market)
        if (before.status, before.open_time, before.close_time) != (market.status, market.open_time, market.close_time):
            self._await(market)
        return before, listing

    def change_book(self, change: BookChanged) -> list[Delta]:
        """Take over a book change and fill what it reaches; returns what to tell the public."""
        listing = self.listings.get(change.ticker)
        if listing is None or not listing.matcher.is_open:
            return []
        deltas, executions = listing.change(change)
        self._book(executions, listing)
        return deltas

    def step(self, step: Lifecycle) -> None:
        """Take over a step of a market's life and pay out what is settled."""
        listing = self.listings.get(step.ticker)
        if listing is None:
            return
        self._end(listing)
        listing.step(step)
        if step.event == "settled" and step.result is not None and step.settlement_value is not None:
            for account in self.accounts.values():
                paid = account.settle(listing.market, result=step.result, value=step.settlement_value, now=step.at)
                if paid is not None:
                    self._news.settlements.append(paid)
            self._news.ended.append(listing.market)

    def pass_time(self, now: Nanos) -> None:
        """Open, close and expire what is due at ``now``."""
        self.now = max(self.now, now)
        while self._due and self._due[0][0] <= now:
            listing = self.listings[heappop(self._due)[1]]
            market = listing.market
            if market.status is MarketStatus.INITIALIZED and market.open_time <= now:
                listing.market = msgspec.structs.replace(market, status=MarketStatus.ACTIVE)
            if market.close_time <= now:
                self._end(listing)
        for listing in self._used.values():
            self._news.orders += listing.matcher.expire(now)

    def _end(self, listing: Listing) -> None:
        self._used.pop(listing.market.ticker, None)
        if listing.matcher.is_open:
            self._news.orders += listing.matcher.close(max(self.now, listing.market.close_time))
            listing.empty()
            if listing.market.status in (MarketStatus.ACTIVE, MarketStatus.INITIALIZED):
                listing.market = msgspec.structs.replace(listing.market, status=MarketStatus.CLOSED)

    def place(self, order: SimOrder, *, group: str | None = None) -> Placed:
        """Take an order; raises ApiError for everything that the exchange refuses."""
        listing, account = self.listing(order.ticker), self.accounts[order.account]
        burns = _burnt(order, account)
        if burns in self.burnt:
            raise nested(409, "order_already_exists")
        if not listing.tradable:
            raise nested(409, "MARKET_INACTIVE", "the market is not open")
        self.groups.check(group, order.created_at, account=order.account)
        self._fund(order, listing)
        self._used[order.ticker] = listing
        placed = listing.matcher.place(order, self.now, position=account.held(order.ticker).count)
        if placed.reason is not None and placed.reason not in _CONFLICTS:
            raise nested(409 if placed.reason == "MARKET_INACTIVE" else 400, placed.reason, placed.details)
        if burns is not None:
            self.burnt.add(burns)
            self._news.burnt.append(burns)
        if placed.reason is not None:
            raise nested(409, placed.reason, placed.details)
        self.orders[order.order_id] = order
        self.groups.join(group, order.order_id, order.account)
        self._arrived(placed, listing)
        return placed

    def amend(self, order: SimOrder, wish: SimOrder) -> Placed:
        """Change a resting order to price, count and expiry of ``wish``; raises ApiError."""
        listing = self._open(order.ticker)
        if wish.price != order.price or wish.count > order.count:
            self._fund(wish, listing, besides=order)
        placed = listing.matcher.amend(
            order.order_id, price=wish.price, count=wish.count, expires_at=wish.expires_at, now=self.now
        )
        if placed is None:
            raise not_found()
        if placed.reason is not None:
            raise nested(400, placed.reason, placed.details)
        order.client_order_id = wish.client_order_id
        self._arrived(placed, listing)
        return placed

    def cancel(self, order_id: str) -> tuple[SimOrder, Count]:
        """Cancel a resting order; returns it and the contracts taken off the book. Raises ApiError."""
        order = self.resting(order_id)
        rested = order.remaining
        canceled = self._open(order.ticker).matcher.cancel(order_id, self.now)
        if canceled is None:
            raise not_found()
        self._news.orders.append(canceled)
        return canceled, rested

    def decrease(self, order_id: str, remaining: Count) -> SimOrder:
        """Lower what rests of an order; raises ApiError."""
        order = self._open(self.resting(order_id).ticker).matcher.decrease(order_id, remaining, self.now)
        if order is None:
            raise nested(400, "invalid_order_size", "more than what rests")
        self._news.orders.append(order)
        return order

    def resting(self, order_id: str, accounts: Container[str] | None = None) -> SimOrder:
        """Return an order that rests, of these accounts where they are named; raises ApiError 404 for every other."""
        order = self.orders.get(order_id)
        if order is None or order.state is not SimState.RESTING:
            raise not_found()
        if accounts is not None and order.account not in accounts:
            raise not_found()
        return order

    def transfer(
        self, amount: Cash, *, account: Account, source: int, destination: int, client_transfer_id: str | None = None
    ) -> SimTransfer:
        """Move free cash from one shard to another, once a client's id; raises ApiError."""
        if amount <= 0 or source == destination:
            raise nested(400, "invalid_parameters", "amount and shards")
        if client_transfer_id is not None and client_transfer_id in {one.client_transfer_id for one in self.transfers}:
            raise nested(409, "transfer_already_exists")
        free, _ = self.free(source, account), self.free(destination, account)
        if amount > free:
            raise nested(400, "insufficient_balance")
        account.cash[source] = Cash(account.cash[source] - amount)
        account.cash[destination] = Cash(account.cash[destination] + amount)
        moved = SimTransfer(
            transfer_id=new_order_id(), client_transfer_id=client_transfer_id, source=source, destination=destination,
            amount=amount, account=account.name,
        )  # fmt: skip
        self._news.transfers.append(moved)
        return moved

    def free(self, shard: int, account: Account | None = None) -> Cash:
        """Return an account's cash on a shard that no order blocks; raises ApiError 404 for an unknown shard."""
        account = self.account if account is None else account
        if shard not in account.cash:
            raise not_found("user_not_found")
        return Cash(account.cash[shard] - sum(self._blocked(account, shard)))

    def _blocked(self, account: Account, shard: int) -> Iterator[int]:
        for ticker, listing in self._used.items():
            if listing.market.exchange_index == shard and (resting := _resting(listing, account)):
                yield collateral(resting, listing.market, account.held(ticker).count)

    def _fund(self, order: SimOrder, listing: Listing, *, besides: SimOrder | None = None) -> None:
        account = self.accounts[order.account]
        held = account.held(order.ticker).count
        others = [other for other in _resting(listing, account) if other is not besides]
        cost = cost_to_place(order, listing.market, cover=free_cover(others, held))
        back = 0 if besides is None else collateral([besides], listing.market, held)
        if cost > self.free(listing.market.exchange_index, account) + back:
            raise nested(400, "insufficient_balance")

    def _open(self, ticker: str) -> Listing:
        listing = self.listing(ticker)
        if not listing.matcher.is_open:
            raise nested(409, "MARKET_INACTIVE", "the market is closed")
        return listing

    def _arrived(self, placed: Placed, listing: Listing) -> None:
        self._book(placed.executions, listing)
        self._news.orders += [placed.order, *placed.canceled]

    def _book(self, executions: Iterable[Execution], listing: Listing) -> None:
        for execution in executions:
            fill = self.accounts[execution.order.account].book(execution, listing.market)
            self._news.fills.append((fill, execution.order))
            self._news.orders.append(execution.order)
            for order_id in self.groups.filled(execution.order.order_id, execution.count, execution.at):
                if (swept := listing.matcher.cancel(order_id, self.now)) is not None:
                    self._news.orders.append(swept)

    def commit(self) -> News:
        """Write the account's news down, if there are any, and return them: now they may be told."""
        news, self._news = self._news, News()
        if not news and not self.groups.changed:
            return news
        with self.store.transaction():
            self._write(news)
            self._write_groups(news.orders)
        return news

    def _write_groups(self, orders: Iterable[SimOrder]) -> None:
        self.groups.forget(order.order_id for order in orders if not order.remaining)
        for group_id in self.groups.changed:
            if group_id in self.groups.groups:
                self.store.put_fact(f"group:{group_id}", self.groups.groups[group_id])
            else:
                self.store.drop_fact(f"group:{group_id}")
        self.groups.changed.clear()

    def _write(self, news: News) -> None:
        fills = [fill for fill, _order in news.fills]
        for account in self.accounts.values():
            self.store.put_fact(self._fact(account), account)
        self.store.put_fact("now", self.now)
        for order in news.orders:
            self.store.put_order(order.order_id, order)
        self.store.put_events("fill", len(self.fills), fills)
        self.store.put_events("settlement", len(self.settlements), news.settlements)
        for client_order_id in news.burnt:
            self.store.put_client_id(client_order_id)
        for market in news.ended:
            self.store.put_fact(f"market:{market.ticker}", market)
        self.store.put_events("transfer", len(self.transfers), news.transfers)
        self.transfers += news.transfers
        self.fills += fills
        self.settlements += news.settlements
        for ticker in {order.ticker for order in news.orders}:
            self.store.put_fact(f"matcher:{ticker}", self.listings[ticker].matcher.state())

    def restore(self) -> None:
        """Put resting orders and taken liquidity back into the matchers, after the books stand again."""
        resting: dict[str, list[SimOrder]] = {}
        for order in self.orders.values():
            if order.state is SimState.RESTING:
                resting.setdefault(order.ticker, []).append(order)
        for body in self.store.facts("matcher:"):
            state = _matcher(body)
            if (listing := self.listings.get(state.ticker)) is not None:
                listing.matcher.restore(state, resting.get(state.ticker, []))
                if listing.matcher.is_open:
                    self._used[state.ticker] = listing


def _divided(bankroll: Cash) -> dict[int, Cash]:
    half = Cash(bankroll // 2)  # collateral is per shard, and the two desks trade on different ones
    return {0: half, CRYPTO_SHARD: Cash(bankroll - half)}


def _resting(listing: Listing, account: Account) -> list[SimOrder]:
    return [order for order in listing.matcher.resting() if order.account == account.name]


def _burnt(order: SimOrder, account: Account) -> str | None:
    """Return what an order's client id is spent as: it is a user's, over all subaccounts."""
    user = f"{account.user}/" if account.user else ""
    return None if order.client_order_id is None else f"{user}{order.client_order_id}"


def new_order_id() -> str:
    """Return an id that no other order has."""
    return str(uuid4())
