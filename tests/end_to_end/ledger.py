"""Compare the desk's ledger with the venue, order for order, fill for fill, cent for cent."""

from __future__ import annotations

from collections import Counter
from decimal import Decimal
from typing import Any

from kalshi_desk.domain.fees import Role, expected_fee
from kalshi_desk.domain.market import BookSide, FeeSchedule
from tests.end_to_end.desk import Desk

OURS = "select client_order_id, filled_contracts from orders where venue_order_id is not null and account = %s"
OUR_FILLS = """
select fill_id, venue_order_id, ticker, book_side, price_dollars, count_contracts, fee_dollars from fills
where account = %s
"""
HELD = """
select ticker, sum(count_contracts) from positions where account = %s group by 1 having sum(count_contracts) <> 0
"""


def differences(desk: Desk, account: str | None = None) -> list[str]:
    """Return everything on which an account's ledger and the venue disagree; empty when they agree."""
    return [*_orders(desk, account), *_fills(desk, account), *_positions(desk, account), *_cash(desk, account)]


def decisions_sent_twice(desk: Desk, account: str | None = None) -> list[str]:
    """Return the decision ids that became more than one order at the venue."""
    orders = desk.venue(lambda reads: reads.orders({}), account)
    seen = Counter(order.client_order_id.rpartition("-")[0] for order in orders)
    return [decision for decision, times in seen.items() if times > 1]


def _orders(desk: Desk, account: str | None) -> list[str]:
    told = desk.venue(lambda reads: reads.orders({}), account)
    theirs = {order.client_order_id: Decimal(str(order.fill_count_fp)) for order in told}
    ours = dict(desk.sql(OURS, desk.account(account)))
    return _compared("order", ours, theirs)


def _fills(desk: Desk, account: str | None) -> list[str]:
    theirs = {
        (f.fill_id, f.order_id): (
            f.ticker, str(f.book_side), Decimal(str(f.yes_price_dollars)), Decimal(str(f.count_fp)),
            Decimal(str(f.fee_cost)),
        )
        for f in desk.venue(lambda reads: reads.fills({}), account)
    }  # fmt: skip
    rows = desk.sql(OUR_FILLS, desk.account(account))
    assert len(rows) == len({row[:2] for row in rows})
    return _compared("fill", {row[:2]: row[2:] for row in rows}, theirs)


def _positions(desk: Desk, account: str | None) -> list[str]:
    held = [position for position in desk.venue(lambda reads: reads.positions(), account) if position.position_fp]
    theirs = {position.ticker: Decimal(str(position.position_fp)) for position in held}
    ours = dict(desk.sql(HELD, desk.account(account)))
    return _compared("position", ours, theirs)


def _cash(desk: Desk, account: str | None) -> list[str]:
    balance = desk.venue(lambda reads: reads.balance(), account)
    theirs = sum(Decimal(str(shard.balance)) for shard in balance.balance_breakdown)
    ours = _free_cash(desk, desk.account(account)) - sum(_blocked(desk, account))
    return [] if ours == theirs else [f"cash: ledger {ours}, venue {theirs}"]


def _blocked(desk: Desk, account: str | None) -> list[Decimal]:
    """What each entry that rests at the venue blocks there: the price of its outcome and its fee as a maker."""
    entries = {found for (found,) in desk.sql("select client_order_id from orders where action = 'enter'")}
    resting = desk.venue(lambda reads: reads.orders({"status": "resting"}), account)
    return [_cost(desk, order) for order in resting if order.client_order_id in entries]


def _cost(desk: Desk, order: Any) -> Decimal:
    series = desk.venue(lambda reads: reads.series(order.ticker.partition("-")[0]))
    schedule = FeeSchedule(series.fee_type, 10_000)
    price = order.yes_price_dollars if order.book_side is BookSide.BID else order.yes_price_dollars.complement
    fee = expected_fee(schedule, role=Role.MAKER, price=price, count=order.remaining_count_fp)
    return Decimal(str(price)) * Decimal(str(order.remaining_count_fp)) + Decimal(str(fee))


def _free_cash(desk: Desk, account: str) -> Decimal:
    """Selling YES brings its price but locks a dollar a contract until the position is closed or settled."""
    ((cash,),) = desk.sql("select initial_bankroll_dollars from accounts where account = %s", account)
    values = dict(desk.sql("select ticker, value_dollars from settlements where account = %s", account))
    held: Counter[str] = Counter()
    for _, _, ticker, side, price, count, fee in desk.sql(OUR_FILLS, account):
        signed = count if side == "bid" else -count
        held[ticker] += signed
        cash -= signed * price + fee
    for ticker, net in held.items():
        cash += net * values[ticker] if ticker in values else min(net, Decimal(0))
    return Decimal(cash)


def _compared(name: str, ours: dict[Any, Any], theirs: dict[Any, Any]) -> list[str]:
    keys = sorted(set(ours) | set(theirs), key=str)
    return [
        f"{name} {key}: ledger {ours.get(key)}, venue {theirs.get(key)}"
        for key in keys
        if ours.get(key) != theirs.get(key)
    ]
