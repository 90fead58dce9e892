from kalshi_desk.domain.ledger import Fill, OrderEvent, Position, Settlement
from kalshi_desk.domain.market import BookSide, Outcome
from kalshi_desk.domain.units import Cash, Count, Nanos, Price
from kalshi_desk.steps.booking import Booking
from kalshi_desk.wire.kalshi_portfolio import FillBody
from tests.fakes import FakeLedger
from tests.orders import ACCOUNT, NOW, TICKER, event, fill, order


def _booking() -> tuple[Booking, FakeLedger, list]:
    ledger, told = FakeLedger(), []

    async def tell(message) -> None:
        told.append(message)

    return Booking(ledger, tell=tell, now=lambda: NOW), ledger, told


def _polled(order_id: str = "venue-decision1-1") -> FillBody:
    side = BookSide.BID
    return FillBody("f1", order_id, TICKER, Outcome.YES, side, Count(500), Price(4_000), True, Cash(84_000), Nanos(NOW))


async def test_a_fact_is_told_once() -> None:
    booking, ledger, told = _booking()
    await ledger.commit(order())
    for _ in range(2):
        await booking.event(event(order(), "resting"))
        await booking.fill(_polled())
    assert [type(message) for message in told] == [OrderEvent, Fill, Position]
    assert told[2].count == Count.parse("5")


async def test_a_fill_waits_for_an_unanswered_order_of_its_market_and_side() -> None:
    booking, ledger, told = _booking()
    intent = await ledger.commit(order())
    await ledger.mark_sent(intent.sequence)
    assert await booking.fill(_polled("v1")) is None
    assert told == []
    await booking.close(intent, "done", event(order(), "filled", "5", venue_order_id="v1"))
    booked = await booking.fill(_polled("v1"))
    assert booked is not None
    assert booked.owner == "desk"


async def test_a_fill_read_while_the_answer_comes_in_is_the_desks() -> None:
    """The answer to the order is booked just after the fill's order was looked up in vain."""
    booking, ledger, _ = _booking()
    intent = await ledger.commit(order())
    await ledger.mark_sent(intent.sequence)
    find_order = ledger.find_order

    async def find_then_answer(**ids):
        known = await find_order(**ids)
        await ledger.close_intent(intent.sequence, "done", event(order(), "filled", "5", venue_order_id="v1"))
        return known

    ledger.find_order = find_then_answer
    assert await booking.fill(_polled("v1")) is None
    ledger.find_order = find_order
    booked = await booking.fill(_polled("v1"))
    assert booked is not None
    assert booked.owner == "desk"


async def test_a_strangers_fill_is_manual_and_has_its_own_position() -> None:
    booking, _, told = _booking()
    await booking.fill(_polled("v9"))
    assert [message.owner for message in told] == ["manual", "manual"]


async def test_a_settlement_closes_every_position_of_its_market() -> None:
    booking, _, told = _booking()
    await booking.take(fill(order()))
    settlement = Settlement(
        at=NOW, occurred_at=NOW, account=ACCOUNT, ticker=TICKER, result="no", value=Price(0), count=Count(500),
        cost=Cash.parse("2"), fees=Cash.parse("0.084"), revenue=Cash(0), pnl=Cash.parse("-2.084"),
    )  # fmt: skip
    assert await booking.settle(settlement)
    assert not await booking.settle(settlement)
    closed = told[-1]
    assert (closed.count, closed.realized, booking.settled) == (Count(0), Cash.parse("-2"), {TICKER})


async def test_a_fill_of_an_order_and_a_market_never_seen_is_a_persons_and_counts() -> None:
    booking, _, told = _booking()
    booked = await booking.fill(_polled("v7"))
    assert (booked.owner, booked.strategy, booked.client_order_id) == ("manual", None, None)
    assert [type(message) for message in told] == [Fill, Position]
    assert (told[1].owner, told[1].count) == ("manual", Count.parse("5"))
