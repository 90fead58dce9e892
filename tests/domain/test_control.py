import inspect

import pytest

from kalshi_desk.domain import control
from kalshi_desk.domain.message import Decoder, Message, encode
from tests.domain.messages import CONTROL


@pytest.mark.parametrize(("message", "text"), CONTROL.items(), ids=lambda value: type(value).__name__)
def test_the_form_is_kept(message, text):
    assert encode(message).decode() == text
    assert Decoder(type(message), "golden")(text) == message


def test_every_kind_is_here():
    classes = [kind for _, kind in inspect.getmembers(control, inspect.isclass)]
    own = [kind for kind in classes if kind.__module__ == control.__name__ and issubclass(kind, Message)]
    assert {type(message) for message in CONTROL} == set(own)
