from time import perf_counter_ns

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from kalshi_desk.domain.inputs import BookLost
from kalshi_desk.domain.ledger import Order
from kalshi_desk.domain.limits import Limit, Share
from kalshi_desk.domain.market import BookSide, Outcome
from kalshi_desk.domain.units import Cash, Count, Nanos, Price
from kalshi_desk.steps.gate import observe
from tests.steps.desk import (
    ACCOUNT,
    CPI,
    T0,
    TICKER,
    alive,
    ask,
    book,
    defined,
    equity,
    exit_signal,
    fill,
    forecast,
    forecast_ready,
    later,
    limits,
    order_event,
    params,
    position,
    ready,
    reason,
    signal,
    switch,
)


def test_an_approved_taker_buys_at_the_ask_within_the_risk_per_trade():
    order = ask()
    assert isinstance(order, Order)
    assert order.client_order_id == "d1-0"
    assert (order.book_side, order.price, order.action) == (BookSide.BID, Price.parse("0.50"), "enter")
    assert order.count == Count.parse("0.96")
    assert order.risk == Cash.parse("0.4968")
    assert order.expires_at == later(2)
    assert not order.reduce_only


def test_buying_no_is_an_ask_on_the_yes_book():
    order = ask(wish=signal(Outcome.NO, "0.48", q=0.62))
    assert (order.book_side, order.price) == (BookSide.ASK, Price.parse("0.48"))
    assert order.risk == ask(ready(book("0.48", "0.52")), signal(price="0.52", q=0.62)).risk


def test_a_better_ask_is_taken_at_its_price():
    assert ask(ready(book("0.40", "0.45"))).price == Price.parse("0.45")


def test_a_refusal_names_value_and_threshold():
    refusal = ask(wish=signal(q=0.53))
    assert (refusal.stage, refusal.reason, refusal.value, refusal.threshold) == (
        "gate",
        "min_edge",
        "0.012500",
        "0.030000",
    )
    assert (refusal.decision_id, refusal.seen, refusal.desk) == ("d1", "41", "crypto")


def test_a_second_decision_in_a_bucket_is_refused_even_when_the_first_has_ended():
    state = ready()
    order = ask(state)
    observe(state, order_event(order, "canceled"))
    refusal = ask(state)
    assert (refusal.reason, refusal.value) == ("duplicate_decision", "d1-0")


def test_a_refused_decision_may_be_asked_again():
    state = ready(BookLost(at=T0, ticker=TICKER, reason="gap"))
    assert reason(state) == "book_unusable"
    observe(state, book())
    assert isinstance(ask(state), Order)


def test_an_order_read_back_from_the_ledger_is_a_decision_taken():
    restarted = ready(ask())
    assert reason(restarted) == "duplicate_decision"


def test_a_resting_bid_must_not_cross_and_pays_for_selection():
    bid = signal(style="make", price="0.49")
    order = ask(wish=bid)
    assert (order.style, order.price, order.expires_at) == ("make", Price.parse("0.49"), later(20))
    assert order.risk == Cash(order.price * order.count)
    assert reason(wish=signal(style="make", price="0.50")) == "would_cross"
    assert reason(wish=signal(style="make", price="0.49", q=0.53)) is None
    assert reason(wish=signal(style="make", price="0.49", q=0.5299)) == "min_edge"
    assert reason(ready(defined(close_time=later(75))), bid) == "maker_near_close"


def test_a_forecast_bid_rests_for_the_order_timeout():
    order = ask(forecast_ready(), forecast(style="make", price="0.49"))
    assert order.expires_at == later(600)


def test_the_risk_per_trade_counts_what_is_held_by_anyone():
    refusal = ask(ready(position("1", "0.41", owner="manual")))
    assert (refusal.reason, refusal.value, refusal.threshold) == ("max_risk_per_trade", "0.510000", "0.500000")


def held(ticker, *costs):
    return [position("8", cost, ticker=ticker.format(n)) for n, cost in enumerate(costs)]


