import msgspec
import pytest

from kalshi_desk.domain.market import FeeSchedule, Market, MarketStatus, Quote
from kalshi_desk.domain.units import NANOS, Count, Nanos, Price
from kalshi_desk.steps.discover import Candidate, Filters, Listed, choose, is_parlay, judge, owner

HOUR = 3600 * NANOS
DAY = 24 * HOUR
NOW = Nanos(1_000_000 * NANOS)
FILTERS = Filters(
    crypto_series=("KXBTC15M",),
    min_volume_24h=Count(20_00),
    min_open_interest=Count(50_00),
    max_spread=Price(1000),
    min_to_close_ns=DAY,
    max_to_close_ns=30 * DAY,
    denied=frozenset({"sports"}),
)
WEATHER = Market(
    ticker="W",
    event_ticker="KXHIGHNY-E",
    series_ticker="KXHIGHNY",
    title="t",
    category="Climate and Weather",
    status=MarketStatus.ACTIVE,
    open_time=Nanos(NOW - HOUR),
    close_time=Nanos(NOW + 3 * DAY),
    strike_type=None,
    floor_strike=None,
    cap_strike=None,
    custom_strike={},
    rules_primary="",
    rules_secondary="",
    price_ranges=(),
    fee=FeeSchedule("quadratic", 10_000),
    exchange_index=0,
    settlement_timer_s=1,
)
QUOTE = Quote(Price(4500), Count(100), Price(4700), Count(100))


def listed(*, volume: int = 500_00, interest: int = 900_00, quote: Quote = QUOTE, **fields: object) -> Listed:
    market = msgspec.structs.replace(WEATHER, **fields)
    return Listed(market, quote, Count(volume), Count(volume), Count(interest))


def judged(entry: Listed, held: tuple[str, ...] = (), filters: Filters = FILTERS) -> Candidate:
    return judge(entry, filters=filters, held=held, now=NOW)


def coin(ticker: str, hours: float = 1) -> Listed:
    close = Nanos(NOW + round(hours * HOUR))
    return listed(ticker=ticker, series_ticker="KXBTC15M", close_time=close, volume=0, interest=0)


def test_each_series_has_one_owner():
    assert owner("KXBTC15M", FILTERS.crypto_series) == "crypto"
    assert owner("KXHIGHNY", FILTERS.crypto_series) == "forecast"


@pytest.mark.parametrize(
    ("entry", "reason"),
    [
        (listed(), None),
        (listed(status=MarketStatus.FINALIZED), "closed"),
        (listed(close_time=NOW), "closed"),
        (listed(open_time=Nanos(NOW + DAY + 1)), "not_open_yet"),
        (listed(open_time=Nanos(NOW + DAY), status=MarketStatus.INITIALIZED), None),
        (listed(series_ticker="KXMVESPORTS"), "parlay"),
        (listed(event_ticker="KXMVENBA-1"), "parlay"),
        (listed(category="Sports"), "category_denied"),
        (listed(close_time=Nanos(NOW + DAY - 1)), "closes_too_soon"),
        (listed(close_time=Nanos(NOW + DAY)), None),
        (listed(close_time=Nanos(NOW + 30 * DAY + 1)), "closes_too_late"),
        (listed(volume=19_99), "thin_volume"),
        (listed(volume=20_00), None),
        (listed(interest=49_99), "thin_open_interest"),
        (listed(quote=Quote(None, Count(0), Price(4700), Count(1))), "one_sided_quote"),
        (listed(quote=Quote(Price(4000), Count(1), Price(5001), Count(1))), "wide_spread"),
        (listed(quote=Quote(Price(4000), Count(1), Price(5000), Count(1))), None),
        (listed(fee=None), "unknown_fee"),
        (listed(fee=FeeSchedule("flat", 10_000)), "unknown_fee"),
    ],
)
def test_a_market_is_refused_with_its_first_reason(entry, reason):
    assert judged(entry).reason == reason


def test_an_allow_list_shuts_out_every_other_category_and_those_without_one():
    filters = Filters(**{**vars(FILTERS), "allowed": frozenset({"climate and weather"})})
    assert judged(listed(), filters=filters).reason is None
    assert judged(listed(category="Politics"), filters=filters).reason == "category_not_allowed"
    assert judged(listed(category=None), filters=filters).reason == "category_not_allowed"


def test_a_custom_strike_of_several_markets_is_a_parlay():
    several = {"Associated Markets": "KXA-1,KXB-2"}
    assert is_parlay(listed(custom_strike=several).market)
    assert not is_parlay(listed(custom_strike={"Associated Markets": "KXA-1"}).market)
    assert not is_parlay(listed(custom_strike={"round_digits": "2"}).market)


def test_what_is_held_stays_whatever_the_filters_say_until_it_closes():
    assert judged(listed(volume=0, category="Sports"), held=("W",)).reason is None
    assert judged(listed(close_time=NOW), held=("W",)).reason == "closed"


def test_crypto_markets_are_neither_filtered_nor_scored():
    candidate = judged(coin("KXBTC15M-A"))
    assert (candidate.reason, candidate.score, candidate.watch.desk) == (None, None, "crypto")


def test_crypto_comes_first_by_close_then_what_is_held_then_the_best():
    found = [
        judged(listed(ticker="GOOD")),
        judged(listed(ticker="BETTER", volume=5000_00)),
        judged(listed(ticker="HELD", volume=0), held=("HELD",)),
        judged(coin("KXBTC15M-B", hours=2)),
        judged(coin("KXBTC15M-A")),
        judged(listed(ticker="OUT", category="sports")),
    ]
    choice = choose(found, size=2)
    assert [c.watch.ticker for c in choice.watched] == ["KXBTC15M-A", "KXBTC15M-B", "HELD", "BETTER"]
    assert [c.watch.ticker for c in choice.bench] == ["GOOD"]


def test_more_held_than_the_list_is_long_are_all_watched():
    held = ("A", "B", "C")
    found = [judged(listed(ticker=ticker), held=held) for ticker in (*held, "D")]
    assert [c.watch.ticker for c in choose(found, size=1).watched] == ["A", "B", "C"]


def test_a_watch_names_its_owner_and_times():
    watch = judged(listed()).watch
    assert (watch.desk, watch.open_time, watch.close_time, watch.at) == (
        "forecast",
        WEATHER.open_time,
        WEATHER.close_time,
        NOW,
    )
