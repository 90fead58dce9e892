"""Accounts of the simulated exchange: cash per shard, positions, collateral of resting orders, fees.

A bid at p blocks p per contract, an ask 1 - p, except as far as the order only closes a position: that cover goes to
the orders in the sequence of their arrival. Fees are booked through each order's accumulator.
"""

from __future__ import annotations

from collections.abc import Iterable

import msgspec

from kalshi_desk.domain.fees import Role, charge, expected_fee, in_force, trade_fee
from kalshi_desk.domain.market import BookSide, FeeSchedule, Market
from kalshi_desk.domain.position import FLAT, Holding, closing_count, fill_revenue, payout, settlement_pnl, with_fill
from kalshi_desk.domain.units import Cash, Count, Nanos, Price
from kalshi_desk.simulation.orders import Execution, SimOrder


class SimFill(msgspec.Struct, frozen=True, kw_only=True):
    """One fill as the venue books it; ``fee`` is its net fee, ``position`` the signed count after it."""

    at: Nanos
    fill_id: str
    order_id: str
    client_order_id: str | None
    account: str
    ticker: str
    side: BookSide
    price: Price
    count: Count
    is_taker: bool
    fee: Cash
    position: Count


class SimSettlement(msgspec.Struct, frozen=True, kw_only=True):
    """What a settled market paid to one account; ``holding`` is what it held until then.

    ``revenue`` is the payout, ``pnl`` all that the market brought, fees off.
    """

    at: Nanos
    account: str
    ticker: str
    result: str
    value: Price
    holding: Holding
    revenue: Cash
    pnl: Cash


class Account(msgspec.Struct, kw_only=True):
    """Cash by shard and holdings by ticker of one account; changed in place.

    ``user`` is whose account it is ("" at a venue with one user), ``subaccount`` its number with that user.
    """

    name: str
    cash: dict[int, Cash]
    holdings: dict[str, Holding] = {}
    user: str = ""
    subaccount: int = 0

    def held(self, ticker: str) -> Holding:
        """Return what is held in a market."""
        return self.holdings.get(ticker, FLAT)

    def book(self, execution: Execution, market: Market) -> SimFill:
        """Book an execution of this account: cash, holding, and the order's costs and fees.

        Raises UnknownFee, and KeyError if the market has no fee schedule or the account no cash on its shard.
        """
        order, held = execution.order, self.held(market.ticker)
        revenue = fill_revenue(held.count, order.side, execution.price, execution.count)
        fee = charge(_trade_fee(execution, fee_schedule(market)), revenue=revenue, accumulator=order.accumulator)
        order.accumulator = fee.accumulator
        _add_to_order(execution, fee.net_fee)
        shard = market.exchange_index
        self.cash[shard] = Cash(self.cash[shard] + fee.balance_change)
        held = with_fill(held, side=order.side, price=execution.price, count=execution.count, fee=fee.net_fee)
        self.holdings[market.ticker] = held
        return _sim_fill(execution, fee.net_fee, held.count)

    def settle(self, market: Market, *, result: str, value: Price, now: Nanos) -> SimSettlement | None:
        """Pay out a settled market; None if the account never traded it or was paid before."""
        holding = self.holdings.pop(market.ticker, None)
        if holding is None:
            return None
        revenue = payout(holding.count, value)
        shard = market.exchange_index
        self.cash[shard] = Cash(self.cash[shard] + revenue)
        return SimSettlement(
            at=now,
            account=self.name,
            ticker=market.ticker,
            result=result,
            value=value,
            holding=holding,
            revenue=revenue,
            pnl=settlement_pnl(holding, value),
        )


def fee_schedule(market: Market) -> FeeSchedule:
    """Return the fee schedule of a market; raises KeyError if it has none."""
    if market.fee is None:
        raise KeyError(f"{market.ticker} has no fee schedule")
    return market.fee


def collateral(orders: Iterable[SimOrder], market: Market, held: Count) -> Cash:
    """Return what orders of one account in one market block, with the fees they will pay as makers."""
    total, cover = 0, held
    for order in sorted(orders, key=lambda order: order.rank):
        closes = closing_count(cover, order.side, order.remaining)
        cover = Count(cover + (closes if order.side is BookSide.BID else -closes))
        total += _blocked(order, market, closes, Role.MAKER)
    return Cash(total)


def cost_to_place(order: SimOrder, market: Market, *, cover: Count) -> Cash:
    """Return the most that an arriving order can cost; ``cover`` is the position that no resting order uses."""
    closes = closing_count(cover, order.side, order.remaining)
    return _blocked(order, market, closes, Role.MAKER if order.post_only else Role.TAKER)


def free_cover(orders: Iterable[SimOrder], held: Count) -> Count:
    """Return the part of a position that the resting orders would not close."""
    against = BookSide.ASK if held > 0 else BookSide.BID
    used = sum(order.remaining for order in orders if order.side is against)
    return Count(max(0, held - used) if held > 0 else min(0, held + used))


def _blocked(order: SimOrder, market: Market, closes: Count, role: Role) -> Cash:
    """Return what opening costs, fee included; a close pays its fee from what it brings."""
    opens = Count(order.remaining - closes)
    if opens <= 0:
        return Cash(0)
    price = order.price if order.side is BookSide.BID else order.price.complement
    schedule = in_force(fee_schedule(market), order.created_at)
    fee = expected_fee(schedule, role=role, price=price, count=opens, align=order.accumulator.align)
    return Cash(price * opens + fee)


def _trade_fee(execution: Execution, schedule: FeeSchedule) -> Cash:
    return trade_fee(
        in_force(schedule, execution.at),
        role=Role.TAKER if execution.is_taker else Role.MAKER,
        price=execution.price,
        count=execution.count,
    )


def _add_to_order(execution: Execution, fee: Cash) -> None:
    order = execution.order
    price = execution.price if order.side is BookSide.BID else execution.price.complement
    cost = price * execution.count
    if execution.is_taker:
        order.taker_cost, order.taker_fees = Cash(order.taker_cost + cost), Cash(order.taker_fees + fee)
    else:
        order.maker_cost, order.maker_fees = Cash(order.maker_cost + cost), Cash(order.maker_fees + fee)


def _sim_fill(execution: Execution, fee: Cash, position: Count) -> SimFill:
    order = execution.order
    return SimFill(
        at=execution.at,
        fill_id=f"{order.ticker}-{execution.trade}",
        order_id=order.order_id,
        client_order_id=order.client_order_id,
        account=order.account,
        ticker=order.ticker,
        side=order.side,
        price=execution.price,
        count=execution.count,
        is_taker=execution.is_taker,
        fee=fee,
        position=position,
    )