@pytest.mark.parametrize(
    ("positions", "limit"),
    [
        (held("KXBTCD-26MAY1309-T{}", *["0.49"] * 6), "max_event_risk"),
        (held("KXBTC-X-{}", *["0.49"] * 8), "max_underlying_risk"),
        (held("KXBTCD-26MAY1310-T{}", *["0.49"] * 8), "crypto_max_total_risk"),
        (held("KXETHD-X-{}", *["0.49"] * 8), "crypto_max_total_risk"),
        (held("KXCPI-{}", *["2"] * 5), "max_total_risk"),
    ],
)
def test_what_is_at_stake_refuses(positions, limit):
    both = params(crypto_series=frozenset({"KXBTCD", "KXETHD"}))
    assert reason(ready(*positions), with_params=both) == limit
    assert reason(ready(*positions[1:]), with_params=both) is None


def test_what_its_strategy_has_at_stake_refuses():
    small = params(limits=limits(max_strategy_risk=Limit(Share.parse("0.01"))))
    state = ready()
    order = ask(state, with_params=small)
    observe(state, fill(order, order.count))
    for ticker in (other := "KXETHD-X-1", TICKER):
        observe(state, defined(ticker))
        observe(state, book(ticker=ticker))
    wish = signal(ticker=other, decision_id="d2")
    coins = msgspec.structs.replace(small, crypto_series=frozenset({"KXBTCD", "KXETHD"}))
    assert reason(state, wish, with_params=coins) == "max_strategy_risk"
    again = msgspec.structs.replace(wish, strategy="another", decision_id="d3")
    assert reason(state, again, with_params=coins) is None


def test_what_is_correlated_with_the_market_refuses():
    state = forecast_ready(*held("KXGDP-{}", "1.1", "1.1"), *held("KXRAIN-{}", "1.1", "1.1"))
    alone = forecast(cluster=("KXGDP-0", "KXGDP-1"))
    assert reason(state, alone) is None
    wide = forecast(cluster=("KXGDP-0", "KXGDP-1", "KXRAIN-0", "KXRAIN-1"), decision_id="d2")
    refusal = ask(forecast_ready(*held("KXGDP-{}", "1.1", "1.1"), *held("KXRAIN-{}", "1.1", "1.1")), wide)
    assert (refusal.reason, refusal.value, refusal.threshold) == ("max_cluster_risk", "4.500000", "4.000000")


def test_all_that_fails_is_told_beside_the_first_reason():
    refusal = ask(ready(switch("pause"), *held("KXBTCD-26MAY1309-T{}", *["0.49"] * 8)), signal(q=0.53))
    assert (refusal.stage, refusal.reason) == ("gate", "pause")
    assert refusal.also == (
        "min_edge 0.012500 against 0.030000",
        "crypto_max_total_risk 4.020000 against 4.000000",
        "max_event_risk 4.020000 against 3.000000",
        "max_underlying_risk 4.020000 against 4.000000",
    )


def test_the_stage_tells_what_was_refused():
    assert ask(wish=signal(q=0.53)).stage == "gate"
    assert ask(ready(book(size="0.1"))).stage == "size"
    assert ask(wish=exit_signal()).stage == "exit"


def test_an_order_remembers_its_cluster():
    assert ask(forecast_ready(), forecast(cluster=("KXGDP-0",))).cluster == ("KXGDP-0",)


def test_the_bankroll_shrinks_with_losses_and_never_exceeds_the_venue():
    poor = equity(equity="25", peak="25", realized="0")
    assert ask(ready(poor)).risk <= Cash.parse("0.25")
    losing = equity(equity="48", peak="48", realized="-24", fees="1")
    assert ask(ready(losing)).risk <= Cash.parse("0.25")


def test_a_stake_below_the_smallest_order_is_refused():
    refusal = ask(ready(book(size="0.1")))
    assert (refusal.reason, refusal.value, refusal.threshold) == ("too_small", "0.051800", "0.100000")


def test_an_exit_sells_all_that_the_desk_holds_and_no_more():
    order = ask(ready(position("1.5", "0.75"), position("9", "4", owner="manual")), exit_signal())
    assert (order.count, order.book_side, order.price) == (Count.parse("1.5"), BookSide.ASK, Price.parse("0.48"))
    assert order.reduce_only
    assert order.exit_rule == "sell_dear"
    no = ask(ready(position("-2", "1")), exit_signal(outcome=Outcome.NO, price="0.50"))
    assert (no.count, no.book_side) == (Count.parse("2"), BookSide.BID)


