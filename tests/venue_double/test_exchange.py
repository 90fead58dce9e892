import msgspec
import pytest

from kalshi_desk.domain.inputs import BookChanged, Lifecycle
from kalshi_desk.domain.market import BookSide, MarketStatus
from kalshi_desk.domain.units import NANOS, Cash, Count, IndexPrice, Nanos, Price
from kalshi_desk.simulation.listings import up_down
from kalshi_desk.simulation.orders import SelfTrade, SimOrder, SimState, TimeInForce
from kalshi_desk.venue_double.api_error import ApiError
from kalshi_desk.venue_double.exchange import Exchange
from kalshi_desk.venue_double.store import Store

OPEN = Nanos.parse("2026-11-21T14:15:00Z")
CLOSE = Nanos(OPEN + 900 * NANOS)
TICKER = "KXBTC15M-26NOV210930-30"


@pytest.fixture
def store(tmp_path):
    store = Store(tmp_path / "v.sqlite", "sim:test:1")
    yield store
    store.close()


def opened(store):
    exchange = Exchange(store, Cash.parse("100"))
    struck = {"status": MarketStatus.ACTIVE, "floor_strike": IndexPrice(1)}
    exchange.define(msgspec.structs.replace(up_down(TICKER, OPEN, CLOSE), **struck))
    exchange.pass_time(Nanos(OPEN + NANOS))
    exchange.change_book(book(1, yes=[(4_000, 1_000)], no=[(5_500, 1_000)], snapshot=True))
    return exchange


def book(version, *, yes=(), no=(), snapshot=False):
    at = Nanos(OPEN + version * NANOS)
    return BookChanged(
        at=at, occurred_at=at, ticker=TICKER, version=version, snapshot=snapshot,
        yes=tuple((Price(p), Count(c)) for p, c in yes), no=tuple((Price(p), Count(c)) for p, c in no),
    )  # fmt: skip


def order(name, price, count="1", *, side=BookSide.BID, time_in_force=TimeInForce.GTC, **more):
    return SimOrder(
        order_id=name, client_order_id=f"c-{name}", account="sim:test:1", ticker=TICKER, side=side,
        price=Price.parse(price), count=Count.parse(count), time_in_force=time_in_force, self_trade=SelfTrade.TAKER,
        created_at=Nanos(OPEN + NANOS), **more,
    )  # fmt: skip


def test_a_fill_moves_cash_and_position_and_is_told_after_it_is_written(store):
    exchange = opened(store)
    exchange.place(order("a", "0.45", time_in_force=TimeInForce.IOC))
    assert store.events("fill", dict) == []
    news = exchange.commit()
    ((fill, _),) = news.fills
    assert (fill.price, fill.count, fill.fee) == (Price.parse("0.45"), Count.parse("1"), Cash.parse("0.0174"))
    assert exchange.free(2) == Cash.parse("50") - Cash.parse("0.4674")
    assert not exchange.commit()
    again = Exchange(store, Cash.parse("99"))
    assert (again.fills, again.account, again.burnt) == (exchange.fills, exchange.account, {"c-a"})


def test_resting_orders_block_cash_and_fill_when_the_book_reaches_them(store):
    exchange = opened(store)
    exchange.place(order("a", "0.42", "10"))
    exchange.commit()
    assert exchange.free(2) == Cash.parse("45.8")
    exchange.change_book(book(2, no=[(5_800, 400)]))
    (fill,) = [fill for fill, _ in exchange.commit().fills]
    assert (fill.count, fill.is_taker, fill.fee) == (Count.parse("4"), False, 0)
    assert exchange.orders["a"].remaining == Count.parse("6")


def test_a_settled_market_pays_once(store):
    exchange = opened(store)
    exchange.place(order("a", "0.45", time_in_force=TimeInForce.IOC))
    exchange.place(order("b", "0.10"))
    exchange.commit()
    exchange.pass_time(CLOSE)
    assert exchange.orders["b"].state is SimState.CANCELED
    end = Lifecycle(
        at=Nanos(CLOSE + 3 * NANOS), ticker=TICKER, event="settled", result="yes", settlement_value=Price(10_000)
    )
    exchange.step(end)
    exchange.step(end)
    (paid,) = exchange.commit().settlements
    assert (paid.revenue, paid.pnl) == (Cash.parse("1"), Cash.parse("0.5326"))
    assert exchange.free(2) == Cash.parse("50.5326")
    again = Exchange(store, Cash.parse("100"))
    assert again.listing(TICKER).market.status is MarketStatus.FINALIZED
    assert again.settlements == exchange.settlements


