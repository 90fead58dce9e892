"""Compare the ledger with what the venue says, and name every difference. Pure.

The venue is right about what happened; a difference is recorded, told, and repaired from its truth.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

import msgspec

from kalshi_desk.domain.intent import KnownOrder
from kalshi_desk.domain.ledger import Fill, Position
from kalshi_desk.domain.market import BookSide, Outcome
from kalshi_desk.domain.order import OrderState
from kalshi_desk.domain.units import PAYOUT, Cash, Count, Nanos, Price
from kalshi_desk.wire.kalshi_portfolio import OrderBody, PositionBody

MOST_FEE, NOTHING = Price(200), Cash(0)  # the quadratic fee is greatest at a half: 0.07 x 0.25, rounded up
_LIVE = (OrderState.RESTING, OrderState.SENT, OrderState.UNKNOWN)


class Difference(msgspec.Struct, frozen=True):
    """One fact on which ledger and venue disagree; ``subject`` is order, position, cash, settlement or market."""

    subject: str
    name: str
    ours: str
    venues: str

    def __str__(self) -> str:
        return f"{self.subject} {self.name}: ours {self.ours}, the venue's {self.venues}"


def orders_to_ask(ours: Iterable[KnownOrder], resting: Iterable[OrderBody]) -> list[KnownOrder]:
    """Return our live orders that the venue does not show as resting just as we know them."""
    shown = {body.client_order_id: body.fill_count_fp for body in resting}
    return [known for known in ours if known.state in _LIVE and _differs(known, shown)]


def _differs(known: KnownOrder, shown: Mapping[str, Count]) -> bool:
    filled = shown.get(known.order.client_order_id)
    return filled is None or filled != known.filled or known.state != OrderState.RESTING


def order_difference(known: KnownOrder, told: OrderBody) -> Difference:
    """Name how an order's state differs."""
    ours, venues = f"{known.state} {known.filled}", f"{told.status} {told.fill_count_fp}"
    return Difference("order", known.order.client_order_id, ours, venues)


def held(positions: Iterable[Position]) -> dict[str, Count]:
    """Return the net contracts of each market, all owners together: the venue nets them."""
    total: dict[str, Count] = {}
    for position in positions:
        total[position.ticker] = Count(total.get(position.ticker, 0) + position.count)
    return total


def position_differences(ours: Mapping[str, Count], theirs: Iterable[PositionBody]) -> list[Difference]:
    """Return the markets in which the net positions differ."""
    told = {body.ticker: body.position_fp for body in theirs}
    zero = Count(0)
    return [
        Difference("position", ticker, str(ours.get(ticker, zero)), str(told.get(ticker, zero)))
        for ticker in sorted({*ours, *told})
        if ours.get(ticker, zero) != told.get(ticker, zero)
    ]


def blocked(told: OrderBody) -> Cash:
    """Return the most free cash that a resting order takes: its contracts' price, and the usual taker fee."""
    price = told.yes_price_dollars if told.book_side is BookSide.BID else told.yes_price_dollars.complement
    return Cash((price + MOST_FEE) * told.remaining_count_fp)


def cash_gap(ours: Cash, theirs: Cash, orders: Iterable[KnownOrder], *, others: Cash = NOTHING) -> Cash:
    """Return how far the venue's free cash is above (+) or below (-) what our books and live orders explain, else 0.

    The venue's may be lower by as much as our live orders, and the ``others`` that a person rests, can block there.
    """
    ours_block = sum(known.order.risk for known in orders if not OrderState(known.state).final)
    low, high = _as_shown(ours - ours_block - others), _as_shown(ours)
    return Cash(max(0, theirs - high) + min(0, theirs - low))


def gap_stands(now: Cash, before: Cash) -> bool:
    """Return whether free cash differed at the last look too: above our books by the same, or below them at all.

    What is on its way has arrived by the second look, and money that came from nowhere does not change with trades.
    """
    return (now > 0 and now == before) or (now < 0 and before < 0)


def _as_shown(cash: int) -> Cash:
    """Return cash as the venue shows it: cut to $0.0001."""
    return Cash(cash // 100 * 100)


def again(now: Iterable[Difference], before: Iterable[Difference]) -> list[Difference]:
    """Return the differences that stood unchanged at the last look too: what is on its way has arrived by then."""
    known = set(before)
    return [difference for difference in now if difference in known]


def repair_fill(difference: Difference, told: PositionBody | None, *, account: str, at: Nanos) -> Fill:
    """Return the manual fill that brings our position to the venue's, at the venue's mean price of it.

    Its id derives from the difference, so that the same repair is booked once.
    """
    missing = Count(Count.parse(difference.venues) - Count.parse(difference.ours))
    count = Count(abs(missing))
    identity = f"repair:{difference.name}:{difference.ours}:{difference.venues}"
    price = _mean_price(told)
    outcome = Outcome.YES if missing > 0 else Outcome.NO
    return Fill(
        at=at, occurred_at=at, account=account, ticker=difference.name, fill_id=identity, venue_order_id=identity,
        client_order_id=None, owner="manual", strategy=None, outcome=outcome, action="enter",
        price=price, count=count, is_taker=True, fee=Cash(0),
    )  # fmt: skip


def _mean_price(told: PositionBody | None) -> Price:
    """Return the mean YES price of a position; a half where the venue holds none and so tells none."""
    if told is None or not told.position_fp:
        return Price(PAYOUT // 2)
    paid = min(PAYOUT - 1, max(1, told.market_exposure_dollars // abs(told.position_fp)))
    return Price(paid) if told.position_fp > 0 else Price(PAYOUT - paid)