@pytest.mark.parametrize("style", ["take", "rest"])
def test_an_exit_sells_no_more_than_the_account_is_left_with(style):
    """The venue nets what a person sold by hand, so that more than the rest would open the other side."""
    rest = exit_signal(style=style, price="0.48" if style == "take" else "0.50")
    order = ask(ready(position("5", "2"), position("-2", "1.2", owner="manual")), rest)
    assert order.count == Count.parse("3")
    no = exit_signal(outcome=Outcome.NO, style=style, price="0.50" if style == "take" else "0.48")
    order = ask(ready(position("-5", "2"), position("2", "1.2", owner="manual")), no)
    assert order.count == Count.parse("3")
    for sold in ("-5", "-9"):
        assert reason(ready(position("5", "2"), position(sold, "3", owner="manual")), rest) == "no_position"


def test_a_flatten_sells_no_more_than_the_account_is_left_with_either():
    sale = exit_signal(exit_rule="flatten")
    order = ask(ready(position("5", "2"), position("-2", "1.2", owner="manual"), switch("flatten")), sale)
    assert (order.count, order.reduce_only) == (Count.parse("3"), True)


def test_a_resting_exit_is_not_reduce_only_and_does_not_cross():
    held = position()
    order = ask(ready(held), exit_signal(style="rest", price="0.50"))
    assert (order.style, order.reduce_only) == ("rest", False)
    assert reason(ready(held), exit_signal(style="rest", price="0.48")) == "would_cross"


def test_a_sale_marks_the_resting_exit_before_it():
    state = ready(position())
    resting = ask(state, exit_signal(style="rest", price="0.50"))
    assert reason(state, exit_signal(style="rest", price="0.50", decision_id="x2")) == "order_in_flight"
    assert not state.orders[resting.client_order_id].superseded
    assert reason(state, exit_signal(decision_id="x3")) == "order_in_flight"
    assert state.orders[resting.client_order_id].superseded


def test_an_exit_refused_for_another_reason_marks_nothing():
    state = ready(position())
    resting = ask(state, exit_signal(style="rest", price="0.50"))
    assert reason(state, exit_signal(decision_id="x3", price="0.49")) == "bid_gone"
    assert not state.orders[resting.client_order_id].superseded


wishes = st.tuples(
    st.integers(0, 9),
    st.sampled_from(Outcome),
    st.floats(0, 1),
    st.sampled_from(["take", "make"]),
    st.sampled_from(["fills", "ends", "rests", "half"]),
    st.sampled_from([0, 1, 20, 70]),
)
WORLD = [f"KXBTCD-X-T{n}" if n < 4 else f"KXBTCD-Y-T{n}" if n < 6 else f"KXCPI-M-T{n}" for n in range(8)] + [
    "KXCPICORE-M-T1", "KXGDP-Q-T1"
]  # fmt: skip


def tight():
    """Limits so near each other that each of them binds after a few orders."""
    one = Limit(Share.parse("0.022"))
    crypto = msgspec.structs.replace(params().limits.crypto, max_total_risk=one, max_entries_per_day=15)
    forecast = msgspec.structs.replace(params().limits.forecast, max_total_risk=Limit(Share.parse("0.05")))
    shares = {"total": "0.06", "category": "0.045", "strategy": "0.04", "cluster": "0.035", "underlying": "0.03"}
    whole = {f"max_{name}_risk": Limit(Share.parse(share)) for name, share in (shares | {"event": "0.02"}).items()}
    return params(limits=limits(crypto=crypto, forecast=forecast, max_orders_per_minute=4, **whole))


@given(st.lists(wishes, max_size=40))
def test_no_sequence_of_signals_goes_beyond_a_limit(sequence):
    """Whatever is asked, and whatever becomes of it, the worst losses of all markets stay within the limits."""
    state = ready()
    for ticker in WORLD:
        observe(state, defined(ticker, category="Economics", close_time=later(10 * 86_400)))
        observe(state, book(ticker=ticker))
    for number, (place, outcome, q, style, fate, wait) in enumerate(sequence):
        now = later(sum(wish[-1] for wish in sequence[:number]) + wait)
        for message in (alive(now), equity(now)):
            observe(state, message)
        price = "0.49" if style == "make" else "0.50" if outcome is Outcome.YES else "0.48"
        ids = {"decision_id": f"d{number}", "seen": str(number), "at": now, "expires_at": Nanos(now + 2 * 10**9)}
        order = ask(state, _wish(WORLD[place], outcome, price, style=style, q=q, **ids), now=now, with_params=tight())
        if isinstance(order, Order):
            _befall(state, order, fate)
        _within_limits(state, now)


