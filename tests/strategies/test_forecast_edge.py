import msgspec
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from kalshi_desk.domain.decisions import Refusal, Signal, decision_id
from kalshi_desk.domain.estimate import Estimate
from kalshi_desk.domain.market import FeeSchedule, Outcome, PriceRange, Quote
from kalshi_desk.domain.units import PAYOUT, Count, Nanos, Price, seconds
from kalshi_desk.strategies.forecast_edge import NAME, ForecastParams, ForecastView, decide, resting_price, take

NOW = Nanos.parse("2026-11-21T12:00:00Z")
CENTS = (PriceRange(Price(100), Price(9_900), Price(100)),)
PARAMS = ForecastParams(
    min_edge=0.05,
    min_price=Price.parse("0.05"),
    max_price=Price.parse("0.95"),
    below=Price.parse("0.85"),
    not_within_s=48 * 3_600.0,
    selection=0.01,
    life_s=600,
)


def quote(bid, ask):
    bid, ask = (None if price is None else Price.parse(price) for price in (bid, ask))
    return Quote(bid, Count.parse("40"), ask, Count.parse("25"))


def estimate(p_yes=0.60, stderr=0.0, **fields):
    base = Estimate(
        at=NOW, account="sim:test:1", ticker="KXCPI-26DEC-T3", category="Economics", estimate_id="e1", p_yes=p_yes,
        stderr=stderr, exploratory=False,
    )  # fmt: skip
    return msgspec.structs.replace(base, **fields)


def view(p_yes, top, *, hours=240.0, **fields):
    chosen = {
        "now": NOW, "close_time": Nanos(NOW + seconds(hours * 3_600)), "quote": top, "price_ranges": CENTS,
        "fee": FeeSchedule("quadratic", 10_000), "estimate": estimate(p_yes),
    }  # fmt: skip
    return ForecastView(**(chosen | fields))


def test_it_rests_a_tick_above_the_best_bid():
    signal = decide(view(0.60, quote("0.48", "0.52"), estimate=estimate(0.60, 0.03)), PARAMS)
    assert isinstance(signal, Signal)
    assert (signal.outcome, signal.action, signal.style) == (Outcome.YES, "enter", "make")
    assert signal.price == Price.parse("0.49")
    assert signal.edge == pytest.approx(0.60 - 0.49 - 0.01)
    assert signal.edge_adj == pytest.approx(0.10 * (1 - 0.3**2))
    assert (signal.seen, signal.shown, signal.desk, signal.strategy) == ("e1", None, "forecast", NAME)


def test_a_spread_of_one_tick_is_joined():
    signal = decide(view(0.60, quote("0.48", "0.49")), PARAMS)
    assert signal.price == Price.parse("0.48")


def test_a_no_is_bought_by_resting_below_the_ask():
    signal = decide(view(0.40, quote("0.48", "0.52")), PARAMS)
    assert (signal.outcome, signal.price, signal.q) == (Outcome.NO, Price.parse("0.51"), pytest.approx(0.60))
    assert decide(view(0.40, quote("0.51", "0.52")), PARAMS).price == Price.parse("0.52")


def test_the_makers_fee_is_in_the_edge():
    charged = FeeSchedule("quadratic_with_maker_fees", 10_000)
    signal = decide(view(0.60, quote("0.48", "0.52"), fee=charged), PARAMS)
    assert signal.edge == pytest.approx(0.60 - 0.49 - 0.0044 - 0.01, abs=2e-4)


@pytest.mark.parametrize(("edge", "kind"), [(0.0501, Signal), (0.0499, Refusal)])
def test_just_below_the_least_edge_is_refused_with_value_and_threshold(edge, kind):
    answer = decide(view(0.49 + 0.01 + edge, quote("0.48", "0.52")), PARAMS)
    assert isinstance(answer, kind)
    if kind is Refusal:
        assert (answer.stage, answer.reason, answer.value, answer.threshold) == ("edge", "no_edge", "0.0499", "0.0500")
        assert answer.seen == "e1"


def test_doubt_as_large_as_the_edge_leaves_nothing():
    answer = decide(view(0.60, quote("0.48", "0.52"), estimate=estimate(0.60, 0.10)), PARAMS)
    assert (answer.reason, answer.value) == ("no_edge", "0.0000")


@pytest.mark.parametrize(
    ("p_yes", "bid", "ask", "reason"),
    [
        (0.95, "0.83", "0.90", None),
        (0.95, "0.84", "0.90", "take_profit_entry_price"),
        (0.30, "0.04", "0.90", None),
        (0.30, "0.03", "0.05", "price_band"),
        (0.80, "0.70", None, "one_sided_book"),
        (0.80, None, "0.70", "one_sided_book"),
    ],
)
def test_prices_that_are_not_worth_entering_at(p_yes, bid, ask, reason):
    answer = decide(view(p_yes, quote(bid, ask)), PARAMS)
    assert (answer.reason if isinstance(answer, Refusal) else None) == reason


