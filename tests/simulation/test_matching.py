import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kalshi_desk.domain.market import BookSide, Outcome
from kalshi_desk.domain.order import on_grid
from kalshi_desk.domain.units import Count, Nanos, Price
from kalshi_desk.errors import SequenceGap
from kalshi_desk.simulation.matching import Matcher
from kalshi_desk.simulation.orders import SimState
from tests.simulation.market_of_one import CENTS, NOW, change, filled, order

FLAT = Count(0)


@pytest.fixture
def matcher():
    """Bids for YES at 0.40 and 0.38, asks (NO bids at 0.50 and 0.45) at 0.50 and 0.55."""
    matcher = Matcher("T", CENTS)
    matcher.external(change(1, yes="0.40x10 0.38x5", no="0.50x10 0.45x5", snapshot=True))
    return matcher


def place(matcher, *args, position=FLAT, **more):
    return matcher.place(order(*args, **more), NOW, position=position)


def test_a_taker_sweeps_from_the_best_price(matcher):
    placed = place(matcher, "1", "bid", "0.55", "12")
    assert filled(placed.executions) == ["1 0.50x10 taker", "1 0.55x2 taker"]
    assert (placed.state, placed.remaining) == (SimState.EXECUTED, 0)


def test_a_seller_meets_the_bids(matcher):
    placed = place(matcher, "1", "ask", "0.38", "12")
    assert filled(placed.executions) == ["1 0.40x10 taker", "1 0.38x2 taker"]


def test_what_gtc_leaves_rests_at_its_limit(matcher):
    placed = place(matcher, "1", "bid", "0.50", "12")
    assert (placed.state, placed.remaining) == (SimState.RESTING, Count.parse("2"))
    assert [resting.order_id for resting in matcher.resting()] == ["1"]


def test_ioc_leaves_nothing(matcher):
    placed = place(matcher, "1", "bid", "0.50", "12", tif="ioc")
    assert (placed.state, placed.order.filled, placed.remaining) == (SimState.CANCELED, Count.parse("10"), 0)
    assert place(matcher, "2", "bid", "0.50", "1", tif="ioc").executions == ()


def test_fok_is_all_or_nothing(matcher):
    killed = place(matcher, "1", "bid", "0.55", "15.01", tif="fok")
    assert killed.reason == "fill_or_kill_insufficient_resting_volume"
    assert (killed.order.state, killed.executions) == (SimState.CANCELED, ())
    assert place(matcher, "2", "bid", "0.55", "15", tif="fok").state is SimState.EXECUTED


def test_what_was_taken_stays_taken_while_the_level_stands(matcher):
    place(matcher, "1", "bid", "0.50", "8", tif="ioc")
    matcher.external(change(2, no="0.50x10"))
    assert filled(place(matcher, "2", "bid", "0.50", "8", tif="ioc").executions) == ["2 0.50x2 taker"]
    matcher.external(change(3, no="0.50x14"))
    assert filled(place(matcher, "3", "bid", "0.50", "8", tif="ioc").executions) == ["3 0.50x4 taker"]


def test_a_level_that_falls_below_what_was_taken_lets_go_of_the_rest(matcher):
    place(matcher, "1", "bid", "0.50", "8", tif="ioc")
    matcher.external(change(2, no="0.50x3"))
    assert place(matcher, "2", "bid", "0.50", "8", tif="ioc").executions == ()
    matcher.external(change(3, no="0.50x10"))
    assert filled(place(matcher, "3", "bid", "0.50", "8", tif="ioc").executions) == ["3 0.50x7 taker"]


@pytest.mark.parametrize("gone", [change(2, no="0.50x0"), change(9, no="0.45x5", snapshot=True)])
def test_a_level_that_went_is_new_when_it_comes_back(matcher, gone):
    place(matcher, "1", "bid", "0.50", "8", tif="ioc")
    matcher.external(gone)
    matcher.external(change(gone.version + 1, no="0.50x10"))
    assert filled(place(matcher, "2", "bid", "0.50", "9", tif="ioc").executions) == ["2 0.50x9 taker"]


def test_a_resting_order_fills_when_the_other_side_reaches_it(matcher):
    place(matcher, "1", "bid", "0.45", "6")
    assert matcher.external(change(2, no="0.54x5")) == []
    assert filled(matcher.external(change(3, no="0.55x4"))) == ["1 0.45x4 maker"]
    assert matcher.external(change(4, no="0.55x4")) == []
    done = matcher.external(change(5, no="0.57x9"))
    assert filled(done) == ["1 0.45x2 maker"]
    assert done[0].order.state is SimState.EXECUTED
    assert list(matcher.resting()) == []


def test_a_resting_ask_fills_likewise(matcher):
    place(matcher, "1", "ask", "0.45", "6")
    assert filled(matcher.external(change(2, yes="0.45x2 0.47x1"))) == ["1 0.45x3 maker"]


