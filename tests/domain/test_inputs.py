import inspect

import pytest

from kalshi_desk.domain import inputs
from kalshi_desk.domain.inputs import CryptoInput, TradingStatus
from kalshi_desk.domain.message import Decoder, Message, encode
from tests.domain.messages import AT, DEFINED, INPUTS, MARKET


@pytest.mark.parametrize(("message", "text"), INPUTS.items(), ids=lambda value: type(value).__name__)
def test_the_form_is_kept(message, text):
    assert encode(message).decode() == text
    assert Decoder(type(message), "golden")(text) == message


def test_every_kind_is_here():
    classes = [kind for _, kind in inspect.getmembers(inputs, inspect.isclass)]
    own = [kind for kind in classes if kind.__module__ == inputs.__name__ and issubclass(kind, Message)]
    assert {type(message) for message in (*INPUTS, DEFINED[0])} == set(own)


def test_a_definition_carries_the_whole_market():
    message, text = DEFINED
    assert encode(message).decode() == text
    assert Decoder(CryptoInput, "golden")(text) == message
    assert (message.ticker, message.market) == ("T", MARKET)


def test_a_shard_that_is_named_speaks_for_itself():
    for trading in (True, False):
        told = TradingStatus(at=AT, trading=trading, shards=((2, False), (3, True)))
        assert [told.takes_orders(shard) for shard in (2, 3, 0)] == [False, True, trading]