def test_with_take_profit_off_dear_outcomes_are_bought_too():
    params = msgspec.structs.replace(PARAMS, below=None)
    assert isinstance(decide(view(0.99, quote("0.89", "0.95")), params), Signal)
    assert (
        decide(view(1.0, quote("0.95", "0.99")), msgspec.structs.replace(params, min_edge=0.01)).reason == "price_band"
    )


@pytest.mark.parametrize(("hours", "kind"), [(48.1, Signal), (48.0, Refusal)])
def test_time_decay_keeps_out_of_the_last_two_days(hours, kind):
    assert isinstance(decide(view(0.60, quote("0.48", "0.52"), hours=hours), PARAMS), kind)
    late = decide(view(0.60, quote("0.48", "0.52"), hours=hours), msgspec.structs.replace(PARAMS, not_within_s=None))
    assert isinstance(late, Signal)


def test_a_decision_is_one_for_each_estimate_and_outcome():
    first, again, other = (
        decide(view(0.60, quote("0.48", ask), estimate=estimate(estimate_id=name)), PARAMS)
        for name, ask in (("e1", "0.52"), ("e1", "0.51"), ("e2", "0.52"))
    )
    expected = decision_id(
        account="sim:test:1", strategy=NAME, ticker="KXCPI-26DEC-T3", outcome=Outcome.YES, bucket="e1"
    )
    assert first.decision_id == again.decision_id == expected
    assert other.decision_id != expected
    assert first.expires_at == NOW + seconds(600)


def test_an_exploratory_estimate_makes_an_exploratory_signal():
    assert decide(view(0.6, quote("0.48", "0.52"), estimate=estimate(exploratory=True)), PARAMS).exploratory
    assert not decide(view(0.6, quote("0.48", "0.52")), PARAMS).exploratory


CENT_PRICES = st.integers(1, 99).map(lambda cents: Price(cents * 100))


@given(CENT_PRICES, CENT_PRICES)
def test_a_resting_price_is_legal_improves_and_never_crosses(one, other):
    bid, ask = min(one, other), max(one, other)
    assume(bid != ask)
    top = Quote(bid, Count(100), ask, Count(100))
    yes, no = (resting_price(top, CENTS, outcome) for outcome in Outcome)
    assert bid <= yes < ask
    assert ask.complement <= no < bid.complement
    assert yes % 100 == no % 100 == 0


@given(st.floats(0.01, 0.99), CENT_PRICES, CENT_PRICES)
def test_a_market_and_its_mirror_are_decided_alike(p_yes, one, other):
    bid, ask = min(one, other), max(one, other)
    assume(bid != ask and abs(p_yes - (bid + ask) / (2 * PAYOUT)) > 1e-6)  # at the middle both sides are as good
    here = Quote(bid, Count(100), ask, Count(100))
    there = Quote(ask.complement, Count(100), bid.complement, Count(100))
    answer, mirrored = decide(view(p_yes, here), PARAMS), decide(view(1 - p_yes, there), PARAMS)
    assert type(answer) is type(mirrored)
    if isinstance(answer, Signal):
        assert (mirrored.outcome, mirrored.price) == (answer.outcome.other, PAYOUT - answer.price)


def test_taking_is_a_decision_of_its_own_at_what_is_offered():
    seen = view(0.60, quote("0.48", "0.52"), estimate=estimate(0.60, 0.02))
    many = Count.parse("100")
    bid, taken = decide(seen, PARAMS), take(seen, PARAMS, Outcome.YES, many)
    assert taken.decision_id not in (bid.decision_id, take(seen, PARAMS, Outcome.NO, many).decision_id)
    assert taken == take(seen, PARAMS, Outcome.YES, many)
    assert (taken.style, taken.price, taken.shown) == ("take", Price.parse("0.52"), Count.parse("25"))
    assert taken.edge == pytest.approx(0.60 - 0.52 - 0.0175)
    no = take(view(0.40, quote("0.48", "0.52")), PARAMS, Outcome.NO, many)
    assert (no.price, no.shown) == (Price.parse("0.48"), Count.parse("40"))
    assert no.edge == pytest.approx(taken.edge)
    assert take(view(0.40, quote(None, "0.52")), PARAMS, Outcome.NO, many) is None


def test_no_more_is_taken_than_was_left():
    seen = view(0.60, quote("0.48", "0.52"), estimate=estimate(0.60, 0.02))
    assert take(seen, PARAMS, Outcome.YES, Count.parse("3.25")).shown == Count.parse("3.25")
