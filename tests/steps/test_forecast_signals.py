import msgspec
import pytest

from kalshi_desk.domain.decisions import Refusal, Signal
from kalshi_desk.domain.market import MarketStatus, Outcome, Quote
from kalshi_desk.domain.units import Count, Nanos, Price, seconds
from kalshi_desk.steps.correlate import Stake
from kalshi_desk.steps.forecast_signals import Candidate, SignalParams, form, signals_of, spread_out, strategy_params
from tests.steps.desk import TRADED, limits, market
from tests.strategies.test_forecast_edge import CENTS, NOW, PARAMS, estimate

LISTED = market(
    "KXCPI-26DEC-T3", open_time=Nanos(NOW - 1), close_time=Nanos(NOW + seconds(864_000)), price_ranges=CENTS
)
QUOTE = Quote(Price.parse("0.48"), Count(100), Price.parse("0.52"), Count(100))
GIVEN = SignalParams(strategy=PARAMS, on=True, blocked=(), quote_age_s=1_800.0)


def candidate(p_yes=0.70, **changes):
    base = {"estimate": estimate(p_yes), "market": LISTED, "quote": QUOTE, "quoted_at": NOW}
    return Candidate(**base | changes)


def answer(given=GIVEN, **changes):
    (found,) = form([candidate(**changes)], now=NOW, params=given)
    return found


def test_an_estimate_with_edge_is_a_signal():
    found = answer()
    assert isinstance(found, Signal)
    assert signals_of([found, answer(p_yes=0.5)]) == [found]


@pytest.mark.parametrize(
    ("changes", "stage", "reason", "value"),
    [
        ({"p_yes": 0.5}, "edge", "no_edge", "0.0000"),
        ({"market": None}, "price", "market_unknown", "none"),
        ({"market": msgspec.structs.replace(LISTED, status=MarketStatus.CLOSED)}, "price", "market_not_open", "closed"),
        ({"market": msgspec.structs.replace(LISTED, fee=None)}, "price", "fee_unknown", "none"),
        ({"quote": None, "quoted_at": None}, "price", "stale_quote", "none"),
        ({"quoted_at": Nanos(NOW - seconds(1_801))}, "price", "stale_quote", "1801"),
    ],
)
def test_what_cannot_be_judged_says_why(changes, stage, reason, value):
    found = answer(**changes)
    assert (found.stage, found.reason, found.value, found.seen) == (stage, reason, value, "e1")


def test_a_strategy_that_is_off_and_failed_checks_stop_all():
    off = answer(msgspec.structs.replace(GIVEN, on=False))
    failed = answer(msgspec.structs.replace(GIVEN, blocked=("estimates: p_in_range", "markets: fresh")))
    assert (off.reason, failed.reason) == ("strategy_off", "quality_failed")
    assert failed.value == "estimates: p_in_range; markets: fresh"


def test_exits_that_are_on_keep_entries_out_where_they_would_fire():
    on = strategy_params(limits().forecast, selection=0.01, life_s=600)
    none = msgspec.structs.replace(limits().forecast, exits=frozenset(TRADED) - {"take_profit", "time_decay"})
    off = strategy_params(none, selection=0.01, life_s=600)
    assert on == PARAMS
    assert (off.below, off.not_within_s) == (None, None)


def signal(ticker, outcome=Outcome.YES, edge=0.1):
    found = answer(estimate=estimate(ticker=ticker, estimate_id=ticker))
    return msgspec.structs.replace(found, outcome=outcome, edge_adj=edge)


KNOWN = {("A", "B"): 0.8, ("B", "C"): 0.1, ("A", "C"): -0.9}


def test_of_two_that_are_alike_the_better_goes_and_the_order_stays():
    answers = spread_out([signal("A", edge=0.06), signal("B", edge=0.09), signal("C")], [], KNOWN, limit=0.7)
    assert [type(each) for each in answers] == [Refusal, Signal, Signal]
    assert (answers[0].stage, answers[0].reason, answers[0].value) == ("correlation", "too_correlated", "B 0.80")
    assert answers[0].decision_id == signal("A").decision_id
    assert [each.cluster for each in answers[1:]] == [("A", "C"), ("A", "B")]


def test_what_is_held_comes_first_and_hedges_pass():
    held = [Stake("B", Outcome.YES)]
    assert isinstance(spread_out([signal("A")], held, KNOWN, limit=0.7)[0], Refusal)
    assert isinstance(spread_out([signal("A", Outcome.NO)], held, KNOWN, limit=0.7)[0], Signal)
    assert isinstance(spread_out([signal("A", Outcome.NO)], [Stake("C", Outcome.YES)], KNOWN, limit=0.7)[0], Refusal)


def test_refusals_pass_through():
    refused = answer(p_yes=0.5)
    assert spread_out([refused], [Stake("B", Outcome.YES)], KNOWN, limit=0.7) == [refused]
