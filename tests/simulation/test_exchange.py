import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kalshi_desk.domain.units import PAYOUT, Cash, Count, Nanos, Price
from kalshi_desk.simulation.exchange import Changes, Exchange
from kalshi_desk.simulation.orders import SimState
from tests.simulation.market_of_one import CLOSE, NOW, change, market, order


def opened(cash="50"):
    exchange = Exchange()
    exchange.define(market())
    exchange.open_account("a", {2: Cash.parse(cash), 0: Cash.parse("9")})
    exchange.external(change(1, yes="0.40x10", no="0.50x10 0.45x5", snapshot=True))
    return exchange


@pytest.fixture
def exchange():
    return opened()


def place(exchange, *args, **more):
    return exchange.place(order(*args, **more), NOW)


def test_a_taker_is_booked_and_what_changed_is_told(exchange):
    answer = place(exchange, "1", "bid", "0.50", "12")
    changes = answer.changes
    assert (answer.reason, answer.order.filled) == (None, Count.parse("10"))
    assert [str(fill.fee) for fill in changes.fills] == ["0.175000"]
    assert changes.orders == [answer.order]
    assert exchange.accounts["a"].cash[2] == Cash.parse("44.825")
    assert exchange.free_cash("a", 2) == Cash.parse("43.825")


def test_a_resting_order_is_booked_when_the_book_reaches_it(exchange):
    place(exchange, "1", "bid", "0.45", "2")
    changes = exchange.external(change(2, no="0.55x1"))
    assert [(fill.is_taker, fill.price, str(fill.fee)) for fill in changes.fills] == [(False, 4_500, "0.000000")]
    assert changes.orders[0].remaining == Count.parse("1")
    assert exchange.external(change(3, no="0.20x1")) == Changes()


@pytest.mark.parametrize(
    ("more", "reason"),
    [
        ({"ticker": "X"}, "market_not_found"),
        ({"account": "b"}, "user_not_found"),
        ({"price": "0.405"}, "invalid_price"),
        ({"count": "126"}, "insufficient_balance"),
        ({"count": "16", "tif": "fok", "price": "0.55"}, "fill_or_kill_insufficient_resting_volume"),
    ],
)
def test_what_is_wrong_is_refused(exchange, more, reason):
    price, count = more.pop("price", "0.40"), more.pop("count", "1")
    answer = place(exchange, "1", "bid", price, count, **more)
    assert answer.reason == reason
    assert not answer.changes.fills
    assert exchange.free_cash("a", 2) == Cash.parse("50")


def test_only_cash_of_the_markets_shard_backs_an_order(exchange):
    assert place(exchange, "1", "bid", "0.40", "125", post_only=True).reason is None
    assert place(exchange, "2", "bid", "0.40", "0.01").reason == "insufficient_balance"
    exchange.cancel(exchange.orders["1"], NOW)
    assert place(exchange, "3", "bid", "0.40", "0.01").reason is None


@pytest.mark.parametrize(("price", "count", "tif"), [("0.40", "1", "gtc"), ("0.50", "16", "fok")])
def test_a_client_order_id_is_spent_for_ever(exchange, price, count, tif):
    place(exchange, "1", "bid", price, count, tif=tif, client_order_id="c")
    if exchange.orders["1"].remaining:
        exchange.cancel(exchange.orders["1"], NOW)
    assert place(exchange, "2", "bid", "0.40", "1", client_order_id="c").reason == "order_already_exists"


def test_a_rejected_order_spends_nothing(exchange):
    place(exchange, "1", "bid", "0.405", "1", client_order_id="c")
    assert exchange.orders == {}
    assert place(exchange, "2", "bid", "0.40", "1", client_order_id="c").reason is None


