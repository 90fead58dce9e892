from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given

from kalshi_desk.domain.news import Observation
from kalshi_desk.domain.units import Nanos
from kalshi_desk.errors import ParseError
from kalshi_desk.wire import fred
from tests.wire import news_frames
from tests.wire.mangle import mangled


def test_values_with_their_vintages():
    values = fred.parse(news_frames.FRED, series_id="UNRATE")
    assert values[0] == Observation(
        series_id="UNRATE", date=date(2026, 10, 1), value=Decimal("3.88"),
        vintage_at=Nanos.parse("2026-11-02T00:00:00Z"),
    )  # fmt: skip
    assert [str(each.value) for each in values[1:3]] == ["4.1", "4.22"]
    assert values[1].vintage_at < values[2].vintage_at


def test_a_point_is_a_missing_number_and_not_zero():
    assert fred.parse(news_frames.FRED, series_id="UNRATE")[3].value is None


@pytest.mark.parametrize("value", ["", "..", "NaN", "Infinity", "1e9", "3,88", "0x1", "\uff19"])
def test_any_other_text_is_no_number(value):
    with pytest.raises(ParseError):
        fred.parse(news_frames.fred(("2026-11-02", "2026-10-01", value)), series_id="UNRATE")


@pytest.mark.parametrize("body", [b"<?xml version='1.0'?><observations/>", b'{"error_code":400,"error_message":"m"}'])
def test_xml_and_errors_are_no_answers(body):
    with pytest.raises(ParseError):
        fred.parse(body, series_id="UNRATE")


def test_a_refusal_is_its_number():
    assert fred.refusal(b'{"error_code":400,"error_message":"key abc is not registered"}') == "400"
    assert fred.refusal(b"<html>") == ""


@given(mangled([news_frames.FRED.decode()]))
def test_fuzz(text):
    try:
        values = fred.parse(text.encode("utf-8", "surrogatepass"), series_id="UNRATE")
    except ParseError:
        return
    assert all(each.value is None or each.value.is_finite() for each in values)