def test_the_better_price_then_the_older_order_fills_first(matcher):
    for order_id, price in (("1", "0.44"), ("2", "0.45"), ("3", "0.45")):
        place(matcher, order_id, "bid", price, "2")
    assert filled(matcher.external(change(2, no="0.56x5"))) == [
        "2 0.45x2 maker",
        "3 0.45x2 maker",
        "1 0.44x1 maker",
    ]


def test_orders_of_accounts_meet_each_other_after_external_ones(matcher):
    place(matcher, "1", "ask", "0.50", "3", account="b")
    place(matcher, "2", "ask", "0.49", "3", account="c")
    placed = place(matcher, "3", "bid", "0.50", "15")
    assert filled(placed.executions) == [
        "3 0.49x3 taker",
        "2 0.49x3 maker",
        "3 0.50x10 taker",
        "3 0.50x2 taker",
        "1 0.50x2 maker",
    ]
    assert placed.executions[0].trade == placed.executions[1].trade != placed.executions[2].trade


def test_a_taker_stops_at_its_own_account(matcher):
    place(matcher, "1", "ask", "0.51", "3")
    placed = place(matcher, "2", "bid", "0.55", "14")
    assert filled(placed.executions) == ["2 0.50x10 taker"]
    assert (placed.state, placed.order.reason) == (SimState.CANCELED, "self_trade")
    assert [resting.order_id for resting in matcher.resting()] == ["1"]


def test_or_its_resting_order_gives_way(matcher):
    place(matcher, "1", "ask", "0.51", "3")
    placed = place(matcher, "2", "bid", "0.55", "14", stp="maker")
    assert filled(placed.executions) == ["2 0.50x10 taker", "2 0.55x4 taker"]
    assert [(gone.order_id, gone.state) for gone in placed.canceled] == [("1", SimState.CANCELED)]


def test_a_fok_that_meets_itself_takes_what_it_can(matcher):
    place(matcher, "1", "ask", "0.51", "3")
    assert filled(place(matcher, "2", "bid", "0.55", "99", tif="fok").executions) == ["2 0.50x10 taker"]


@pytest.mark.parametrize("price", ["0.50", "0.55"])
def test_post_only_never_takes(matcher, price):
    placed = place(matcher, "1", "bid", price, "1", post_only=True)
    assert (placed.reason, placed.details, placed.state) == ("invalid_order", "post only cross", SimState.REJECTED)
    assert place(matcher, "2", "bid", "0.49", "1", post_only=True).state is SimState.RESTING


@pytest.mark.parametrize(
    ("position", "side", "done"), [("3", "ask", "3"), ("-4", "bid", "4"), ("3", "bid", "0"), ("0", "ask", "0")]
)
def test_reduce_only_never_opens(matcher, position, side, done):
    price = "0.40" if side == "ask" else "0.50"
    placed = place(matcher, "1", side, price, "9", tif="ioc", reduce_only=True, position=Count.parse(position))
    assert placed.order.filled == Count.parse(done)
    assert placed.state is SimState.CANCELED


@pytest.mark.parametrize(
    ("price", "count", "more", "reason"),
    [
        ("0.505", "1", {}, "invalid_price"),
        ("1", "1", {}, "invalid_price"),
        ("0", "1", {}, "invalid_price"),
        ("0.50", "0", {}, "invalid_order_size"),
        ("0.50", "1", {"reduce_only": True}, "invalid_order"),
        ("0.50", "1", {"post_only": True, "tif": "ioc"}, "invalid_order"),
        ("0.50", "1", {"expires_at": NOW}, "invalid_parameters"),
        ("0.50", "1", {"expires_at": Nanos(2_000), "tif": "fok"}, "invalid_parameters"),
    ],
)
def test_what_is_wrong_is_rejected(matcher, price, count, more, reason):
    placed = place(matcher, "1", "bid", price, count, **more)
    assert (placed.reason, placed.state, placed.order.state) == (reason, SimState.REJECTED, SimState.REJECTED)
    assert list(matcher.resting()) == []


def test_an_order_ends_when_its_time_is_over(matcher):
    place(matcher, "1", "bid", "0.30", "1", expires_at=Nanos(2_000))
    assert matcher.expire(Nanos(1_999)) == []
    assert [(gone.order_id, gone.reason) for gone in matcher.expire(Nanos(2_000))] == [("1", "expired")]


def test_the_close_cancels_all_and_refuses_all(matcher):
    place(matcher, "2", "ask", "0.70", "1")
    place(matcher, "1", "bid", "0.30", "1")
    assert [gone.order_id for gone in matcher.close(NOW)] == ["2", "1"]
    assert place(matcher, "3", "bid", "0.50", "1").reason == "MARKET_INACTIVE"
    assert matcher.external(change(2, no="0.70x5")) == []


def test_cancel_finds_only_what_rests(matcher):
    place(matcher, "1", "bid", "0.30", "1")
    assert matcher.cancel("1", NOW).state is SimState.CANCELED
    assert matcher.cancel("1", NOW) is None


def amend(matcher, order_id, price, count):
    return matcher.amend(order_id, price=Price.parse(price), count=Count.parse(count), expires_at=None, now=NOW)


