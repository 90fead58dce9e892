from types import SimpleNamespace

import pytest

from kalshi_desk.domain.inputs import TradingStatus
from kalshi_desk.domain.market import MarketStatus
from kalshi_desk.domain.units import Cash, Count, Nanos, Price
from kalshi_desk.errors import Rejected
from kalshi_desk.steps.booking import Booking
from kalshi_desk.steps.catch_up import CatchUp
from kalshi_desk.steps.confirm import request_of
from kalshi_desk.steps.execute import Door, look_up
from kalshi_desk.wire.kalshi_portfolio import SettlementBody
from tests.fakes import FakeLedger, FakeVenue
from tests.orders import ACCOUNT, NOW, TICKER, event, order


class Desk:
    def __init__(self) -> None:
        self.venue, self.ledger, self.told, self.reports = FakeVenue(), FakeLedger(), [], []
        self.unsafe: list[bool] = []
        self.booking = Booking(self.ledger, tell=self._tell, now=lambda: NOW)
        self.catch_up = CatchUp(self.venue, self.ledger, self.booking, report=self._report)
        self.market("active")

    def market(self, status: str, result: str = "") -> None:
        found = SimpleNamespace(status=MarketStatus(status), result=result, settlement_value_dollars=None)
        self.venue.markets[TICKER] = found

    async def _tell(self, message) -> None:
        self.told.append(message)

    async def _report(self, difference, unsafe: bool) -> None:
        self.reports.append(str(difference))
        self.unsafe.append(unsafe)

    async def trade(self) -> None:
        """Buy five contracts; the ledger knows the order and not yet its fill."""
        await self.ledger.commit(order())
        self.ledger.closed[1] = "done"
        await self.venue.create(request_of(order()))
        await self.ledger.add_event(event(order(), "resting", venue_order_id="v1"))
        self.ledger.balance = self.venue.cash


@pytest.fixture
def desk() -> Desk:
    return Desk()


async def test_missed_fills_are_fetched_once(desk: Desk) -> None:
    await desk.trade()
    assert [await desk.catch_up.fills() for _ in range(2)] == [1, 0]
    assert [position.count for position in desk.booking.positions.all(NOW)] == [Count.parse("5")]


async def test_it_asks_from_the_last_call_on_with_an_overlap_of_wall_time(desk: Desk) -> None:
    asked: list[int] = []

    async def fills(query):
        asked.append(query["min_ts"])
        return []

    desk.venue.fills = fills
    desk.catch_up = CatchUp(desk.venue, desk.ledger, desk.booking, report=desk._report, speed=10.0)
    await desk.catch_up.fills()
    desk.booking.now = lambda: Nanos(NOW + 3_600 * 10**9)
    await desk.catch_up.fills()
    await desk.catch_up.fills()
    start = NOW // 10**9
    assert asked == [start - 6_000, start - 600, start + 3_600 - 600]


async def test_agreement_is_silent(desk: Desk) -> None:
    await desk.trade()
    await desk.catch_up.fills()
    assert [await desk.catch_up.reconcile() for _ in range(3)] == [[], [], []]
    assert desk.reports == []


async def test_an_order_that_ended_unseen_is_reported_and_repaired(desk: Desk) -> None:
    desk.venue.fill_now = False
    await desk.ledger.commit(order(style="make"))
    desk.ledger.closed[1] = "done"
    await desk.venue.create(request_of(order(style="make")))
    await desk.ledger.add_event(event(order(), "resting", venue_order_id="v1"))
    desk.venue.change("v1", status="canceled", remaining_count_fp=Count(0))
    assert [difference.subject for difference in await desk.catch_up.reconcile()] == ["order"]
    assert desk.ledger.events[-1].event == "canceled"
    assert await desk.catch_up.reconcile() == []
    assert desk.reports == ["order decision1-1: ours resting 0.00, the venue's canceled 0.00"]


