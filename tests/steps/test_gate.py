from time import perf_counter_ns

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from kalshi_desk.domain.control import Switch
from kalshi_desk.domain.decisions import Refusal
from kalshi_desk.domain.inputs import BookLost
from kalshi_desk.domain.ledger import Order
from kalshi_desk.domain.limits import Limit, Share
from kalshi_desk.domain.market import BookSide, FeeSchedule, MarketStatus, Outcome
from kalshi_desk.domain.units import Cash, Count, Price
from kalshi_desk.steps.gate import GateState, decide, observe
from tests.steps.desk import (
    ACCOUNT,
    T0,
    TICKER,
    alive,
    book,
    crypto_limits,
    defined,
    equity,
    fair_value,
    fill,
    later,
    limits,
    order_event,
    params,
    position,
    signal,
)

CPI = "KXCPI-26MAY-T3"


def ready(*messages):
    state = GateState()
    for message in (defined(), book(), equity(), *messages):
        observe(state, message)
    return state


def switch(name, scope="both", *, on=True, until=None):
    return Switch(at=T0, name=name, scope=scope, on=on, by="anna", reason="r", until=until)


def ask(state=None, wish=None, *, now=T0, with_params=None):
    return decide(state or ready(), wish or signal(), now=now, params=with_params or params())


def reason(state=None, wish=None, **changes):
    answer = ask(state, wish, **changes)
    return answer.reason if isinstance(answer, Refusal) else None


def forecast(**changes):
    base = {"ticker": CPI, "desk": "forecast", "strategy": "forecast_edge", "seen": "estimate-1", "q": 0.7}
    return signal(**(base | changes))


def forecast_ready(*messages):
    market = defined(CPI, category="Economics", close_time=later(10 * 86_400))
    return ready(market, book(ticker=CPI), *messages)


def exit_signal(**changes):
    base = {"action": "exit", "price": "0.48", "q": 0.4, "exit_rule": "sell_dear", "decision_id": "x1"}
    return signal(**(base | changes))


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


def test_halt_stops_everything_and_pause_stops_entries_only():
    held = position()
    assert reason(ready(switch("halt"))) == "halt"
    assert reason(ready(held, switch("halt")), exit_signal()) == "halt"
    assert reason(ready(switch("pause", "crypto"))) == "pause"
    assert reason(ready(switch("flatten"))) == "flatten"
    assert isinstance(ask(ready(held, switch("pause")), exit_signal()), Order)
    assert reason(ready(switch("pause", "forecast"))) is None
    assert reason(ready(switch("pause"), switch("pause", on=False))) is None
    assert reason(ready(switch("pause", until=later(1))), now=later(1)) is None


def test_the_first_failing_gate_names_the_reason():
    state = ready(switch("pause"), BookLost(at=T0, ticker=TICKER, reason="gap"))
    assert reason(state, signal(desk="forecast", q=float("nan"))) == "pause"


def test_a_series_has_one_owner():
    refusal = ask(wish=signal(desk="forecast"))
    assert (refusal.reason, refusal.value, refusal.threshold) == ("not_owner", "forecast", "crypto")
    assert reason(forecast_ready(), forecast(desk="crypto")) == "not_owner"
    assert reason(wish=signal(desk="nobody")) == "not_owner"


def test_another_account_is_refused():
    assert reason(wish=signal(account="kalshi:demo:abc")) == "wrong_account"


@pytest.mark.parametrize(
    "wrong",
    [
        {"q": float("nan")},
        {"q": 1.0001},
        {"q": -0.1},
        {"stderr": -0.1},
        {"stderr": float("inf")},
        {"stderr": float("nan")},
        {"action": "hold"},
        {"style": "iceberg"},
    ],
)
def test_a_signal_that_makes_no_sense_is_refused(wrong):
    assert reason(wish=signal(**wrong)) == "bad_signal"


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


def test_the_market_must_be_known_and_open():
    state = GateState()
    assert reason(state) == "market_unknown"
    assert reason(ready(defined(status=MarketStatus.INACTIVE))) == "market_not_open"
    assert reason(ready(defined(close_time=later(1))), now=later(1)) == "market_not_open"
    assert reason(wish=signal(price="0.5001")) == "price_off_grid"


def test_the_fee_must_be_known():
    assert reason(ready(defined(fee=None))) == "fee_unknown"
    assert reason(ready(defined(fee=FeeSchedule("flat", 10_000)))) == "fee_unknown"


def test_the_book_must_be_whole_and_alive():
    assert reason(ready(BookLost(at=T0, ticker=TICKER, reason="gap"))) == "book_unusable"
    old = signal(expires_at=later(60))
    assert reason(wish=old, now=later(15)) is None
    assert reason(wish=old, now=later(15.001)) == "book_stale"
    assert reason(ready(alive(later(10))), old, now=later(20)) is None


