import inspect

import pytest

from kalshi_desk.domain import control
from kalshi_desk.domain.message import Decoder, Message, encode
from kalshi_desk.domain.units import Nanos
from tests.domain.messages import CONTROL


@pytest.mark.parametrize(("message", "text"), CONTROL.items(), ids=lambda value: type(value).__name__)
def test_the_form_is_kept(message, text):
    assert encode(message).decode() == text
    assert Decoder(type(message), "golden")(text) == message


def test_every_kind_is_here():
    classes = [kind for _, kind in inspect.getmembers(control, inspect.isclass)]
    own = [kind for kind in classes if kind.__module__ == control.__name__ and issubclass(kind, Message)]
    assert {type(message) for message in CONTROL} == set(own)


def test_a_switch_of_one_account_has_a_key_of_its_own_and_is_meant_for_no_other():
    at = Nanos.parse("2026-11-21T12:00:00Z")
    every = control.Switch(at=at, name="halt", scope="both", on=True, by="anna", reason="test")
    one = control.Switch(at=at, name="halt", scope="both", on=True, by="anna", reason="test", account="a/second")
    assert (every.key, one.key) == ("halt:both", "halt:both:a/second")
    assert [switch.meant_for("a/second") for switch in (every, one)] == [True, True]
    assert [switch.meant_for("a") for switch in (every, one)] == [True, False]
    assert b"account" not in encode(every)
    assert Decoder(control.Switch, "test")(encode(one)) == one