async def test_an_order_that_rests_there_and_ended_here_is_told_at_the_second_look(desk: Desk) -> None:
    desk.venue.fill_now = False
    await desk.ledger.commit(order(style="make"))
    desk.ledger.closed[1] = "failed"
    await desk.venue.create(request_of(order(style="make")))
    await desk.ledger.add_event(event(order(), "expired"))
    assert await desk.catch_up.reconcile() == []
    assert [difference.subject for difference in await desk.catch_up.reconcile()] == ["order"]
    assert desk.reports == ["order decision1-1: ours expired, the venue's resting"]
    assert desk.unsafe == [True]


async def test_a_position_that_differs_twice_is_repaired(desk: Desk) -> None:
    desk.venue.held[TICKER] = Count.parse("3")
    assert await desk.catch_up.reconcile() == []
    assert [str(difference) for difference in await desk.catch_up.reconcile()] == desk.reports
    (position,) = desk.booking.positions.all(NOW)
    assert (position.owner, position.count) == ("manual", Count.parse("3"))
    assert await desk.catch_up.reconcile() == []
    assert desk.unsafe == [False]


async def test_a_position_that_differs_after_its_repair_is_unsafe_and_not_repaired_again(desk: Desk) -> None:
    desk.venue.held[TICKER] = Count.parse("3")
    for _ in range(2):
        await desk.catch_up.reconcile()
    desk.venue.held[TICKER] = Count.parse("7")
    assert await desk.catch_up.reconcile() == []
    assert [difference.ours for difference in await desk.catch_up.reconcile()] == ["3.00"]
    assert desk.unsafe == [False, True]
    await desk.catch_up.reconcile()
    (position,) = desk.booking.positions.all(NOW)
    assert (position.count, desk.unsafe) == (Count.parse("3"), [False, True])
    await desk.catch_up.accept()
    await desk.catch_up.reconcile()
    assert desk.unsafe == [False, True, False]
    (position,) = desk.booking.positions.all(NOW)
    assert position.count == Count.parse("7")


async def test_a_repair_that_settled_its_difference_is_forgotten(desk: Desk) -> None:
    for count in ("3", "7"):
        desk.venue.held[TICKER] = Count.parse(count)
        for _ in range(3):
            await desk.catch_up.reconcile()
    assert desk.unsafe == [False, False]


async def test_cash_that_differs_twice_is_told_once(desk: Desk) -> None:
    desk.ledger.balance = Cash.parse("49")
    for _ in range(4):
        await desk.catch_up.reconcile()
    assert desk.reports == ["cash balance: ours 49.000000, the venue's 50.000000"]
    assert desk.unsafe == [True]


async def test_what_a_person_rests_at_the_venue_explains_the_cash_that_it_blocks(desk: Desk) -> None:
    desk.venue.fill_now = False
    theirs = await desk.venue.create(request_of(order(style="make")))
    desk.venue.change(theirs.order_id, client_order_id="by hand")
    desk.venue.cash = Cash.parse("47.9")  # 5 contracts at 0.40 and a fee
    for _ in range(3):
        assert await desk.catch_up.reconcile() == []
    desk.venue.cash = Cash.parse("47.8")
    for _ in range(2):
        await desk.catch_up.reconcile()
    assert desk.unsafe == [True]


async def test_an_order_that_the_venue_does_not_know_at_two_looks_ends_and_is_unsafe(desk: Desk) -> None:
    await desk.ledger.commit(order(style="make"))
    desk.ledger.closed[1] = "done"
    await desk.ledger.add_event(event(order(), "resting", venue_order_id="v1"))
    assert await desk.catch_up.reconcile() == []
    assert desk.catch_up.in_doubt
    assert [difference.subject for difference in await desk.catch_up.reconcile()] == ["order"]
    assert (desk.ledger.events[-1].event, desk.ledger.events[-1].reason) == ("expired", "unknown at the venue")
    assert (desk.reports, desk.unsafe) == (["order decision1-1: ours resting, the venue's unknown there"], [True])
    assert await desk.catch_up.reconcile() == []
    assert not desk.catch_up.in_doubt


async def test_cash_is_not_judged_while_a_sale_is_unanswered(desk: Desk) -> None:
    await desk.ledger.commit(order(action="exit", risk=Cash(0)))
    await desk.ledger.mark_sent(1)
    desk.venue.cash = Cash.parse("52")
    for _ in range(3):
        assert await desk.catch_up.reconcile() == []
        assert not desk.catch_up.in_doubt
    desk.ledger.closed[1] = "done"
    for _ in range(2):
        await desk.catch_up.reconcile()
    assert desk.unsafe == [True]