def test_signals_expire():
    assert reason(now=later(2)) is None
    assert reason(now=later(2.001)) == "signal_expired"
    day_old = forecast(expires_at=later(2 * 86_400))
    state = forecast_ready(alive(later(86_400)), equity(later(86_400)))
    assert reason(state, day_old, now=later(86_400)) is None
    assert reason(forecast_ready(alive(later(86_401))), day_old, now=later(86_401)) == "signal_too_old"


def test_after_an_exit_the_side_is_closed_until_settlement_in_crypto():
    state = ready(position())
    order = ask(state, exit_signal())
    observe(state, order_event(order, "canceled"))
    observe(state, position("0", "0"))
    assert reason(state, signal(decision_id="d2", seen="99")) == "exited_before"
    assert reason(state, signal(Outcome.NO, "0.48", q=0.62, decision_id="d3")) is None


def test_after_an_exit_a_new_estimate_opens_the_side_again_for_forecasts():
    state = forecast_ready(position(ticker=CPI))
    leave = forecast(action="exit", price="0.48", decision_id="x1")
    observe(state, order_event(ask(state, leave), "canceled"))
    observe(state, position("0", "0", ticker=CPI))
    assert reason(state, forecast(decision_id="d2")) == "exited_before"
    assert reason(state, forecast(decision_id="d3", seen="estimate-2")) is None


def test_entry_prices_stay_in_the_band_of_the_side_bought():
    assert reason(ready(book("0.01", "0.02")), signal(price="0.02")) == "min_entry_price"
    assert reason(ready(book("0.98", "0.99")), signal(Outcome.NO, "0.98", q=0.2)) == "min_entry_price"
    assert reason(ready(book("0.01", "0.98")), signal(price="0.98", q=1.0)) == "max_entry_price"
    assert reason(forecast_ready(book("0.80", "0.86", ticker=CPI)), forecast(price="0.86", q=0.99)) == (
        "take_profit_entry_price"
    )


def test_time_decay_keeps_forecasts_out_of_the_last_two_days():
    near = defined(CPI, close_time=later(48 * 3600))
    assert reason(forecast_ready(near), forecast()) == "time_decay_entry"


def test_a_quote_that_went_away_is_refused():
    refusal = ask(ready(book("0.50", "0.52")))
    assert (refusal.reason, refusal.value, refusal.threshold) == ("edge_gone", "0.5200", "0.5000")
    assert ask(ready(book("0.50", None))).value == "none"


def test_the_edge_is_measured_anew_with_the_later_fair_value_if_that_is_worse():
    assert reason(ready(fair_value(0.53, at=later(1))), now=later(1)) == "min_edge"
    assert reason(ready(fair_value(0.90, at=later(1))), now=later(1)) is None
    assert reason(ready(fair_value(0.53, at=T0))) is None
    no = signal(Outcome.NO, "0.48", q=0.62)
    assert reason(ready(fair_value(0.46, at=later(1))), no, now=later(1)) == "min_edge"


def test_doubt_counts_once_against_the_edge():
    assert reason(wish=signal(stderr=0.06)) is None
    assert reason(wish=signal(stderr=0.07)) == "min_edge"


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


def test_one_order_at_a_time_in_a_market():
    state = ready()
    order = ask(state)
    refusal = ask(state, signal(Outcome.NO, "0.48", q=0.62, decision_id="d2"))
    assert (refusal.reason, refusal.value) == ("order_in_flight", order.client_order_id)
    observe(state, order_event(order, "canceled"))
    assert reason(state, signal(Outcome.NO, "0.48", q=0.62, decision_id="d2")) is None


def test_entries_of_a_day_are_counted_by_desk_and_utc_day():
    state, once = ready(), params(limits=crypto_limits(max_entries_per_day=1))
    observe(state, order_event(ask(state, with_params=once), "canceled"))
    assert reason(state, signal(decision_id="d2"), with_params=once) == "max_entries_per_day"
    tomorrow = later(86_400)
    for message in (alive(tomorrow), equity(tomorrow), defined(close_time=later(2 * 86_400))):
        observe(state, message)
    fresh = signal(decision_id="d3", at=tomorrow, expires_at=tomorrow)
    assert reason(state, fresh, now=tomorrow, with_params=once) is None


def test_without_a_known_equity_nothing_is_entered():
    state = GateState()
    for message in (defined(), book()):
        observe(state, message)
    assert reason(state) == "equity_unknown"
    assert reason(state, signal(account="sim:synthetic:8"), with_params=params(account="sim:synthetic:8")) == (
        "equity_unknown"
    )
    old = signal(expires_at=later(600))
    assert reason(ready(alive(later(300))), old, now=later(300)) is None
    assert reason(ready(alive(later(301))), old, now=later(301)) == "equity_stale"