def first_of(matcher):
    return next(matcher.resting()).order_id


def test_less_keeps_its_place_in_the_queue(matcher):
    place(matcher, "1", "bid", "0.30", "5")
    place(matcher, "2", "bid", "0.30", "5")
    amend(matcher, "1", "0.30", "3")
    assert first_of(matcher) == "1"
    assert matcher.decrease("1", Count.parse("1"), NOW).remaining == Count.parse("1")
    assert first_of(matcher) == "1"


@pytest.mark.parametrize(("price", "count"), [("0.30", "6"), ("0.29", "5")])
def test_more_or_another_price_goes_to_the_back(matcher, price, count):
    place(matcher, "1", "bid", "0.30", "5")
    place(matcher, "2", "bid", "0.30", "5")
    amend(matcher, "1", price, count)
    assert first_of(matcher) == "2"


def test_an_amended_order_may_take(matcher):
    place(matcher, "1", "bid", "0.30", "5")
    placed = amend(matcher, "1", "0.50", "12")
    assert filled(placed.executions) == ["1 0.50x10 taker"]
    assert placed.remaining == Count.parse("2")


@pytest.mark.parametrize(
    ("price", "count", "reason"),
    [("0.505", "5", "invalid_price"), ("0.50", "5", "invalid_order"), ("0.30", "0", "invalid_order_size")],
)
def test_a_wrong_amendment_leaves_the_order_as_it_was(matcher, price, count, reason):
    place(matcher, "1", "bid", "0.30", "5", post_only=True)
    assert amend(matcher, "1", price, count).reason == reason
    resting = matcher.find("1")
    assert (resting.price, resting.count, resting.state) == (Price.parse("0.30"), Count.parse("5"), SimState.RESTING)


def test_what_does_not_rest_cannot_be_changed(matcher):
    place(matcher, "1", "bid", "0.30", "5")
    assert amend(matcher, "2", "0.30", "5") is None
    assert matcher.decrease("2", Count(1), NOW) is None
    assert matcher.decrease("1", Count.parse("6"), NOW) is None
    assert matcher.decrease("1", Count(0), NOW).state is SimState.CANCELED


def test_a_gap_takes_the_external_liquidity_away(matcher):
    with pytest.raises(SequenceGap):
        matcher.external(change(3, no="0.50x10"))
    assert place(matcher, "1", "bid", "0.55", "1", tif="ioc").executions == ()


def test_a_restored_matcher_goes_on(matcher):
    place(matcher, "1", "bid", "0.50", "12")
    place(matcher, "2", "bid", "0.50", "1")
    again = Matcher("T", CENTS)
    again.restore(matcher.state(), list(matcher.resting())[::-1])
    assert filled(again.external(change(5, no="0.50x12", snapshot=True))) == ["1 0.50x2 maker"]
    assert [resting.order_id for resting in again.resting()] == ["2"]


sides = st.sampled_from(["bid", "ask"])
arrivals = st.tuples(
    st.just("place"),
    sides,
    st.integers(1, 99),
    st.integers(1, 900),
    st.sampled_from(["gtc", "ioc", "fok"]),
    st.sampled_from(["a", "b"]),
    st.sampled_from(["taker_at_cross", "maker"]),
)
outside = st.tuples(st.just("external"), st.sampled_from(["yes", "no"]), st.integers(1, 99), st.integers(0, 900))


@settings(deadline=None)
@given(st.lists(st.one_of(arrivals, outside), max_size=40))
def test_nothing_is_made_or_lost(steps):
    matcher, executions, orders, version = Matcher("T", CENTS), [], [], 1
    matcher.external(change(1, snapshot=True))
    for step in steps:
        if step[0] == "external":
            version += 1
            executions += matcher.external(change(version, **{step[1]: f"{step[2] / 100:.2f}x{step[3] / 100:.2f}"}))
        else:
            _, side, cents, count, tif, account, stp = step
            arriving = order(
                str(len(orders)), side, f"{cents / 100:.2f}", f"{count / 100:.2f}", tif=tif, account=account, stp=stp
            )
            orders.append(arriving)
            executions += matcher.place(arriving, NOW, position=FLAT).executions
        _check(matcher, orders, executions)


def _check(matcher, orders, executions):
    for known in orders:
        done = [execution for execution in executions if execution.order is known]
        assert known.filled == sum(execution.count for execution in done) <= known.count
        assert all(on_grid(CENTS, execution.price) for execution in done)
        better = (execution.price - known.price for execution in done)
        assert all(gain <= 0 if known.side is BookSide.BID else gain >= 0 for gain in better)
    for taken in matcher.state().taken:
        assert 0 < taken.count <= dict(matcher.book.levels(Outcome(taken.outcome)))[taken.price]
    resting = list(matcher.resting())
    assert all(known.state is SimState.RESTING and known.remaining > 0 for known in resting)
    best = {side: [known for known in resting if known.side is side] for side in BookSide}
    if best[BookSide.BID] and best[BookSide.ASK]:
        assert best[BookSide.BID][0].price < best[BookSide.ASK][0].price
