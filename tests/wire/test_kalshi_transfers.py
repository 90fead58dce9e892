import contextlib
import json

import pytest
from hypothesis import given

from kalshi_desk.domain.transfer import Transfer
from kalshi_desk.domain.units import Cash
from kalshi_desk.errors import ParseError
from kalshi_desk.wire.kalshi_transfers import parse_transfer, transfer_body
from tests.wire.mangle import mangled

ANSWER = '{"transfer_id": "t"}'


def test_a_transfer_in_whole_centicents():
    wish = Transfer(source=0, destination=2, amount=Cash.parse("12.3456"), client_transfer_id="c")
    assert json.loads(transfer_body(wish)) == {
        "source": "event_contract", "destination": "event_contract", "amount": 123_456, "source_exchange_shard": 0,
        "destination_exchange_shard": 2, "client_transfer_id": "c",
    }  # fmt: skip


def test_the_answer():
    assert parse_transfer(ANSWER).transfer_id == "t"
    with pytest.raises(ParseError):
        parse_transfer("{}")


@given(mangled([ANSWER]))
def test_only_parse_errors_escape(text):
    with contextlib.suppress(ParseError):
        parse_transfer(text)
