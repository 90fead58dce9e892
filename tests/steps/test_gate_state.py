import msgspec
import pytest

from kalshi_desk.domain.control import Switch
from kalshi_desk.domain.inputs import TradingStatus
from kalshi_desk.domain.ledger import Settlement
from kalshi_desk.domain.market import Outcome
from kalshi_desk.domain.units import Cash, Count, Nanos, Price
from kalshi_desk.steps.gate import decide
from kalshi_desk.steps.gate_state import GateState, Lapsed, observe
from tests.steps.desk import (
    ACCOUNT,
    T0,
    TICKER,
    alive,
    book,
    defined,
    equity,
    fill,
    forecast,
    forecast_ready,
    later,
    market,
    order_event,
    params,
    position,
    rung,
    signal,
)

OTHER = "KXCPI-26MAY-T3"


def at_stake(state, ticker=TICKER, *, strategy="crypto_fair_value", cluster=()):
    return state.reserved(ticker, params(), strategy=strategy, cluster=cluster)


def ready():
    state = GateState()
    for message in (defined(), book(), equity()):
        observe(state, message)
    return state


def approved(state):
    return decide(state, signal(), now=T0, params=params())


def test_an_order_is_at_stake_until_its_end_is_known():
    state = ready()
    order = approved(state)
    assert at_stake(state).market == order.risk
    observe(state, order_event(order, "resting"))
    assert at_stake(state).both == order.risk
    observe(state, order_event(order, "canceled"))
    assert at_stake(state).both == 0
    assert not state.orders


def test_contracts_filled_but_not_told_stay_at_stake():
    state = ready()
    order = approved(state)
    observe(state, order_event(order, "filled", filled=order.count))
    assert at_stake(state).market == order.risk
    observe(state, fill(order, order.count, fee="0.01"))
    assert not state.orders
    assert state.held(TICKER, Outcome.YES) == order.count
    assert at_stake(state).market == order.price * order.count + Cash.parse("0.01")
    observe(state, position("0.95", "0.475", fees="0.02"))
    assert at_stake(state).market == Cash.parse("0.495")


