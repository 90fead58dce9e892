import pytest

from kalshi_desk.domain.intent import KnownOrder
from kalshi_desk.domain.market import BookSide, Outcome
from kalshi_desk.domain.units import Cash, Count, Nanos, Price
from kalshi_desk.errors import ParseError
from kalshi_desk.steps.confirm import canceled_event, created_event, fill_from, request_of, state_event
from kalshi_desk.wire.decode import Millis
from kalshi_desk.wire.kalshi_orders import Canceled, Created, TimeInForce
from kalshi_desk.wire.kalshi_portfolio import FillBody, OrderBody
from kalshi_desk.wire.kalshi_ws import OwnFill
from tests.orders import ACCOUNT, NOW, TICKER, order


def _created(filled: str, remaining: str) -> Created:
    return Created("v1", Count.parse(filled), Count.parse(remaining), Millis(NOW))


def _order_body(status: str, filled: str, remaining: str) -> OrderBody:
    return OrderBody(
        "v1", "decision1-1", TICKER, Outcome.YES, BookSide.BID, status, Price(4_000), Count.parse(filled),
        Count.parse(remaining), Count.parse("5"), Cash(0), Cash(0),
    )  # fmt: skip


def test_taking_is_ioc_and_making_is_post_only_with_an_expiry_behind_ours() -> None:
    take, make = request_of(order()), request_of(order(style="make"))
    assert (take.time_in_force, take.post_only, take.expires_at) == (TimeInForce.IOC, False, None)
    assert (make.time_in_force, make.post_only) == (TimeInForce.GTC, True)
    assert make.expires_at == order().expires_at + 5_000_000_000


@pytest.mark.parametrize(
    ("filled", "remaining", "event"), [("5", "0", "filled"), ("2", "3", "resting"), ("2", "0", "canceled")]
)
def test_the_answer_to_a_create(filled: str, remaining: str, event: str) -> None:
    got = created_event(order(), _created(filled, remaining), NOW)
    assert (got.event, got.filled, got.remaining) == (event, Count.parse(filled), Count.parse(remaining))
    assert got.venue_order_id == "v1"


def _known(filled: str, remaining: str) -> KnownOrder:
    return KnownOrder(
        order=order(style="make"), venue_order_id="v1", state="resting", filled=Count.parse(filled),
        remaining=Count.parse(remaining), updated_at=NOW,
    )  # fmt: skip


def test_a_cancel_of_what_rested_ends_the_order_with_what_was_filled() -> None:
    got = canceled_event(_known("2", "3"), Canceled("v1", Count.parse("3"), Millis(NOW)), reason="halt", at=NOW)
    assert (got.event, got.filled, got.remaining, got.reason) == ("canceled", Count.parse("2"), Count(0), "halt")


@pytest.mark.parametrize("rested", ["1", "4"], ids=["less", "more"])
def test_a_cancel_of_another_count_tells_nothing_of_fills(rested: str) -> None:
    answer = Canceled("v1", Count.parse(rested), Millis(NOW))
    assert canceled_event(_known("2", "3"), answer, reason="halt", at=NOW) is None


@pytest.mark.parametrize(
    ("status", "event", "remaining"),
    [("resting", "resting", "3"), ("executed", "filled", "0"), ("canceled", "canceled", "0")],
)
def test_the_venues_states(status: str, event: str, remaining: str) -> None:
    got = state_event(order(), _order_body(status, "2", "3"), NOW)
    assert (got.event, got.remaining) == (event, Count.parse(remaining))


def test_an_unknown_state_is_an_error() -> None:
    with pytest.raises(ParseError, match="unknown status"):
        state_event(order(), _order_body("sleeping", "0", "5"), NOW)


def test_fills_of_socket_and_poll_are_the_same_fill() -> None:
    sale = order(outcome=Outcome.NO, action="exit")
    known = KnownOrder(
        order=sale, venue_order_id="v1", state="resting", filled=Count(0), remaining=sale.count, updated_at=NOW
    )
    polled = FillBody(
        "t1", "v1", TICKER, Outcome.YES, BookSide.BID, Count(100), Price(4_000), True, Cash(100), Nanos(NOW)
    )
    heard = OwnFill(
        "t1", "v1", TICKER, True, Outcome.YES, BookSide.BID, Price(4_000), Count(100), Cash(100), Count(0),
        Millis(NOW), "decision1-1",
    )  # fmt: skip
    one, two = (fill_from(told, known, account=ACCOUNT, at=NOW) for told in (polled, heard))
    assert one == two
    assert (one.outcome, one.action, one.owner, one.strategy) == (Outcome.NO, "exit", "desk", "crypto_fair_value")


def test_a_fill_of_nobodys_order_is_manual() -> None:
    told = FillBody("t1", "v9", TICKER, Outcome.NO, BookSide.ASK, Count(100), Price(4_000), True, Cash(100), Nanos(NOW))
    fill = fill_from(told, None, account=ACCOUNT, at=NOW)
    assert (fill.owner, fill.client_order_id, fill.outcome, fill.action) == ("manual", None, Outcome.NO, "enter")
