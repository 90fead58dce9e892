import json
import re
from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kalshi_desk.domain.decisions import FairValue
from kalshi_desk.domain.estimate import Estimate
from kalshi_desk.domain.inputs import CryptoInput, FeedAlive, SpotTrade
from kalshi_desk.domain.message import Decoder, encode, snake
from kalshi_desk.domain.units import Cash, IndexPrice, Nanos, Price, Quantity
from kalshi_desk.errors import ParseError
from tests.domain.messages import DECISIONS, ESTIMATES

decode = Decoder(CryptoInput, "crypto.inputs.v1")
TRADE = {
    "kind": "spot_trade",
    "at": "2026-11-21T12:00:00.250000000Z",
    "occurred_at": "2026-11-21T12:00:00.000000001Z",
    "underlying": "BTC",
    "venue": "coinbase",
    "price": "91240.11000000",
    "size": None,
    "trade_id": "7",
}


def without(field):
    return {name: value for name, value in TRADE.items() if name != field}


def test_a_message_has_one_form():
    trade = SpotTrade(
        at=Nanos.parse(TRADE["at"]),
        occurred_at=Nanos.parse(TRADE["occurred_at"]),
        underlying="BTC",
        venue="coinbase",
        price=IndexPrice.parse("91240.11"),
        size=None,
        trade_id="7",
    )
    assert encode(trade) == json.dumps(TRADE, separators=(",", ":")).encode()
    assert decode(encode(trade)) == trade


def test_units_inside_plain_values_are_decimal_strings():
    assert encode({"a": [Price(5_000), Cash(-1)], "p": 0.5}) == b'{"a":["0.5000","-0.000001"],"p":0.5}'


def test_what_has_no_form_is_not_encoded():
    with pytest.raises(NotImplementedError, match="object"):
        encode(object())


def test_unknown_fields_are_ignored_and_types_are_kept():
    trade = decode(json.dumps(TRADE | {"size": "0.5", "new": 1}))
    assert isinstance(trade, SpotTrade)
    assert (type(trade.price), type(trade.size), trade.size) == (IndexPrice, Quantity, 50_000_000)


@pytest.mark.parametrize(
    "payload",
    [
        None,
        b"",
        b"\xff",
        b"{",
        b"[]",
        b'{"kind": "spot_trade"}',
        b"[" * 100_000,
        b'{"kind":"feed_alive","at":' + b"[" * 100_000,
        json.dumps(TRADE | {"kind": "unheard_of"}),
        json.dumps(without("kind")),
        json.dumps(without("price")),
        json.dumps(TRADE | {"price": 91240.11}),
        json.dumps(TRADE | {"price": None}),
        json.dumps(TRADE | {"price": "91240.110000001"}),
        json.dumps(TRADE | {"price": "nan"}),
        json.dumps(TRADE | {"at": 1}),
        json.dumps(TRADE | {"at": "yesterday"}),
    ],
)
def test_what_is_no_message_is_a_parse_error_with_its_source(payload):
    with pytest.raises(ParseError) as caught:
        decode(payload)
    assert caught.value.source == "crypto.inputs.v1"
    assert len(caught.value.payload) <= 400


@given(st.one_of(st.binary(max_size=60), st.recursive(st.none() | st.text(), st.lists).map(json.dumps)))
def test_only_parse_errors_escape(payload):
    with suppress(ParseError):
        decode(payload)


@pytest.mark.parametrize(("name", "kind"), [("IndexValue", "index_value"), ("Fill", "fill"), ("BookLost", "book_lost")])
def test_kinds_are_written_small(name, kind):
    assert snake(name) == kind


def test_messages_do_not_change():
    with pytest.raises(AttributeError):
        FeedAlive(at=Nanos(0), source="x").source = "y"


@pytest.mark.parametrize("kind", [FairValue, Estimate])
@pytest.mark.parametrize(
    ("field", "wrong"),
    [("p_yes", "1.0001"), ("p_yes", "-0.1"), ("p_yes", "null"), ("p_yes", "NaN"), ("p_yes", "1e999"), ("stderr", "-1")],
)
def test_what_is_no_probability_is_no_message(kind, field, wrong):
    text = next(text for message, text in (DECISIONS | ESTIMATES).items() if type(message) is kind)
    found = re.sub(rf'"{field}":[^,]+', f'"{field}":{wrong}', text)
    assert found != text
    with pytest.raises(ParseError):
        Decoder(kind, "a topic")(found)
