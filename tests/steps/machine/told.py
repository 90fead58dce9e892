"""The simulated exchange's orders, fills and payments in the venue's own words."""

from __future__ import annotations

from kalshi_desk.domain.market import BookSide, Market, Outcome
from kalshi_desk.domain.position import Holding
from kalshi_desk.domain.units import Cash, Count
from kalshi_desk.simulation.accounts import SimFill, SimSettlement
from kalshi_desk.simulation.orders import SimOrder
from kalshi_desk.wire.decode import Millis
from kalshi_desk.wire.kalshi_portfolio import FillBody, OrderBody, PositionBody, SettlementBody
from kalshi_desk.wire.kalshi_ws import OwnFill, OwnOrder


def _outcome(side: BookSide) -> Outcome:
    return Outcome.YES if side is BookSide.BID else Outcome.NO


def order_body(order: SimOrder) -> OrderBody:
    return OrderBody(
        order_id=order.order_id, client_order_id=order.client_order_id or "", ticker=order.ticker,
        outcome_side=_outcome(order.side), book_side=order.side, status=str(order.state),
        yes_price_dollars=order.price, fill_count_fp=order.filled, remaining_count_fp=order.remaining,
        initial_count_fp=order.count, taker_fees_dollars=order.taker_fees, maker_fees_dollars=order.maker_fees,
    )  # fmt: skip


def own_order(order: SimOrder) -> OwnOrder:
    return OwnOrder(
        order_id=order.order_id, ticker=order.ticker, status=str(order.state), outcome_side=_outcome(order.side),
        book_side=order.side, yes_price_dollars=order.price, fill_count_fp=order.filled,
        remaining_count_fp=order.remaining, initial_count_fp=order.count, taker_fees_dollars=order.taker_fees,
        maker_fees_dollars=order.maker_fees, client_order_id=order.client_order_id,
    )  # fmt: skip


def fill_body(fill: SimFill) -> FillBody:
    return FillBody(
        fill_id=fill.fill_id, order_id=fill.order_id, ticker=fill.ticker, outcome_side=_outcome(fill.side),
        book_side=fill.side, count_fp=fill.count, yes_price_dollars=fill.price, is_taker=fill.is_taker,
        fee_cost=fill.fee, created_time=fill.at,
    )  # fmt: skip


def own_fill(fill: SimFill) -> OwnFill:
    return OwnFill(
        trade_id=fill.fill_id, order_id=fill.order_id, market_ticker=fill.ticker, is_taker=fill.is_taker,
        outcome_side=_outcome(fill.side), book_side=fill.side, yes_price_dollars=fill.price, count_fp=fill.count,
        fee_cost=fill.fee, post_position_fp=fill.position, ts_ms=Millis(fill.at),
        client_order_id=fill.client_order_id,
    )  # fmt: skip


def position_body(ticker: str, held: Holding) -> PositionBody:
    return PositionBody(ticker, held.count, held.cost, held.realized, held.fees)


def settlement_body(paid: SimSettlement, market: Market) -> SettlementBody:
    held = paid.holding
    return SettlementBody(
        ticker=paid.ticker, event_ticker=market.event_ticker, market_result=paid.result,
        yes_count_fp=Count(max(0, held.count)), yes_total_cost_dollars=Cash(0),
        no_count_fp=Count(max(0, -held.count)), no_total_cost_dollars=Cash(0), revenue=paid.revenue // 10_000,
        settled_time=paid.at, fee_cost=held.fees, value=paid.value // 100,
    )  # fmt: skip