@pytest.mark.parametrize(
    ("wish", "status", "code"),
    [
        (order("x", "0.455"), 400, "invalid_price"),
        (order("x", "0.46", post_only=True), 400, "invalid_order"),
        (order("x", "0.40", "200"), 400, "insufficient_balance"),
        (order("x", "0.60", "100", time_in_force=TimeInForce.FOK), 400, "insufficient_balance"),
        (order("x", "0.60", "20", time_in_force=TimeInForce.FOK), 409, "fill_or_kill_insufficient_resting_volume"),
        (order("used", "0.40"), 409, "order_already_exists"),
    ],
)
def test_refusals(store, wish, status, code):
    exchange = opened(store)
    exchange.place(order("used", "0.02"))
    with pytest.raises(ApiError) as caught:
        exchange.place(wish)
    assert (caught.value.status, caught.value.body["error"]["code"]) == (status, code)


def test_a_killed_order_burns_its_client_id(store):
    exchange = opened(store)
    with pytest.raises(ApiError):
        exchange.place(order("x", "0.60", "20", time_in_force=TimeInForce.FOK))
    exchange.commit()
    assert Exchange(store, Cash(0)).burnt == {"c-x"}


def test_nothing_goes_after_the_close(store):
    exchange = opened(store)
    exchange.place(order("a", "0.10"))
    exchange.pass_time(CLOSE)
    for act in (lambda: exchange.place(order("b", "0.10")), lambda: exchange.cancel("a")):
        with pytest.raises(ApiError):
            act()


def test_amend_and_decrease(store):
    exchange = opened(store)
    resting = order("a", "0.10", "10")
    exchange.place(resting)
    exchange.amend(resting, msgspec.structs.replace(resting, price=Price.parse("0.20"), count=Count.parse("5")))
    assert exchange.free(2) == Cash.parse("49")
    exchange.decrease("a", Count.parse("2"))
    assert exchange.free(2) == Cash.parse("49.6")
    with pytest.raises(ApiError):
        exchange.decrease("a", Count.parse("3"))


def test_after_a_restart_resting_orders_rest_and_what_was_taken_stays_taken(store):
    exchange = opened(store)
    exchange.place(order("take", "0.45", "10", time_in_force=TimeInForce.IOC))
    exchange.place(order("rest", "0.10"))
    exchange.commit()
    again = opened(store)
    again.restore()
    assert again.cancel("rest")[1] == Count.parse("1")
    empty = again.place(order("more", "0.45", time_in_force=TimeInForce.IOC))
    assert empty.order.filled == 0


def test_unknown_shards_have_no_cash(store):
    with pytest.raises(ApiError) as caught:
        opened(store).free(3)
    assert caught.value.body["error"]["code"] == "user_not_found"


def test_after_a_restart_a_group_still_holds_what_rests_in_it(store):
    exchange = opened(store)
    group = exchange.groups.create(Count.parse("10"), 2, "sim:test:1")
    exchange.place(order("rests", "0.39"), group=group.group_id)
    exchange.place(order("gone", "0.45", time_in_force=TimeInForce.IOC), group=group.group_id)
    dropped = exchange.groups.create(Count.parse("1"), 2, "sim:test:1")
    exchange.commit()
    del exchange.groups.groups[dropped.group_id]
    exchange.groups.changed.add(dropped.group_id)
    exchange.commit()
    again = Exchange(store, Cash.parse("99"))
    (kept,) = again.groups.groups.values()
    assert (kept.group_id, kept.limit, kept.orders) == (group.group_id, Count.parse("10"), ["rests"])
    assert [count for _, count in kept.matched] == [Count.parse("1")]
