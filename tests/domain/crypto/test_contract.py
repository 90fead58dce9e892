import json

import msgspec
import pyarrow as pa
import pytest

from kalshi_desk.domain.crypto.contract import Kind, Rule, Uncompiled, compile_rule
from kalshi_desk.domain.units import IndexPrice
from tests.crypto import up_down


def changed(**fields):
    return compile_rule(msgspec.structs.replace(up_down(), **fields))


def ladder(series, **fields):
    level = fields.pop("level", "above 72749.99")
    text = (
        "If the simple average of the sixty seconds of CF Benchmarks' Bitcoin Real-Time Index (BRTI) before 2 AM EDT "
        f"is {level} at 2 AM EDT on Jul 10, 2026, then the market resolves to Yes."
    )
    return changed(series_ticker=series, rules_primary=text, custom_strike={}, **fields)


def test_an_up_down_market():
    rule = compile_rule(up_down())
    assert isinstance(rule, Rule)
    assert (rule.kind, rule.underlying, rule.low, rule.high) == (Kind.UP_DOWN, "BTC", IndexPrice.parse("64000"), None)
    assert rule.inclusive
    assert rule.digits == 2
    assert rule.strike == IndexPrice.parse("64000")


def test_a_threshold_is_strict_and_not_rounded():
    rule = ladder("KXBTCD", strike_type="greater", floor_strike=IndexPrice.parse("72749.99"))
    assert isinstance(rule, Rule)
    assert (rule.kind, rule.inclusive, rule.digits) == (Kind.THRESHOLD, False, None)


def test_a_band_and_its_tails():
    low, high = IndexPrice.parse("53200"), IndexPrice.parse("53299.99")
    band = ladder("KXBTC", level="between 53200-53299.99", strike_type="between", floor_strike=low, cap_strike=high)
    assert isinstance(band, Rule)
    assert (band.kind, band.low, band.high, band.strike) == (Kind.BAND, low, high, low)
    tail = ladder("KXBTC", level="below 53200", strike_type="less", floor_strike=None, cap_strike=low)
    assert isinstance(tail, Rule)
    assert (tail.low, tail.high, tail.strike) == (None, low, low)


def test_a_strike_to_come_is_no_strike():
    assert changed(floor_strike=None) == Uncompiled("no_strike", "greater_or_equal")
    assert changed(floor_strike=IndexPrice(0)) == Uncompiled("no_strike", "greater_or_equal")


@pytest.mark.parametrize(
    ("low", "high"), [("53200", None), (None, "53299.99"), ("53300", "53200"), ("53200", "53200"), ("0", "53200")]
)
def test_half_a_band_is_no_strike(low, high):
    low, high = (None if level is None else IndexPrice.parse(level) for level in (low, high))
    rule = ladder("KXBTC", level="between", strike_type="between", floor_strike=low, cap_strike=high)
    assert rule == Uncompiled("no_strike", "between")


def test_an_unknown_series_is_refused():
    assert changed(series_ticker="KXBTCMAXY") == Uncompiled("unknown_series", "KXBTCMAXY")


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("the trimmed mean of the sixty CF Benchmarks' BRTI values, average", "trim"),
        ("the maximum of the average of the sixty values of CF Benchmarks' BRTI", "maximum"),
        ("the average of sixty values of the minute series of CF Benchmarks' BRTI", "minute series"),
        ("the price of CF Benchmarks' BRTI", "no average of sixty values"),
        ("the average of the sixty values of CF Benchmarks' ETHUSD_RTI", "no index of BTC"),
        ("the average of the sixty values of another BRTI", "no index of BTC"),
        ("the average of the sixty values of CF Benchmarks' BRTI over CF Benchmarks' ETHUSD_RTI", "no index of BTC"),
        ("", "no average of sixty values"),
    ],
)
def test_text_that_is_not_understood_is_refused(text, found):
    rule = changed(rules_primary=text, rules_secondary="")
    assert isinstance(rule, Uncompiled)
    assert (rule.reason, rule.value.lower()) == ("unparsed_rule", found.lower())


@pytest.mark.parametrize("strike_type", ["greater", "custom", "structured", "between", None])
def test_an_unexpected_comparison_is_refused(strike_type):
    assert changed(strike_type=strike_type) == Uncompiled("unparsed_rule", f"strike type {strike_type}")


@pytest.mark.parametrize(("digits", "read"), [("4", 4), ("", None), ("many", None), ("-2", None)])
def test_digits_are_read_or_unknown(digits, read):
    rule = changed(custom_strike={"round_digits": digits})
    assert isinstance(rule, Rule)
    assert rule.digits is read


@pytest.mark.recording
def test_every_recorded_ladder_market_compiles(recordings_dir):
    files = sorted((recordings_dir / "kalshi_rest_raw_2026-07").glob("crypto_hourly__*.raw.json.zst"))
    assert files
    kinds = set()
    for file in files:
        with pa.input_stream(file, compression="zstd") as stream:
            markets = json.loads(stream.read(), parse_float=str, parse_int=str)
        for ticker, raw in markets.items():
            rule = as_compiled(ticker, raw)
            assert isinstance(rule, Rule), (ticker, rule)
            assert (rule.underlying, rule.inclusive, rule.digits) == ("BTC", False, None)
            kinds.add((raw["strike_type"], rule.low is None, rule.high is None))
    assert kinds == {("between", False, False), ("greater", False, True), ("less", True, False)}


def as_compiled(ticker, raw):
    strikes = {name: raw.get(name) for name in ("floor_strike", "cap_strike")}
    return changed(
        ticker=ticker,
        series_ticker=ticker.partition("-")[0],
        strike_type=raw["strike_type"],
        rules_primary=raw["rules_primary"],
        rules_secondary=raw["rules_secondary"],
        custom_strike={},
        **{name: None if text is None else IndexPrice.parse(text) for name, text in strikes.items()},
    )
