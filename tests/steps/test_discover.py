import msgspec

from kalshi_desk.domain.market import Market, MarketStatus
from kalshi_desk.domain.units import NANOS, Nanos
from kalshi_desk.steps.discover import Listed, owner, watch_list

HOUR = 3600 * NANOS
NOW = Nanos(1_000_000 * NANOS)
CRYPTO = ("KXBTC15M",)
MARKET = Market(
    ticker="KXBTC15M-A",
    event_ticker="E",
    series_ticker="KXBTC15M",
    title="t",
    category=None,
    status=MarketStatus.ACTIVE,
    open_time=Nanos(NOW - HOUR),
    close_time=Nanos(NOW + HOUR),
    strike_type=None,
    floor_strike=None,
    cap_strike=None,
    custom_strike={},
    rules_primary="",
    rules_secondary="",
    price_ranges=(),
    fee=None,
    exchange_index=0,
    settlement_timer_s=1,
)


def chosen(*markets: tuple[Market, int]) -> list[str]:
    return [w.ticker for w in watch_list([Listed(m, v) for m, v in markets], crypto_series=CRYPTO, now=NOW)]


def changed(**fields: object) -> Market:
    return msgspec.structs.replace(MARKET, **fields)


def test_each_series_has_one_owner():
    assert owner("KXBTC15M", CRYPTO) == "crypto"
    assert owner("KXHIGHNY", CRYPTO) == "forecast"


def test_crypto_comes_first_by_close_then_the_rest_by_volume():
    weather = changed(ticker="W", series_ticker="KXHIGHNY")
    busy = changed(ticker="B", series_ticker="KXFED")
    later = changed(ticker="KXBTC15M-B", close_time=Nanos(NOW + 2 * HOUR))
    assert chosen((weather, 5), (busy, 9), (later, 0), (MARKET, 0)) == ["KXBTC15M-A", "KXBTC15M-B", "B", "W"]


def test_unopened_markets_are_watched_a_day_ahead_only():
    after = Nanos(NOW + 25 * HOUR)
    tomorrow = changed(status=MarketStatus.INITIALIZED, open_time=Nanos(NOW + 24 * HOUR), close_time=after)
    beyond = changed(ticker="X", open_time=Nanos(NOW + 24 * HOUR + 1), close_time=after)
    assert chosen((tomorrow, 0), (beyond, 0)) == ["KXBTC15M-A"]


def test_closed_and_settled_markets_are_left_out():
    assert chosen((changed(close_time=NOW), 0), (changed(status=MarketStatus.FINALIZED), 0)) == []


def test_a_watch_names_its_owner_and_times():
    (watch,) = watch_list([Listed(MARKET, 0)], crypto_series=(), now=NOW)
    assert (watch.desk, watch.open_time, watch.close_time, watch.at) == (
        "forecast",
        MARKET.open_time,
        MARKET.close_time,
        NOW,
    )
