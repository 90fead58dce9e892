import msgspec
from hypothesis import given
from hypothesis import strategies as st

from kalshi_desk.domain.units import Nanos
from kalshi_desk.steps.base_rates import BaseRate, Settled, base_rates
from tests.steps.test_discover import NOW, WEATHER


def settled(ticker: str, result: str, at: int = NOW, **fields: object) -> Settled:
    return Settled(msgspec.structs.replace(WEATHER, ticker=ticker, result=result, **fields), Nanos(at))


def test_yes_is_counted_by_category_and_by_series():
    found = base_rates(
        [settled("A", "yes"), settled("B", "no"), settled("C", "no", series_ticker="KXRAIN")],
        now=NOW,
    )
    assert found == [
        BaseRate("category", "Climate and Weather", 3, 1),
        BaseRate("series", "KXHIGHNY", 2, 1),
        BaseRate("series", "KXRAIN", 1, 0),
    ]


def test_what_settled_later_is_not_known_yet():
    assert base_rates([settled("A", "yes", at=NOW + 1)], now=NOW) == []


def test_parlays_scalar_results_and_unknown_categories_tell_nothing():
    parlay = settled("A", "yes", series_ticker="KXMVESPORTS")
    assert base_rates([parlay, settled("B", "scalar"), settled("C", "")], now=NOW) == []
    assert base_rates([settled("D", "no", category=None)], now=NOW) == [BaseRate("series", "KXHIGHNY", 1, 0)]


@given(st.lists(st.sampled_from(["yes", "no"]), max_size=20))
def test_a_market_listed_twice_counts_once(results):
    markets = [settled(f"T{number}", result) for number, result in enumerate(results)]
    assert base_rates(markets * 2, now=NOW) == base_rates(markets, now=NOW)
    for rate in base_rates(markets, now=NOW):
        assert (rate.markets, rate.yes) == (len(results), results.count("yes"))
