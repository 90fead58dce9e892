from kalshi_desk.domain.intent import KnownOrder
from kalshi_desk.domain.ledger import Fill, Settlement
from kalshi_desk.domain.risk import DAY_NS
from kalshi_desk.domain.units import Cash, Count, Nanos, Price
from kalshi_desk.steps.booking import Booking
from kalshi_desk.steps.gate_state import GateState, observe
from kalshi_desk.steps.remember import remember
from tests.fakes import FakeLedger
from tests.orders import ACCOUNT, NOW, TICKER, fill, order

OTHER = "KXBTC15M-26NOV211215-15"


class Remembered:
    """A ledger with a half filled order, a filled one, and a market that was settled today."""

    def __init__(self) -> None:
        self.asked: list[Nanos] = []

    async def recent_orders(self, since: Nanos) -> list[KnownOrder]:
        self.asked.append(since)
        resting = order(2, ticker=OTHER, style="make")
        told = {"venue_order_id": "v", "updated_at": NOW}
        return [
            KnownOrder(order=order(1), state="filled", filled=order(1).count, remaining=Count(0), **told),
            KnownOrder(order=resting, state="resting", filled=Count(200), remaining=Count(300), **told),
        ]

    async def live_fills(self, since: Nanos) -> list[Fill]:
        self.asked.append(since)
        return [fill(order(1)), fill(order(2, ticker=OTHER), "f2", count=Count(200))]

    async def recent_settlements(self, since: Nanos) -> list[Settlement]:
        self.asked.append(since)
        money = {name: Cash(0) for name in ("cost", "fees", "revenue", "pnl")}
        return [
            Settlement(
                at=NOW, occurred_at=NOW, account=ACCOUNT, ticker=TICKER, result="no", value=Price(0),
                count=Count(500), **money,
            )
        ]  # fmt: skip


async def test_orders_fills_and_settlements_come_back_in_that_order():
    booking = Booking(FakeLedger(), tell=_nobody, now=lambda: NOW)
    state, memory, since = GateState(), Remembered(), Nanos(NOW - 1)
    await remember(memory, booking, since=since, see=lambda message: observe(state, message))
    assert memory.asked == [since, since - DAY_NS, since - DAY_NS]
    assert list(state.decisions) == ["decision1", "decision2"]
    (live,) = state.orders.values()
    assert (live.order.ticker, live.open_count) == (OTHER, Count(300))
    assert {ticker: held.count for (ticker, _), held in state.positions.items()} == {OTHER: Count(200)}
    assert [(p.ticker, p.count) for p in booking.positions.all(NOW)] == [(TICKER, Count(0)), (OTHER, Count(200))]
    assert booking.settled == {TICKER}


async def _nobody(message) -> None:
    raise AssertionError(message)
