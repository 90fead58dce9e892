import math

import msgspec
import pytest

from kalshi_desk.domain.decisions import FairValue, Refusal, Signal
from kalshi_desk.domain.inputs import Lifecycle
from kalshi_desk.domain.ledger import Fill, Order, OrderEvent, Settlement
from kalshi_desk.domain.limits import Limit, RiskLimits, Share
from kalshi_desk.domain.units import Cash, Count, Price
from kalshi_desk.replay.desk import DeskParams, ReplayDesk
from kalshi_desk.steps.gate_state import GateParams
from kalshi_desk.wiring.gate import ON_PAPER
from tests.crypto import TICKER, alive, at, book, defined, index, limits, params
from tests.steps.test_crypto_signals import prices


def desk_params():
    loose = Limit(Share.parse("0.5"))
    crypto = msgspec.structs.replace(limits(), max_risk_per_trade=loose, max_total_risk=loose, max_daily_loss=loose)
    risk = RiskLimits(
        crypto=crypto,
        forecast=crypto,
        max_event_risk=loose,
        max_underlying_risk=loose,
        max_cluster_risk=loose,
        max_strategy_risk=loose,
        max_category_risk=loose,
        max_total_risk=loose,
        max_daily_loss=loose,
        max_drawdown=Share.parse("0.9"),
        max_orders_per_minute=30,
        max_price_distance=Price.parse("0.5"),
        max_order_age_s=3_600,
        min_order_cost=Cash.parse("0.10"),
        initial_bankroll=Cash.parse("50"),
        auto_reinvest=True,
    )
    series = frozenset({"KXBTC15M"})
    gate = GateParams(account="sim:test:1", limits=risk, crypto_series=series, rung_shares=ON_PAPER)
    return DeskParams(crypto=params(), gate=gate, latency_ns=100_000_000)


def session(*more):
    script = [*prices(-300, 1), defined(1), *prices(2, 10), alive(10), book(10.2, "0.30", "0.35"), *more]
    desk = ReplayDesk(desk_params())
    return [one for number, message in enumerate(script) for one in desk.take(message, str(number))]


def ended(seconds, result="yes"):
    value = Price.parse("1" if result == "yes" else "0")
    return Lifecycle(at=at(seconds), ticker=TICKER, event="settled", result=result, settlement_value=value)


def kinds(results):
    return [type(one) for one in results if not isinstance(one, (FairValue, Refusal))]


def test_from_a_cheap_ask_to_the_payout():
    results = session(*prices(11, 13), ended(903))
    assert kinds(results) == [Signal, Order, OrderEvent, OrderEvent, Fill, Settlement]
    sent, filled = (one for one in results if isinstance(one, OrderEvent))
    assert (sent.event, filled.event) == ("sent", "filled")
    [fill] = [one for one in results if isinstance(one, Fill)]
    [settlement] = [one for one in results if isinstance(one, Settlement)]
    assert fill.at == at(10.3)
    paid = fill.price.number * fill.count.number + fill.fee.number
    assert settlement.pnl.number == pytest.approx(fill.count.number - paid)
    assert settlement.count == fill.count


def test_no_pays_nothing_to_yes():
    [settlement] = [one for one in session(*prices(11, 13), ended(903, "no")) if isinstance(one, Settlement)]
    assert settlement.revenue == Cash(0)
    assert settlement.pnl < 0


def test_a_dear_bid_is_sold_into():
    # dear enough to sell, not so dear that the other outcome is worth buying
    q = [one for one in session(*prices(11, 16)) if isinstance(one, FairValue)][-1].p_yes
    bid = math.floor((q + 0.0175 + 0.02) * 100)
    dear = book(15.1, f"{bid / 100:.2f}", f"{(bid + 1) / 100:.2f}", version=2)
    results = session(*prices(11, 16), dear, *prices(16, 18), ended(903))
    exits = [one for one in results if isinstance(one, Signal) and one.action == "exit"]
    assert [one.exit_rule for one in exits] == ["sell_dear"]
    fills = [one for one in results if isinstance(one, Fill)]
    assert [one.action for one in fills] == ["enter", "exit"]
    assert sum(one.count if one.action == "enter" else -one.count for one in fills) == 0
    [settlement] = [one for one in results if isinstance(one, Settlement)]
    assert settlement.count == Count(0)
    assert settlement.pnl > 0


def test_a_market_that_was_not_traded_settles_silently():
    desk = ReplayDesk(desk_params())
    results = [one for message in (defined(1), ended(903)) for one in desk.take(message, "0")]
    assert not [one for one in results if isinstance(one, Settlement)]


def test_a_settlement_without_a_value_waits():
    unclear = Lifecycle(at=at(903), ticker=TICKER, event="settled")
    assert not [one for one in session(*prices(11, 13), unclear) if isinstance(one, Settlement)]


def test_resting_orders_are_taken_back_when_the_estimate_moves():
    # the walk stands near 0.5; a spread this wide leaves room inside it
    wide = book(10.2, "0.40", "0.53")
    script = [*prices(-300, 1), defined(1), *prices(2, 10), alive(10), wide, *prices(11, 12), index(12, 63_700)]
    desk = ReplayDesk(desk_params())
    results = [
        one for message in [*script, *[index(13 + n / 4, 63_700) for n in range(8)]] for one in desk.take(message, "0")
    ]
    [made] = [one for one in results if isinstance(one, Order) and one.style == "make" and one.outcome == "yes"]
    ends = [one for one in results if isinstance(one, OrderEvent) and one.client_order_id == made.client_order_id]
    assert [one.event for one in ends] == ["sent", "resting", "canceled"]
    assert ends[-1].reason == "estimate_moved"


def test_same_inputs_same_results():
    more = [*prices(11, 400), book(400.5, "0.60", "0.66", version=2), *prices(401, 500), ended(903)]
    assert session(*more) == session(*more)


def test_results_come_in_event_time():
    times = [one.at for one in session(*prices(11, 400), book(400.5, "0.60", "0.66", version=2), ended(903))]
    assert times == sorted(times)


def test_index_of_results_is_that_of_the_input():
    [signal] = [one for one in session(index(11, 64_000)) if isinstance(one, Signal)]
    assert signal.seen == str(len(prices(-300, 1)) + 1 + len(prices(2, 10)) + 1)