async def test_a_resume_takes_over_the_cash_of_now_and_not_of_the_last_look(desk: Desk) -> None:
    desk.ledger.balance = Cash.parse("45")
    for _ in range(2):
        await desk.catch_up.reconcile()
    desk.ledger.balance = Cash.parse("48")
    assert await desk.catch_up.accept() == Cash.parse("2")


async def test_money_from_nowhere_is_seen_however_much_is_traded(desk: Desk) -> None:
    for ours, theirs in (("49", "54"), ("48", "53"), ("47", "52")):
        desk.ledger.balance, desk.venue.cash = Cash.parse(ours), Cash.parse(theirs)
        await desk.catch_up.reconcile()
    assert desk.reports == ["cash balance: ours 48.000000, the venue's 53.000000"]


async def test_cash_that_a_person_has_accepted_differs_no_more(desk: Desk) -> None:
    desk.ledger.balance = Cash.parse("45")
    assert await desk.catch_up.accept() == Cash(0)
    for _ in range(2):
        await desk.catch_up.reconcile()
    assert await desk.catch_up.accept() == Cash.parse("5")
    for _ in range(3):
        assert await desk.catch_up.reconcile() == []
    desk.venue.cash = Cash.parse("49")
    for _ in range(2):
        await desk.catch_up.reconcile()
    assert await desk.catch_up.accept() == Cash.parse("4")
    assert desk.reports[1:] == ["cash balance: ours 50.000000, the venue's 49.000000"]
    again = CatchUp(desk.venue, desk.ledger, desk.booking, report=desk._report)
    again.accepted = Cash.parse("4")
    for _ in range(2):
        assert await again.reconcile() == []


async def test_cash_on_its_way_at_one_look_is_no_difference(desk: Desk) -> None:
    for ours in ("49", "48", "50", "49", "50"):
        desk.ledger.balance = Cash.parse(ours)
        assert await desk.catch_up.reconcile() == []


async def test_a_final_market_is_settled_and_then_verified(desk: Desk) -> None:
    await desk.trade()
    await desk.catch_up.fills()
    assert await desk.catch_up.settle({TICKER, "other"}) == set()
    desk.market("finalized", "yes")
    assert await desk.catch_up.settle() == {TICKER}
    assert desk.ledger.settlements[TICKER].value == Price(10_000)
    await desk.catch_up.verify()
    assert desk.ledger.verified == set()
    zero = Cash(0)
    desk.venue.settled = [SettlementBody(TICKER, "E", "yes", Count(500), zero, Count(0), zero, 500, Nanos(NOW), zero)]
    await desk.catch_up.verify()
    assert desk.ledger.verified == {TICKER}


async def test_a_market_that_cannot_be_read_is_told_once_and_keeps_nothing_else_from_being_compared(desk) -> None:
    await desk.trade()
    await desk.catch_up.fills()
    desk.venue.held, desk.venue.cash = {}, Cash(1)
    desk.venue.markets[TICKER] = Rejected("market", 404, "not_found")
    for _ in range(3):
        await desk.catch_up.reconcile()
    assert desk.reports[0] == f"market {TICKER}: ours held, the venue's unreadable: market: 404 not_found"
    assert [report.split()[0] for report in desk.reports] == ["market", "cash"]
    desk.market("finalized", "yes")
    assert await desk.catch_up.settle() == {TICKER}


async def test_a_settlement_that_differs_is_told(desk: Desk) -> None:
    await desk.trade()
    await desk.catch_up.fills()
    desk.market("finalized", "no")
    await desk.catch_up.settle()
    zero = Cash(0)
    desk.venue.settled = [SettlementBody(TICKER, "E", "yes", Count(500), zero, Count(0), zero, 500, Nanos(NOW), zero)]
    await desk.catch_up.verify()
    assert desk.reports == [f"settlement {TICKER}: ours no 0.000000, the venue's result yes, ours no"]
    assert desk.ledger.settlements[TICKER].account == ACCOUNT


