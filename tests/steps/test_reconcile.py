import pytest

from kalshi_desk.domain.intent import KnownOrder
from kalshi_desk.domain.ledger import Position
from kalshi_desk.domain.market import BookSide, Outcome
from kalshi_desk.domain.position import Positions
from kalshi_desk.domain.units import Cash, Count, Price
from kalshi_desk.steps.reconcile import (
    Difference,
    again,
    cash_gap,
    gap_stands,
    held,
    orders_to_ask,
    position_differences,
    repair_fill,
)
from kalshi_desk.wire.kalshi_portfolio import OrderBody, PositionBody
from tests.orders import ACCOUNT, NOW, TICKER, order


def _known(number: int, state: str, filled: str = "0") -> KnownOrder:
    count = Count.parse(filled)
    return KnownOrder(
        order=order(number), venue_order_id="v", state=state, filled=count, remaining=Count(500), updated_at=NOW
    )


def _resting(number: int, filled: str = "0") -> OrderBody:
    return OrderBody(
        f"v{number}", f"decision{number}-1", TICKER, Outcome.YES, BookSide.BID, "resting", Price(4_000),
        Count.parse(filled), Count(500), Count(500), Cash(0), Cash(0),
    )  # fmt: skip


def test_live_orders_that_do_not_rest_there_as_here_are_asked_for() -> None:
    ours = [
        _known(1, "resting"),
        _known(2, "resting", "1"),
        _known(3, "resting"),
        _known(4, "unknown"),
        _known(5, "filled"),
    ]
    asked = orders_to_ask(ours, [_resting(1), _resting(2), _resting(4)])
    assert [known.order.decision_id for known in asked] == ["decision2", "decision3", "decision4"]


def _position(count: str, owner: str = "desk", ticker: str = TICKER) -> Position:
    return Position(
        at=NOW, account=ACCOUNT, ticker=ticker, owner=owner, count=Count.parse(count), cost=Cash(0), fees=Cash(0),
        realized=Cash(0),
    )  # fmt: skip


def _theirs(count: str, exposure: str = "2.4", ticker: str = TICKER) -> PositionBody:
    return PositionBody(ticker, Count.parse(count), Cash.parse(exposure), Cash(0), Cash(0))


def test_positions_are_compared_net_of_owners() -> None:
    ours = held([_position("5"), _position("-2", "manual"), _position("1", ticker="B")])
    assert position_differences(ours, [_theirs("3"), _theirs("4", ticker="C")]) == [
        Difference("position", "B", "1.00", "0.00"),
        Difference("position", "C", "0.00", "4.00"),
    ]


def test_a_difference_counts_when_it_stands() -> None:
    one, two = Difference("position", "A", "0.00", "1.00"), Difference("position", "B", "0.00", "1.00")
    assert again([one, two], [two]) == [two]


@pytest.mark.parametrize(
    ("theirs", "state", "gap"),
    [
        ("49.9999", "filled", "0"),  # ours is 49.99999, which the venue shows cut
        ("50.0000", "filled", "0.0001"),
        ("49.9998", "filled", "-0.0001"),
        ("48.9999", "resting", "0"),
        ("49.5", "sent", "0"),
        ("48.9998", "unknown", "-0.0001"),
        ("50.0000", "resting", "0.0001"),
    ],
)
def test_cash_at_the_venue_is_lower_by_no_more_than_live_orders_can_block(theirs, state, gap) -> None:
    known = KnownOrder(
        order=order(risk=Cash.parse("1")),
        venue_order_id="v1",
        state=state,
        filled=Count(0),
        remaining=Count(0),
        updated_at=NOW,
    )
    assert cash_gap(Cash.parse("49.99999"), Cash.parse(theirs), [known]) == Cash.parse(gap)


@pytest.mark.parametrize(
    ("now", "before", "stands"),
    [
        ("5", "5", True),
        ("5", "4", False),
        ("-1", "-2", True),
        ("-1", "1", False),
        ("0", "0", False),
        ("0", "-1", False),
    ],
)
def test_a_gap_stands_when_it_was_there_at_the_last_look(now, before, stands) -> None:
    assert gap_stands(Cash.parse(now), Cash.parse(before)) is stands


def test_a_repair_brings_our_position_to_theirs() -> None:
    for ours, theirs, price in (("0.00", "-4.00", Price(4_000)), ("1.00", "4.00", Price(6_000))):
        difference = Difference("position", TICKER, ours, theirs)
        fill = repair_fill(difference, _theirs(theirs), account=ACCOUNT, at=NOW)
        assert fill == repair_fill(difference, _theirs(theirs), account=ACCOUNT, at=NOW)
        assert fill.price == price
        positions = Positions()
        positions.take(fill)
        moved = positions.holding(ACCOUNT, TICKER, "manual").count
        assert Count(moved + Count.parse(ours)) == Count.parse(theirs)
