import pytest

from kalshi_desk.domain.inputs import BookLost, Lifecycle, TradingStatus
from kalshi_desk.domain.ledger import Order
from kalshi_desk.domain.limits import Limit, Share
from kalshi_desk.domain.market import FeeSchedule, MarketStatus, Outcome
from kalshi_desk.domain.units import Cash, Price
from kalshi_desk.steps.gate import GateState, observe
from kalshi_desk.steps.gates import Case, breaches
from kalshi_desk.wiring.gate import WITH_MONEY
from tests.steps.desk import (
    CPI,
    T0,
    TICKER,
    alive,
    ask,
    book,
    crypto_limits,
    defined,
    equity,
    estimate,
    exit_signal,
    fair_value,
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
    rung,
    signal,
    switch,
)


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


def test_a_flatten_s_sale_is_allowed_while_halted_until_a_person_resumes():
    sale = exit_signal(exit_rule="flatten")
    held = position(), switch("halt"), switch("pause")
    order = ask(ready(*held, switch("flatten", "crypto")), sale)
    assert isinstance(order, Order)
    assert (order.exit_rule, order.reduce_only) == ("flatten", True)
    assert reason(ready(*held, switch("flatten", "crypto")), exit_signal()) == "halt"
    refusal = ask(ready(*held, switch("flatten"), switch("flatten", on=False)), sale)
    assert (refusal.reason, refusal.value, refusal.threshold) == ("resumed", "off", "flatten")
    assert reason(ready(position(owner="manual"), switch("flatten")), sale) == "no_position"


def test_a_category_s_own_limit_takes_the_place_of_the_common_one():
    tight = params(limits=limits(category_risk={"economics": Limit(Share(0), Cash.parse("0.5"))}))
    wish = forecast(price="0.50")
    assert isinstance(ask(forecast_ready(), wish), Order)
    refusal = ask(forecast_ready(), wish, with_params=tight)
    assert (refusal.reason, refusal.threshold) == ("max_category_risk", "0.500000")
    assert isinstance(ask(ready(), with_params=tight), Order)


def test_what_resting_entries_were_measured_to_lose_counts_against_them():
    state, wish = forecast_ready(), forecast(style="make", price="0.49", q=0.555)
    assert isinstance(ask(forecast_ready(), wish), Order)
    state.selection = {"crypto": 0.0, "forecast": 0.02}
    assert ask(state, wish).reason == "min_edge"
    assert isinstance(ask(state, forecast(price="0.50", decision_id="d2")), Order)


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
    day_old = forecast(style="make", price="0.49", expires_at=later(2 * 86_400))
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
    order = ask(state, signal(decision_id="d2"), with_params=once)
    assert isinstance(order, Order)
    observe(state, fill(order, 20))
    observe(state, order_event(order, "canceled", filled=20))
    assert reason(state, signal(decision_id="d4"), with_params=once) == "max_entries_per_day"
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


def test_a_person_resumes_from_the_loss_that_no_signal_was_judged_at():
    state = ready(equity(equity="45", peak="45", today="-5", realized="-5"), switch("pause", on=False))
    assert reason(state) is None


def test_the_price_band_is_that_of_what_is_bought_not_of_the_limit():
    cheap = crypto_limits(min_entry_price=Price.parse("0.03"))
    state = ready(book("0.01", "0.02"))
    assert reason(state, signal(price="0.04"), with_params=params(limits=cheap)) == "min_entry_price"


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


def test_what_only_a_person_holds_is_never_sold():
    assert reason(ready(position(owner="manual")), exit_signal()) == "no_position"
    assert reason(ready(position("-1")), exit_signal()) == "no_position"


def test_an_exit_needs_its_bid():
    assert reason(ready(position(), book("0.47", "0.50")), exit_signal()) == "bid_gone"
    assert ask(ready(position(), book(None, "0.50")), exit_signal()).value == "none"


def test_every_gate_is_evaluated_for_the_record():
    state = ready(switch("pause"), BookLost(at=T0, ticker=TICKER, reason="gap"))
    failed = breaches(Case(state, signal(desk="forecast", q=2.0), now=later(3), params=params()))
    assert [breach.reason for breach in failed] == [
        "pause", "not_owner", "bad_signal", "book_unusable", "signal_expired",
    ]  # fmt: skip


LIVE = params(rung_shares=WITH_MONEY)


@pytest.mark.parametrize(
    ("told", "with_params", "found"),
    [
        ([], params(), None),
        ([], LIVE, "not_graduated"),
        ([rung("paper")], LIVE, "not_graduated"),
        ([rung("small")], LIVE, None),
        ([rung("full")], LIVE, None),
        ([rung("full", category="ECONOMICS")], LIVE, None),
        ([rung("full", category="Sports")], LIVE, "not_graduated"),
        ([rung("full", strategy="crypto_fair_value")], LIVE, "not_graduated"),
    ],
)
def test_with_money_a_strategy_trades_where_it_has_graduated(told, with_params, found):
    assert reason(forecast_ready(*told), forecast(), with_params=with_params) == found