def test_the_loss_breakers_are_checked_before_their_switch_arrives():
    assert reason(ready(equity(equity="45", today="-5", realized="-5"))) == "max_daily_loss"
    assert reason(ready(equity(equity="40", today="-1", realized="-10"))) == "max_drawdown"
    state = ready()
    state.rejects = 5
    assert reason(state) == "consecutive_rejects"
    state = ready(equity(equity="45", today="-5", realized="-5"))
    assert reason(state) == "max_daily_loss"
    observe(state, switch("pause", on=False))
    assert reason(state) is None


def test_the_risk_per_trade_counts_what_is_held_by_anyone():
    refusal = ask(ready(position("1", "0.41", owner="manual")))
    assert (refusal.reason, refusal.value, refusal.threshold) == ("max_risk_per_trade", "0.410000", "0.500000")


def test_total_and_category_risk_refuse():
    many = [position("8", "0.49", ticker=f"KXBTCD-X-{n}") for n in range(8)]
    assert reason(ready(*many)) == "crypto_max_total_risk"
    others = [position("8", "2", ticker=f"KXCPI-{n}") for n in range(5)]
    assert reason(ready(*others)) == "max_total_risk"


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


def test_what_only_a_person_holds_is_never_sold():
    assert reason(ready(position(owner="manual")), exit_signal()) == "no_position"
    assert reason(ready(position("-1")), exit_signal()) == "no_position"


def test_a_resting_exit_is_not_reduce_only_and_does_not_cross():
    held = position()
    order = ask(ready(held), exit_signal(style="rest", price="0.50"))
    assert (order.style, order.reduce_only) == ("rest", False)
    assert reason(ready(held), exit_signal(style="rest", price="0.48")) == "would_cross"


def test_an_exit_needs_its_bid():
    assert reason(ready(position(), book("0.47", "0.50")), exit_signal()) == "bid_gone"
    assert ask(ready(position(), book(None, "0.50")), exit_signal()).value == "none"


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
)


def tight():
    """Limits so near each other that each of them binds after a few orders."""
    one = Limit(Share.parse("0.022"))
    crypto = msgspec.structs.replace(params().limits.crypto, max_total_risk=one, max_entries_per_day=15)
    forecast = msgspec.structs.replace(params().limits.forecast, max_total_risk=Limit(Share.parse("0.05")))
    whole = {"max_total_risk": Limit(Share.parse("0.06")), "max_category_risk": Limit(Share.parse("0.045"))}
    return params(limits=limits(crypto=crypto, forecast=forecast, **whole))


@given(st.lists(wishes, max_size=40))
def test_no_sequence_of_signals_goes_beyond_a_limit(sequence):
    """Whatever is asked, and whatever becomes of it, the worst losses of all markets stay within the limits."""
    state, tickers = ready(), [f"KXBTCD-X-T{n}" if n < 6 else f"KXCPI-M-T{n}" for n in range(10)]
    for ticker in tickers:
        observe(state, defined(ticker, category="Economics", close_time=later(10 * 86_400)))
        observe(state, book(ticker=ticker))
    for number, (place, outcome, q, style, fate) in enumerate(sequence):
        price = "0.49" if style == "make" else "0.50" if outcome is Outcome.YES else "0.48"
        desk, ids = params().owner_of(tickers[place]), {"decision_id": f"d{number}", "seen": str(number)}
        wish = signal(outcome, price, style=style, q=q, ticker=tickers[place], desk=desk, **ids)
        order = ask(state, wish, with_params=tight())
        if isinstance(order, Order):
            _befall(state, order, fate)
        _within_limits(state, tickers)


def _befall(state, order, fate):
    count = {"fills": order.count, "half": order.count // 2, "ends": 0, "rests": 0}[fate]
    if count:
        paid = order.price if order.outcome is Outcome.YES else order.price.complement
        fee = Cash((order.risk - paid * order.count) * count // order.count)
        observe(state, fill(order, count, fill_id=order.client_order_id, fee=str(fee)))
    if fate in ("ends", "half"):
        observe(state, order_event(order, "canceled", filled=count))


def _within_limits(state, tickers):
    caps, roll = tight().limits, Cash.parse("50")
    for ticker in tickers:
        taken, desk = state.reserved(ticker, params()), caps.desk(params().owner_of(ticker))
        assert taken.market <= desk.max_risk_per_trade.of(roll)
        assert taken.desk <= desk.max_total_risk.of(roll)
        assert taken.category <= caps.max_category_risk.of(roll)
        assert taken.both <= caps.max_total_risk.of(roll)
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
