from contextlib import closing

import msgspec
import psycopg2
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from kalshi_desk.adapters.postgres.clock_epochs import store_epochs
from kalshi_desk.adapters.postgres.lease import Lease
from kalshi_desk.adapters.postgres.ledger import Ledger
from kalshi_desk.domain.intent import CancelOrder
from kalshi_desk.domain.ledger import Settlement
from kalshi_desk.domain.market import Outcome
from kalshi_desk.domain.position import Positions
from kalshi_desk.domain.units import Cash, Count, Nanos, Price
from kalshi_desk.errors import LeaseLost
from kalshi_desk.simulation.accounts import Account
from kalshi_desk.simulation.orders import Execution
from kalshi_desk.steps.settle import settlement_of
from tests.orders import ACCOUNT, NOW, TICKER, event, fill, order
from tests.simulation.market_of_one import market
from tests.simulation.market_of_one import order as resting

pytestmark = pytest.mark.embedded


@pytest.fixture
def url(database: str) -> str:
    store_epochs(database, account=ACCOUNT, mode="paper", bankroll=Cash.parse("50"), segments=[])
    return database


@pytest.fixture
def epoch(url: str) -> int:
    lease = Lease(url, ACCOUNT, "me")
    assert lease.take()
    return lease.epoch or 0


def _rows(url: str, query: str, *values: object) -> list[tuple]:
    with closing(psycopg2.connect(url)) as db, db.cursor() as cursor:
        cursor.execute(query, values)
        return cursor.fetchall()


async def test_an_intent_is_committed_once_and_only_under_the_lease(url: str, epoch: int) -> None:
    ledger = Ledger(url, ACCOUNT)
    assert await ledger.add_order(order(), epoch)
    assert not await ledger.add_order(order(), epoch)
    with pytest.raises(LeaseLost):
        await ledger.add_order(order(2), epoch + 1)
    assert [intent.body for intent in await ledger.open_intents()] == [order()]
    assert _rows(url, "select count(*) from desk.orders") == [(1,)]


async def test_who_lost_the_lease_books_nothing(url: str, epoch: int) -> None:
    """The next owner has read the ledger already and would never hear of it."""
    ledger = Ledger(url, ACCOUNT)
    await ledger.add_order(order(), epoch)
    ledger.epoch = epoch + 1
    zero = Cash(0)
    end = Settlement(
        at=NOW, occurred_at=NOW, account=ACCOUNT, ticker=TICKER, result="yes", value=Price(10_000), count=Count(0),
        cost=zero, fees=zero, revenue=zero, pnl=zero,
    )  # fmt: skip
    for write in (
        ledger.mark_sent(1), ledger.withdraw("decision1-1"), ledger.close_intent(1, "done", event(order(), "sent")),
        ledger.add_event(event(order(), "sent")), ledger.add_fill(fill(order())), ledger.add_settlement(end),
        ledger.verify_settlement(TICKER),
    ):  # fmt: skip
        with pytest.raises(LeaseLost):
            await write
    assert [intent.state for intent in await ledger.open_intents()] == ["pending"]
    assert await ledger.live_fills(Nanos(0)) == await ledger.recent_settlements(Nanos(0)) == []
    ledger.epoch = epoch
    assert await ledger.add_fill(fill(order()))


async def test_the_life_of_an_intent(url: str, epoch: int) -> None:
    ledger = Ledger(url, ACCOUNT)
    await ledger.add_order(order(), epoch)
    cancel = CancelOrder(at=NOW, account=ACCOUNT, ticker=TICKER, client_order_id="decision1-1", reason="timeout")
    assert await ledger.add_cancel(cancel, epoch)
    assert not await ledger.add_cancel(cancel, epoch)
    first, second = await ledger.open_intents()
    assert (first.state, first.cancels, second.cancels, second.body) == ("pending", False, True, cancel)
    assert await ledger.mark_sent(first.sequence)
    assert not await ledger.mark_sent(first.sequence)
    assert (await ledger.open_intents())[0].sent_wall is not None
    new = await ledger.close_intent(first.sequence, "done", event(order(), "resting"))
    assert new == [event(order(), "resting")]
    assert await ledger.close_intent(first.sequence, "done", event(order(), "resting")) == []
    assert [intent.sequence for intent in await ledger.open_intents()] == [second.sequence]


