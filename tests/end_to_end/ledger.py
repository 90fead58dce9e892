"""Compare the desk's ledger with the venue, order for order, fill for fill, cent for cent."""

from __future__ import annotations

from collections import Counter
from decimal import Decimal
from typing import Any

from kalshi_desk.domain.fees import Role, expected_fee
from kalshi_desk.domain.market import BookSide, FeeSchedule
from tests.end_to_end.desk import Desk

OURS = "select client_order_id, filled_contracts from orders where venue_order_id is not null"
OUR_FILLS = """
select fill_id, venue_order_id, ticker, book_side, price_dollars, count_contracts, fee_dollars from fills
"""


def differences(desk: Desk) -> list[str]:
    """Return everything on which ledger and venue disagree; empty when they agree."""
    return [*_orders(desk), *_fills(desk), *_positions(desk), *_cash(desk)]


def decisions_sent_twice(desk: Desk) -> list[str]:
    """Return the decision ids that became more than one order at the venue."""
    orders = desk.venue(lambda reads: reads.orders({}))
    seen = Counter(order.client_order_id.rpartition("-")[0] for order in orders)
    return [decision for decision, times in seen.items() if times > 1]


def _orders(desk: Desk) -> list[str]:
    theirs = {o.client_order_id: Decimal(str(o.fill_count_fp)) for o in desk.venue(lambda reads: reads.orders({}))}
    ours = dict(desk.sql(OURS))
    return _compared("order", ours, theirs)


def _fills(desk: Desk) -> list[str]:
    theirs = {
        (f.fill_id, f.order_id): (
            f.ticker, str(f.book_side), Decimal(str(f.yes_price_dollars)), Decimal(str(f.count_fp)),
            Decimal(str(f.fee_cost)),
        )
        for f in desk.venue(lambda reads: reads.fills({}))
    }  # fmt: skip
    rows = desk.sql(OUR_FILLS)
    assert len(rows) == len({row[:2] for row in rows})
    return _compared("fill", {row[:2]: row[2:] for row in rows}, theirs)


def _positions(desk: Desk) -> list[str]:
    held = [position for position in desk.venue(lambda reads: reads.positions()) if position.position_fp]
    theirs = {position.ticker: Decimal(str(position.position_fp)) for position in held}
    ours = dict(
        desk.sql("select ticker, sum(count_contracts) from positions group by 1 having sum(count_contracts) <> 0")
    )
    return _compared("position", ours, theirs)


def _cash(desk: Desk) -> list[str]:
    balance = desk.venue(lambda reads: reads.balance())
    theirs = sum(Decimal(str(shard.balance)) for shard in balance.balance_breakdown)
    ours = _free_cash(desk) - sum(_blocked(desk))
    return [] if ours == theirs else [f"cash: ledger {ours}, venue {theirs}"]


def _blocked(desk: Desk) -> list[Decimal]:
    """What each entry that rests at the venue blocks there: the price of its outcome and its fee as a maker."""
    entries = {found for (found,) in desk.sql("select client_order_id from orders where action = 'enter'")}
    resting = desk.venue(lambda reads: reads.orders({"status": "resting"}))
    return [_cost(desk, order) for order in resting if order.client_order_id in entries]


def _cost(desk: Desk, order: Any) -> Decimal:
    series = desk.venue(lambda reads: reads.series(order.ticker.partition("-")[0]))
    schedule = FeeSchedule(series.fee_type, 10_000)
    price = order.yes_price_dollars if order.book_side is BookSide.BID else order.yes_price_dollars.complement
    fee = expected_fee(schedule, role=Role.MAKER, price=price, count=order.remaining_count_fp)
    return Decimal(str(price)) * Decimal(str(order.remaining_count_fp)) + Decimal(str(fee))


def _free_cash(desk: Desk) -> Decimal:
    """Selling YES brings its price but locks a dollar a contract until the position is closed or settled."""
    ((cash,),) = desk.sql("select initial_bankroll_dollars from accounts")
    values = dict(desk.sql("select ticker, value_dollars from settlements"))
    held: Counter[str] = Counter()
    for _, _, ticker, side, price, count, fee in desk.sql(OUR_FILLS):
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