def test_a_partial_fill_moves_its_share_and_rounds_against_us():
    state = ready()
    order = approved(state)
    for _ in range(2):
        observe(state, fill(order, 1))
    taken = at_stake(state)
    assert taken.market == order.price - (-order.risk * (order.count - 1) // order.count)
    assert taken.contracts == order.count


def test_what_a_person_holds_counts_in_every_sum():
    state = ready()
    observe(state, position("3", "1.5", owner="manual"))
    observe(state, position("1", "0.5"))
    found = at_stake(state)
    assert (found.market, found.desk, found.category, found.both) == (Cash.parse("2"),) * 4
    assert found.contracts == Count.parse("4")
    assert state.held(TICKER, Outcome.YES) == Count.parse("1")
    assert state.held(TICKER, Outcome.NO) == 0


@pytest.mark.parametrize(
    ("own", "manual", "yes", "no"),
    [
        ("5", "0", "5", "0"),
        ("5", "9", "5", "0"),
        ("5", "-2", "3", "0"),
        ("5", "-5", "0", "0"),
        ("5", "-9", "0", "0"),
        ("-5", "2", "0", "3"),
        ("-5", "-2", "0", "5"),
        ("0", "5", "0", "0"),
    ],
)
def test_the_desk_may_sell_what_it_holds_as_far_as_it_is_still_there(own, manual, yes, no):
    state = GateState()
    for owner, count in (("desk", own), ("manual", manual)):
        observe(state, position(count, "2", owner=owner))
    sellable = [state.sellable(TICKER, outcome) for outcome in (Outcome.YES, Outcome.NO)]
    assert sellable == [Count.parse(yes), Count.parse(no)]


def test_the_desks_and_categories_are_summed_apart():
    state = ready()
    observe(state, position("1", "0.5"))
    observe(state, position("-2", "0.8", ticker=OTHER))
    observe(state, position("2", "0.7", ticker="KXX-1"))
    assert state.held(OTHER, Outcome.NO) == Count.parse("2")
    unnamed = at_stake(state, OTHER)
    assert (unnamed.desk, unnamed.category) == (Cash.parse("1.5"), Cash.parse("1.5"))
    observe(state, defined(OTHER, category="Economics"))
    assert at_stake(state, OTHER).category == Cash.parse("0.8")
    assert at_stake(state).category == Cash.parse("0.5")
    assert state.category(TICKER, params()) == "crypto"
    assert state.category(OTHER, params()) == "economics"


def test_the_same_order_twice_counts_once():
    state = ready()
    order = approved(state)
    observe(state, order)
    assert sum(state.entries.values()) == 1
    assert list(state.orders) == [order.client_order_id]


def _settle(state, ticker):
    observe(
        state,
        Settlement(
            at=T0,
            occurred_at=T0,
            account=ACCOUNT,
            ticker=ticker,
            result="yes",
            value=Price.parse("1"),
            count=Count(100),
            cost=Cash(1),
            fees=Cash(0),
            revenue=Cash(1),
            pnl=Cash(0),
        ),
    )


def test_settlement_ends_position_orders_and_bans():
    state = ready()
    observe(state, position("1", "0.5"))
    exit_order = decide(state, signal(action="exit", price="0.48", q=0.4), now=T0, params=params())
    assert (TICKER, Outcome.YES) in state.bans
    assert exit_order.risk == 0
    _settle(state, TICKER)
    assert not state.bans
    assert not state.positions
    assert not state.orders


def test_a_closed_position_is_forgotten():
    state = ready()
    observe(state, position("1", "0.5"))
    observe(state, position("0", "0"))
    assert not state.positions


def test_rejects_are_counted_in_a_row_until_a_person_resumes():
    state = ready()
    order = approved(state)
    observe(state, order_event(order, "rejected"))
    observe(state, order_event(order, "rejected"))
    assert state.rejects == 1
    observe(state, Switch(at=T0, name="pause", scope="both", on=False, by="breaker:x", reason="r"))
    assert state.rejects == 1
    observe(state, Switch(at=T0, name="pause", scope="both", on=False, by="anna", reason="r"))
    assert state.rejects == 0


def test_an_order_that_the_venue_takes_ends_a_row_of_rejects():
    state = ready()
    state.rejects = 4
    observe(state, order_event(approved(state), "resting"))
    assert state.rejects == 0


def test_events_of_orders_not_ours_change_nothing():
    state, other = ready(), approved(ready())
    observe(state, order_event(other, "filled", filled=other.count))
    observe(state, fill(other, other.count))
    assert not state.orders


def test_switches_hold_for_their_desk_and_their_time():
    state = ready()
    observe(state, Switch(at=T0, name="pause", scope="crypto", on=True, by="b", reason="r", until=later(60)))
    assert state.switch("pause", "crypto", later(59)) is not None
    assert state.switch("pause", "crypto", later(60)) is None
    assert state.switch("pause", "forecast", T0) is None


def test_what_it_sees_of_the_venue_is_kept_in_the_view():
    state = ready()
    observe(state, alive(later(20)))
    assert state.view.alive_at == later(20)
    assert state.view.markets[TICKER] == market()


def test_where_a_strategy_stands_is_known_by_category():
    state = ready()
    assert state.rung("forecast_edge", "Economics") == "paper"
    observe(state, rung("small"))
    observe(state, rung("full", category="Sports"))
    assert state.rung("forecast_edge", "ECONOMICS") == "small"
    assert state.rung("crypto_fair_value", "Economics") == "paper"
    observe(state, rung("paper"))
    assert state.rung("forecast_edge", "Economics") == "paper"


def test_an_entry_that_lapsed_is_kept_until_its_market_settles():
    state = forecast_ready()
    order = decide(state, forecast(style="make", price="0.49"), now=T0, params=params())
    observe(state, order_event(order, "canceled", filled=100, at=later(600)))
    assert state.lapsed == {}
    observe(state, fill(order, 100, at=later(601)))
    assert state.lapsed[order.ticker] == Lapsed(order, Count(order.count - 100))
    _settle(state, order.ticker)
    assert state.lapsed == {}


def test_what_is_at_stake_counts_in_its_event_underlying_cluster_and_strategy():
    state, sister, ether = ready(), "KXBTCD-26MAY1310-T1", "KXETHD-26MAY1309-T1"
    order = approved(state)
    observe(state, fill(order, order.count))
    for number, ticker in enumerate((sister, "KXBTC15M-26MAY131345-45", ether, OTHER, "KXCPI-26JUN-T1"), 1):
        observe(state, position("1", f"0.{number}", ticker=ticker))
    own = order.price * order.count
    found = at_stake(state, cluster=(ether, OTHER))
    assert (found.event, found.strategy) == (own, own)
    assert found.underlying == own + Cash.parse("0.3")
    assert found.cluster == own + Cash.parse("0.7")
    assert at_stake(state, strategy="forecast_edge").strategy == 0
    assert at_stake(state, OTHER).underlying == Cash.parse("0.9")
    assert at_stake(state, OTHER).event == Cash.parse("0.4")


def test_a_listed_market_tells_its_event_itself():
    state = ready()
    observe(state, defined("KXODD-1-A", event_ticker="KXODD-ALL"))
    assert state.home("KXODD-1-A", params()).event == "KXODD-ALL"
    assert state.home("KXODD-1-B", params()).event == "KXODD-1"
    assert state.home("KXODD", params()) == ("KXODD", "KXODD", "forecast", "none")


def test_fills_read_back_tell_who_entered():
    state, order = ready(), approved(ready())
    observe(state, fill(order, order.count))
    observe(state, position("0.96", "0.48"))
    assert at_stake(state).strategy == Cash.parse("0.48")
    observe(state, position("5", "2", owner="manual"))
    assert at_stake(state).strategy == Cash.parse("0.48")
    _settle(state, TICKER)
    assert not state.strategies


def test_orders_are_counted_for_a_minute():
    state = ready()
    order = approved(state)
    assert state.orders_since(Nanos(T0 - 1)) == 1
    assert state.orders_since(T0) == 0
    observe(state, order)
    assert state.orders_since(Nanos(T0 - 1)) == 1
    observe(state, msgspec.structs.replace(order, decision_id="d2", client_order_id="d2-0", at=later(60)))
    assert list(state.approved_at) == [later(60)]


def test_what_the_venue_says_of_trading_is_kept():
    state = ready()
    assert state.trading is None
    told = TradingStatus(at=T0, trading=False, shards=())
    observe(state, told)
    assert state.trading == told