async def test_an_order_only_moves_forward(url: str, epoch: int) -> None:
    ledger = Ledger(url, ACCOUNT)
    await ledger.add_order(order(), epoch)
    for step in (event(order(), "canceled", "2"), event(order(), "resting", "1"), event(order(), "sent")):
        await ledger.add_event(step)
    known = await ledger.find_order(venue_order_id="venue-decision1-1")
    assert known is not None
    assert (known.state, known.filled, known.remaining) == ("canceled", Count(200), Count(0))
    assert await ledger.find_order(client_order_id="other", venue_order_id=None) is None


async def test_fills_count_once_and_complete_their_order(url: str, epoch: int) -> None:
    ledger = Ledger(url, ACCOUNT)
    await ledger.add_order(order(), epoch)
    await ledger.add_event(event(order(), "resting"))
    half = fill(order(), "f1", count=Count.parse("2.5"))
    assert await ledger.add_fill(half)
    assert not await ledger.add_fill(half)
    known = await ledger.find_order(client_order_id="decision1-1")
    assert (known.state, known.remaining) == ("resting", Count(250))
    await ledger.add_fill(fill(order(), "f2", count=Count.parse("2.5")))
    known = await ledger.find_order(client_order_id="decision1-1")
    assert (known.state, known.filled, known.remaining) == ("filled", Count(500), Count(0))
    assert await ledger.live_fills(NOW) == [half, fill(order(), "f2", count=Count.parse("2.5"))]
    assert await ledger.last_fill_at() == NOW


async def test_cash_follows_fills_and_settlements(url: str, epoch: int) -> None:
    ledger = Ledger(url, ACCOUNT)
    await ledger.add_fill(fill(order()))
    assert await ledger.cash() == Cash.parse("47.916")
    settlement = Settlement(
        at=NOW, occurred_at=NOW, account=ACCOUNT, ticker=TICKER, result="yes", value=Price(10_000),
        count=Count.parse("5"), cost=Cash.parse("2"), fees=Cash.parse("0.084"), revenue=Cash.parse("5"),
        pnl=Cash.parse("2.916"),
    )  # fmt: skip
    assert await ledger.add_settlement(settlement)
    assert not await ledger.add_settlement(settlement)
    assert await ledger.cash() == Cash.parse("52.916")
    assert await ledger.live_fills(Nanos(NOW + 1_000)) == []
    assert await ledger.live_fills(NOW) == [fill(order())]
    assert await ledger.recent_settlements(NOW) == [settlement]
    assert await ledger.unverified() == [(TICKER, "yes", Cash.parse("5"))]
    await ledger.verify_settlement(TICKER)
    assert await ledger.unverified() == []


@pytest.mark.parametrize("sold", ["4", "10", "13"])
@pytest.mark.parametrize("value", [Price(10_000), Price(0), Price(2_500)])
async def test_cash_is_the_venues_where_a_person_sells_what_the_desk_bought(
    url: str, epoch: int, sold: str, value: Price
) -> None:
    ledger, booked = Ledger(url, ACCOUNT), Positions()
    theirs = Account(name="a", cash={2: Cash.parse("50")})
    bought = {"price": Price.parse("0.60"), "count": Count.parse("10"), "outcome": Outcome.YES}
    by_hand = {"price": Price.parse("0.62"), "count": Count.parse(sold), "outcome": Outcome.NO}
    for side, one in (("bid", fill(order(), **bought)), ("ask", fill(None, "f2", **by_hand))):
        arrived = resting(one.fill_id, side, str(one.price), str(one.count), ticker="T")
        told = Execution(at=NOW, trade=1, order=arrived, price=one.price, count=one.count, is_taker=True)
        one = msgspec.structs.replace(one, fee=theirs.book(told, market()).fee)
        booked.take(one)
        await ledger.add_fill(one)
        assert await ledger.cash() == theirs.cash[2]
    end = settlement_of(booked.all(NOW), ticker=TICKER, result="x", value=value, at=NOW, account=ACCOUNT)
    paid = theirs.settle(market(), result="x", value=value, now=NOW)
    assert (end.count, end.revenue) == (paid.holding.count, paid.revenue)
    await ledger.add_settlement(end)
    assert await ledger.cash() == theirs.cash[2] == Cash(Cash.parse("50") + end.pnl)