async def test_a_market_with_an_unanswered_order_is_settled_after_the_answer(desk: Desk) -> None:
    """What the order bought belongs into the settlement."""
    await desk.trade()
    await desk.catch_up.fills()
    desk.market("finalized", "yes")
    lost = await desk.ledger.commit(order(2))
    await desk.ledger.mark_sent(lost.sequence)
    await desk.venue.create(request_of(order(2)))
    assert await desk.catch_up.settle() == set()
    assert await look_up(desk.ledger.intents[lost.sequence], order(2), _door(desk))
    assert await desk.catch_up.settle() == {TICKER}
    assert desk.ledger.settlements[TICKER].count == Count.parse("10")


async def test_a_fill_that_nobody_told_belongs_into_the_settlement(desk: Desk) -> None:
    """The fetching of fills may have failed just before, or passed over one whose order was unanswered then."""
    await desk.trade()
    await desk.catch_up.fills()
    second = order(2)
    await desk.ledger.commit(second)
    desk.ledger.closed[2] = "done"
    await desk.venue.create(request_of(second))
    await desk.ledger.add_event(event(second, "filled", "5", venue_order_id="v2"))
    desk.market("finalized", "yes")
    assert await desk.catch_up.settle({TICKER}) == {TICKER}
    assert desk.ledger.settlements[TICKER].count == Count.parse("10")


async def test_a_fill_made_while_the_venue_is_asked_belongs_into_the_settlement(desk: Desk) -> None:
    """The answer takes its time: fills fetched before the question are not all that the market made."""
    await desk.trade()
    desk.venue.fill_now = False
    second = order(2, style="make")
    await desk.ledger.commit(second)
    desk.ledger.closed[2] = "done"
    await desk.venue.create(request_of(second))
    await desk.ledger.add_event(event(second, "resting", venue_order_id="v2"))
    desk.market("finalized", "yes")
    ended, resting = desk.venue.markets[TICKER], desk.venue.orders_seen[1]

    async def market(_: str) -> object:
        desk.venue.trade(resting, Count.parse("5"))
        return ended

    desk.venue.market = market
    assert await desk.catch_up.settle() == {TICKER}
    assert desk.ledger.settlements[TICKER].count == Count.parse("10")


async def test_the_position_of_an_unanswered_order_is_not_repaired(desk: Desk) -> None:
    """What it bought is booked with its answer; a repair would count it twice."""
    lost = await desk.ledger.commit(order())
    await desk.ledger.mark_sent(lost.sequence)
    await desk.venue.create(request_of(order()))
    desk.ledger.balance = desk.venue.cash
    assert [await desk.catch_up.reconcile() for _ in range(3)] == [[], [], []]
    assert await look_up(desk.ledger.intents[lost.sequence], order(), _door(desk))
    assert [await desk.catch_up.reconcile() for _ in range(2)] == [[], []]
    (position,) = desk.booking.positions.all(NOW)
    assert (position.owner, position.count) == ("desk", Count.parse("5"))


def _door(desk: Desk) -> Door:
    async def covered() -> bool:
        return True

    async def group(_) -> str:
        return "g"

    async def ungrouped(*_) -> None:
        raise AssertionError("nothing is sent here")

    return Door(desk.venue, desk.venue, desk.booking, lambda: NOW, covered, lambda _: None, group, ungrouped)


async def test_what_the_venue_says_of_trading_is_told(desk: Desk) -> None:
    assert await desk.catch_up.trading() == TradingStatus(at=NOW, trading=True, shards=((2, False),))
    desk.venue.trades = False
    assert await desk.catch_up.trading() == TradingStatus(at=NOW, trading=False, shards=((2, True),))


async def test_a_venue_silent_three_times_takes_no_orders(desk: Desk) -> None:
    desk.venue.silent = True
    told = [await desk.catch_up.trading() for _ in range(4)]
    assert told == [None, None, *[TradingStatus(at=NOW, trading=False, shards=())] * 2]
    desk.venue.silent = False
    assert (await desk.catch_up.trading()).trading
    desk.venue.silent = True
    assert await desk.catch_up.trading() is None
