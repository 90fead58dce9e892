import msgspec
import pytest

from kalshi_desk.domain.units import IndexPrice, Nanos, Price
from kalshi_desk.errors import ParseError
from kalshi_desk.wire.decode import Millis, Multiplier, Strict, UnixSeconds, text_of


class Example(msgspec.Struct):
    price: Price | None = None
    strike: IndexPrice | None = None
    multiplier: Multiplier | None = None
    at: Nanos | None = None
    ms: Millis | None = None
    ts: UnixSeconds | None = None


read = Strict(Example, "example")


def test_numbers_keep_their_digits():
    assert read('{"strike": 91234.56}').strike == IndexPrice.parse("91234.56")
    assert read('{"strike": 91234}').strike == IndexPrice.parse("91234")
    assert read('{"strike": "0.1"}').strike == IndexPrice.parse("0.1")
    assert read('{"strike": 9.007199254740993e7}').strike == IndexPrice.parse("90071992.54740993")
    assert read('{"multiplier": 0.5}').multiplier == 5_000


def test_instants():
    noon = Nanos.parse("2026-11-21T12:00:00Z")
    assert read('{"at": "2026-11-21T12:00:00Z"}').at == noon
    assert read('{"ms": 1795262400000}').ms == noon
    assert read('{"ts": 1795262400}').ts == noon


@pytest.mark.parametrize(
    "text",
    [
        '{"price": 0.5}', '{"price": 50}', '{"price": true}', '{"price": {}}', '{"strike": true}', '{"strike": 1e400}',
        '{"strike": ' + "9" * 60 + "}", '{"at": 1795262400000}', '{"ms": "1795262400000"}', '{"ms": 1795262400}',
        '{"ts": 1795262400000}', '{"at": "1969-12-31T00:00:00Z"}', "[]", "", "{", '{"price": NaN}', "[" * 5_000,
    ],
)  # fmt: skip
def test_everything_else_is_a_parse_error(text):
    with pytest.raises(ParseError):
        read(text)


def test_bytes_that_are_no_text():
    with pytest.raises(ParseError):
        read(b"\xff\xfe")


def test_text_of_is_short():
    assert text_of(b"\xff" + b"a" * 900) == "\ufffd" + "a" * 399
    assert text_of("a" * 900) == "a" * 400