async def test_recent_orders_are_the_open_the_young_and_the_exits(url: str, epoch: int) -> None:
    ledger = Ledger(url, ACCOUNT)
    for number, changes in enumerate(({}, {"action": "exit"}, {}), start=1):
        await ledger.add_order(order(number, **changes), epoch)
        await ledger.add_event(event(order(number, **changes), "canceled"))
    await ledger.add_order(order(4), epoch)
    later = Nanos(NOW + 1_000)
    assert [known.order.decision_id for known in await ledger.recent_orders(later)] == ["decision2", "decision4"]
    assert len(await ledger.recent_orders(NOW)) == 4


FILLS = st.lists(
    st.tuples(
        st.sampled_from([Outcome.YES, Outcome.NO]),
        st.sampled_from(["enter", "exit"]),
        st.integers(1, 9_999),
        st.integers(1, 500),
        st.integers(0, 90_000),
    ),
    max_size=12,
)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(trades=FILLS)
def test_the_positions_view_agrees_with_the_domain(database: str, trades: list[tuple]) -> None:
    booked, values = Positions(), []
    for number, (outcome, action, price, count, fee) in enumerate(trades):
        one = fill(
            order(outcome=outcome, action=action), f"f{number}", price=Price(price), count=Count(count), fee=Cash(fee)
        )
        booked.take(one)
        bid = "bid" if (outcome is Outcome.YES) == (action == "enter") else "ask"
        values.append((bid, str(one.price), str(one.count), str(one.fee)))
    query = (
        "with f(n, s, p, c, e) as (select n, s, p::numeric, c::numeric, e::numeric"
        " from unnest(%s::text[], %s::text[], %s::text[], %s::text[]) with ordinality as x(s, p, c, e, n))"
        " select (h).count_contracts, (h).cost_dollars, (h).fees_dollars, (h).realized_dollars"
        " from (select desk.holding_of(s, p, c, e order by n) as h from f) t"
    )
    columns = [list(column) for column in zip(*values, strict=True)] or [[], [], [], []]
    held = booked.holding(ACCOUNT, TICKER, "desk")
    expected = (held.count, held.cost, held.fees, held.realized)
    got = [x if x is not None else 0 for x in _rows(database, query, *columns)[0]]
    assert tuple(round(value * scale) for value, scale in zip(got, (100, 10**6, 10**6, 10**6), strict=True)) == expected


async def test_views_show_the_open_holding_and_its_risk(url: str, epoch: int) -> None:
    ledger = Ledger(url, ACCOUNT)
    await ledger.add_fill(fill(order()))
    await ledger.add_order(order(2, count=Count.parse("10"), risk=Cash.parse("4")), epoch)
    await ledger.add_event(event(order(2, count=Count.parse("10")), "resting", "5"))
    (held,) = _rows(url, "select ticker, owner, count_contracts, cost_dollars, fees_dollars from desk.positions")
    assert (held[0], held[1], *map(float, held[2:])) == (TICKER, "desk", 5.0, 2.0, 0.084)
    assert [float(row[0]) for row in _rows(url, "select risk_dollars from desk.exposures")] == [2.084 + 2.0]
