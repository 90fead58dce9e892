import msgspec

from kalshi_desk.domain.crypto.contract import Rule, compile_rule
from kalshi_desk.domain.units import IndexPrice, Nanos
from kalshi_desk.simulation.listings import ladder, underlying_of, up_down, up_down_ticker

CLOSE = Nanos.parse("2026-11-21T14:30:00Z")


def test_tickers_carry_new_york_time():
    assert up_down_ticker("BTC", CLOSE) == "KXBTC15M-26NOV210930-30"
    assert up_down_ticker("ETH", Nanos.parse("2026-08-17T05:00:00Z")) == "KXETH15M-26AUG170100-00"


def test_coins_are_read_from_tickers():
    assert underlying_of("KXBTC15M-26NOV210930-30") == "BTC"
    assert underlying_of("KXETHD-26NOV2110-T3049.99") == "ETH"


def test_the_desk_understands_the_rules():
    market = up_down("KXBTC15M-26NOV210930-30", Nanos(CLOSE - 900 * 10**9), CLOSE)
    rule = compile_rule(msgspec.structs.replace(market, floor_strike=IndexPrice(1)))
    assert isinstance(rule, Rule)
    assert (rule.inclusive, rule.digits) == (True, 2)
    assert all(isinstance(compile_rule(rung), Rule) for rung in ladder("ETH", CLOSE, spot=IndexPrice.parse("3052")))


def test_a_ladder_stands_around_the_spot_a_cent_below_round_levels():
    rungs = ladder("BTC", Nanos.parse("2026-11-21T15:00:00Z"), spot=IndexPrice.parse("91100"))
    assert [rung.ticker.rpartition("-T")[2] for rung in rungs] == [
        "90499.99", "90749.99", "90999.99", "91249.99", "91499.99",
    ]  # fmt: skip
    assert rungs[0].ticker == "KXBTCD-26NOV2110-T90499.99"
    assert rungs[0].close_time - rungs[0].open_time == 3_600 * 10**9
