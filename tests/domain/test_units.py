from contextlib import suppress
from datetime import UTC, datetime, timedelta, timezone
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kalshi_desk.domain.units import (
    NANOS,
    PAYOUT,
    Cash,
    Count,
    IndexPrice,
    Nanos,
    Price,
    Quantity,
    cash_of,
    seconds,
)
from kalshi_desk.errors import UnitError

units = st.sampled_from([Price, Count, Cash, IndexPrice, Quantity])
amounts = st.integers(-(10**15), 10**15)


@given(units, amounts)
def test_text_holds_a_unit_exactly(unit, amount):
    value = unit(amount)
    assert unit.parse(str(value)) == value
    assert Decimal(str(value)) == Decimal(amount).scaleb(-unit.DECIMALS)


@given(units, amounts)
def test_an_exponent_says_the_same(unit, amount):
    assert unit.parse(f"{amount}e-{unit.DECIMALS}") == amount
    assert unit.parse(f"{abs(amount)}.0E-{unit.DECIMALS}") == abs(amount)


@pytest.mark.parametrize(
    ("text", "amount"),
    [
        ("0.5600", 5600),
        ("0.56", 5600),
        ("1", 10000),
        ("-0.01", -100),
        ("1.", 10000),
        ("0.56000000", 5600),
        ("5e-3", 50),
        ("1.2E1", 120000),
        ("120e-2", 12000),
    ],
)
def test_the_forms_that_sources_send(text, amount):
    assert Price.parse(text) == amount


@pytest.mark.parametrize(
    "text",
    [
        "",
        " 1",
        "1 ",
        "1\n",
        "+1",
        ".5",
        "1,5",
        "1_0",
        "nan",
        "inf",
        "-",
        "0x1",
        "٣",
        "1e",
        "1e400",
        "9" * 5000,
        "0.12345",
        "1e-5",
        "1.5e-4",
    ],
)
def test_what_is_no_exact_number_is_refused(text):
    with pytest.raises(UnitError, match="Price"):
        Price.parse(text)


@given(st.text(max_size=12))
def test_only_unit_errors_escape(text):
    for unit in (Cash, Nanos):
        with suppress(UnitError):
            unit.parse(text)


def test_every_price_has_its_complement():
    assert Price.parse("0.43").complement == Price.parse("0.57")
    assert all(Price(p).complement + p == PAYOUT for p in range(10_001))


@given(st.integers(0, 10_000).map(Price), st.integers(0, 10**9).map(Count))
def test_price_times_count_is_exact(price, count):
    assert Decimal(str(cash_of(price, count))) == Decimal(str(price)) * Decimal(str(count))


def test_a_number_crosses_into_model_space():
    assert Price.parse("0.57").number == 0.57
    assert Count.parse("-2.5").number == -2.5


def test_a_unit_names_itself():
    assert repr(Price(5_700)) == "Price(0.5700)"
    assert repr(Nanos(0)) == "Nanos(1970-01-01T00:00:00.000000000Z)"


@given(st.integers(-(10**18), 10**19).map(Nanos))
def test_an_instant_keeps_its_nanoseconds(instant):
    assert Nanos.parse(str(instant)) == instant


@pytest.mark.parametrize(
    "text",
    ["2026-11-21T12:00:00Z", "2026-11-21T12:00Z", "2026-11-21T07:00:00-05:00", "2026-11-21T07:00:00.000-0500"],
)
def test_zones_are_respected(text):
    assert str(Nanos.parse(text)) == "2026-11-21T12:00:00.000000000Z"


@pytest.mark.parametrize(
    "text",
    [
        "2026-11-21T12:00:00",
        "2026-11-21",
        "2026-13-01T00:00:00Z",
        "2026-11-21T25:00:00Z",
        "2026-11-21 12:00:00Z",
        "0",
        "2026-11-21T12:00:00.1234567891Z",
        "9999-12-31T23:59:59-12:00",
        "0001-01-01T00:00:00+12:00",
    ],
)
def test_an_instant_without_zone_or_sense_is_refused(text):
    with pytest.raises(UnitError, match="Nanos"):
        Nanos.parse(text)


@given(st.datetimes(timezones=st.just(timezone(timedelta(hours=-5)))))
def test_a_datetime_converts_both_ways(moment):
    assert Nanos.of(moment).datetime() == moment
    assert Nanos.of(moment).datetime().tzinfo is UTC


def test_nanoseconds_below_a_microsecond_are_cut():
    assert Nanos(1_999).datetime() == datetime(1970, 1, 1, 0, 0, 0, 1, tzinfo=UTC)


def test_durations_are_nanoseconds():
    assert seconds(2.5) == 5 * NANOS // 2