def _wish(ticker, outcome, price, **changes):
    desk = params().owner_of(ticker)
    together = tuple(other for other in WORLD if other != ticker and other[2:5] == ticker[2:5])
    return signal(outcome, price, ticker=ticker, desk=desk, strategy=desk, cluster=together, **changes)


def _befall(state, order, fate):
    count = {"fills": order.count, "half": order.count // 2, "ends": 0, "rests": 0}[fate]
    if count:
        paid = order.price if order.outcome is Outcome.YES else order.price.complement
        fee = Cash((order.risk - paid * order.count) * count // order.count)
        observe(state, fill(order, count, fill_id=order.client_order_id, fee=str(fee)))
    if fate in ("ends", "half"):
        observe(state, order_event(order, "canceled", filled=count))


def _within_limits(state, now):
    caps, roll = tight().limits, Cash.parse("50")
    assert state.orders_since(Nanos(now - 60 * 10**9)) <= caps.max_orders_per_minute
    for ticker in WORLD:
        owner, cluster = params().owner_of(ticker), _wish(ticker, Outcome.YES, "0.50").cluster
        taken, desk = state.reserved(ticker, tight(), strategy=owner, cluster=cluster), caps.desk(owner)
        assert taken.market <= desk.max_risk_per_trade.of(roll)
        assert taken.desk <= desk.max_total_risk.of(roll)
        assert taken.both <= caps.max_total_risk.of(roll)
        for name in ("event", "underlying", "cluster", "strategy", "category"):
            assert getattr(taken, name) <= getattr(caps, f"max_{name}_risk").of(roll), name
        assert taken.contracts <= desk.max_position_contracts


def test_a_decision_takes_well_under_a_millisecond():
    state = ready(*[position("1", "0.01", ticker=f"KXBTCD-X-{n}") for n in range(50)])
    slow = []
    for number in range(200):
        begun = perf_counter_ns()
        order = ask(state, signal(decision_id=f"d{number}"))
        slow.append(perf_counter_ns() - begun)
        if isinstance(order, Order):
            observe(state, order_event(order, "canceled"))
    assert sorted(slow)[100] < 1_000_000


def test_the_account_of_an_order_is_the_desks():
    assert ask().account == ACCOUNT


def funded(shard="2", dollars="0.50", seen=()):
    state = ready(defined(exchange_index=2))
    state.cash.told(Cash.parse("50"), {0: Cash.parse("49"), int(shard): Cash.parse(dollars)}, seen=seen)
    return state


def test_money_on_another_shard_buys_nothing():
    refusal = ask(funded(dollars="0.20"))
    assert (refusal.reason, refusal.value) == ("insufficient_shard_cash", "0.200000")
    assert Cash.parse(refusal.threshold) > Cash.parse("0.20")
    assert ask(funded("3")).value == "0.000000"
    assert isinstance(ask(funded(dollars="0.50")), Order)


def test_what_was_just_approved_is_not_spent_twice():
    state = funded(dollars="0.60")
    observe(state, defined(CPI, exchange_index=2, close_time=later(864_000)))
    observe(state, book(ticker=CPI))
    first = ask(state)
    assert ask(state, forecast(decision_id="d2")).reason == "insufficient_shard_cash"
    assert state.answered() == frozenset()
    observe(state, order_event(first, "filled", filled=first.count))
    assert state.answered() == {first.client_order_id}
    state.cash.told(Cash.parse("50"), {2: Cash.parse("5")}, seen=state.answered())
    assert isinstance(ask(state, forecast(decision_id="d3")), Order)


def test_a_negative_balance_buys_nothing():
    assert (refusal := ask(funded(dollars="-4"))).reason == "insufficient_shard_cash"
    assert refusal.value == "0.000000"


def test_a_sale_needs_no_free_cash():
    state = funded(dollars="0")
    observe(state, position())
    assert isinstance(ask(state, exit_signal()), Order)