def test_nothing_trades_before_the_open_or_after_the_close(exchange):
    resting = place(exchange, "1", "bid", "0.40", "1").order
    assert exchange.place(order("2", "bid", "0.40", "1"), Nanos(-1)).reason == "MARKET_INACTIVE"
    assert exchange.place(order("3", "bid", "0.40", "1"), CLOSE).reason == "MARKET_INACTIVE"
    assert exchange.cancel(resting, CLOSE).reason == "MARKET_INACTIVE"
    assert exchange.advance(Nanos(CLOSE - 1)) == Changes()
    closed = exchange.advance(CLOSE)
    assert [(gone.order_id, gone.reason) for gone in closed.orders] == [("1", "market_closed")]
    assert not exchange.matchers["T"].is_open
    assert exchange.advance(CLOSE) == Changes()


def test_an_order_expires_when_time_passes(exchange):
    place(exchange, "1", "bid", "0.40", "1", expires_at=Nanos(2_000))
    assert exchange.advance(Nanos(1_999)) == Changes()
    assert [gone.reason for gone in exchange.advance(Nanos(2_000)).orders] == ["expired"]


def test_an_order_is_cancelled_once(exchange):
    resting = place(exchange, "1", "bid", "0.40", "5").order
    assert exchange.cancel(resting, NOW).order.state is SimState.CANCELED
    assert exchange.cancel(resting, NOW).reason == "not_found"
    assert exchange.free_cash("a", 2) == Cash.parse("50")


def test_a_settlement_pays_every_holder_and_ends_the_market(exchange):
    place(exchange, "1", "bid", "0.50", "12")
    changes = exchange.settle("T", result="yes", value=PAYOUT, now=CLOSE)
    assert [str(paid.revenue) for paid in changes.settlements] == ["10.000000"]
    assert changes.orders[0].state is SimState.CANCELED
    assert exchange.accounts["a"].cash[2] == Cash.parse("54.825")
    assert exchange.settle("T", result="yes", value=PAYOUT, now=CLOSE) == Changes()
    assert exchange.external(change(2, no="0.50x10")) == Changes()
    assert exchange.cancel(exchange.orders["1"], CLOSE).reason == "MARKET_INACTIVE"


def test_an_unknown_market_is_an_error(exchange):
    with pytest.raises(KeyError):
        exchange.external(change(1, ticker="X", snapshot=True))
    with pytest.raises(ValueError, match="account a exists"):
        exchange.open_account("a", {})


arrivals = st.tuples(
    st.sampled_from(["bid", "ask"]),
    st.integers(1, 99),
    st.integers(1, 3_000),
    st.sampled_from(["gtc", "ioc", "fok"]),
    st.sampled_from(["a", "b"]),
)
outside = st.tuples(st.sampled_from(["yes", "no"]), st.integers(1, 99), st.integers(0, 3_000))


@settings(deadline=None)
@given(st.lists(st.one_of(arrivals, outside), max_size=30), st.sampled_from([Price(0), PAYOUT]))
def test_no_account_ever_owes_money_and_none_is_made(steps, value):
    exchange = Exchange()
    exchange.define(market())
    for name in "ab":
        exchange.open_account(name, {2: Cash.parse("10")})
    exchange.external(change(1, snapshot=True))
    fills, version = [], 1
    for number, step in enumerate(steps):
        if len(step) == 3:
            version += 1
            done = exchange.external(change(version, **{step[0]: f"{step[1] / 100:.2f}x{step[2] / 100:.2f}"}))
        else:
            side, cents, count, tif, account = step
            arriving = order(
                str(number), side, f"{cents / 100:.2f}", f"{count / 100:.2f}", tif=tif, account=account, stp="maker"
            )
            done = exchange.place(arriving, NOW).changes
        fills += done.fills
        assert all(account.cash[2] >= 0 for account in exchange.accounts.values())
    exchange.settle("T", result="", value=value, now=CLOSE)
    for name, account in exchange.accounts.items():
        own = [fill for fill in fills if fill.account == name]
        gained = sum(_signed(fill) * (value - fill.price) - fill.fee for fill in own)
        assert account.cash[2] == Cash.parse("10") + gained
        assert own == [] or own[-1].position == sum(_signed(fill) for fill in own)


def _signed(fill):
    return fill.count if fill.side == "bid" else -fill.count