def test_a_refusal_names_the_rung():
    answer = ask(forecast_ready(), forecast(), with_params=LIVE)
    assert (answer.value, answer.threshold) == ("paper", "small")


def test_the_small_rung_has_a_quarter_of_the_limits():
    full, small = (ask(forecast_ready(rung(name)), forecast(), with_params=LIVE) for name in ("full", "small"))
    assert small.risk <= Cash.parse("0.25")
    assert 3.5 <= full.risk / small.risk <= 4.5
    crypto = ask(ready(rung("small", strategy="crypto_fair_value", category="Crypto")), with_params=LIVE)
    assert crypto.risk <= Cash.parse("0.125")


def test_what_is_exploratory_trades_on_paper_only():
    wish = forecast(exploratory=True)
    assert reason(forecast_ready(rung("full")), wish) is None
    assert reason(forecast_ready(rung("full")), wish, with_params=LIVE) == "exploratory"


def test_an_exit_needs_no_rung():
    state = ready(position())
    assert reason(state, exit_signal(), with_params=LIVE) is None


def test_a_later_estimate_that_is_worse_for_the_side_counts():
    worse, better = (estimate(p, at=later(0.5), name="estimate-2") for p in (0.52, 0.9))
    assert reason(forecast_ready(worse), forecast(), now=later(1)) == "min_edge"
    assert reason(forecast_ready(better), forecast(), now=later(1)) is None


def test_while_the_exchange_pauses_there_are_no_orders_at_all():
    paused = TradingStatus(at=T0, trading=False, shards=())
    refusal = ask(ready(paused))
    assert (refusal.reason, refusal.value, refusal.threshold) == ("exchange_paused", "shard 0", "trading")
    assert reason(ready(position(), paused), exit_signal()) == "exchange_paused"
    assert reason(ready(paused, TradingStatus(at=T0, trading=True, shards=()))) is None


def test_the_markets_own_shard_counts():
    told = TradingStatus(at=T0, trading=True, shards=((0, True), (2, False)))
    assert reason(ready(told)) is None
    assert reason(ready(told, defined(exchange_index=2))) == "exchange_paused"
    own = TradingStatus(at=T0, trading=False, shards=((0, True),))
    assert reason(ready(own)) is None


def test_a_market_that_pauses_gets_no_orders():
    pause = Lifecycle(at=T0, ticker=TICKER, event="deactivated")
    assert reason(ready(pause)) == "market_not_open"
    assert reason(ready(pause, Lifecycle(at=T0, ticker=TICKER, event="activated"))) is None


def test_an_order_lives_no_longer_than_its_age_allows():
    short = params(limits=limits(max_order_age_s=2))
    assert reason(with_params=short) is None
    assert reason(wish=signal(expires_at=later(2.001)), with_params=short) == "max_order_age"
    assert reason(wish=signal(style="make", price="0.49"), with_params=short) == "max_order_age"
    assert reason(ready(position()), exit_signal(expires_at=later(3)), with_params=short) == "max_order_age"


def test_orders_of_the_last_minute_are_counted_whatever_became_of_them():
    few = params(limits=limits(max_orders_per_minute=1))
    state = ready()
    observe(state, order_event(ask(state, with_params=few), "canceled"))
    observe(state, alive(later(59)))
    late = signal(decision_id="d2", at=later(59), expires_at=later(65))
    refusal = ask(state, late, now=later(59), with_params=few)
    assert (refusal.reason, refusal.value, refusal.threshold) == ("max_orders_per_minute", "1", "1")
    assert reason(state, late, now=later(60), with_params=few) is None


def test_exits_are_not_counted_out():
    state = ready(position())
    none = params(limits=limits(max_orders_per_minute=0))
    assert reason(state, with_params=none) == "max_orders_per_minute"
    assert isinstance(ask(state, exit_signal(), with_params=none), Order)


def test_an_entry_far_from_the_middle_is_refused():
    near = params(limits=limits(max_price_distance=Price.parse("0.01")))
    assert reason(with_params=near) is None
    refusal = ask(ready(book("0.44", "0.50")), with_params=near)
    assert (refusal.reason, refusal.value) == ("max_price_distance", "0.03000")
    assert reason(ready(book("0.40", "0.50")), signal(style="make", price="0.41"), with_params=near) is not None
    assert reason(ready(book(None, "0.50")), with_params=near) is None
