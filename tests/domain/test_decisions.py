import inspect

import pytest

from kalshi_desk.domain import decisions
from kalshi_desk.domain.decisions import decision_id, event_bucket
from kalshi_desk.domain.market import Outcome
from kalshi_desk.domain.message import Decoder, Message, encode
from kalshi_desk.domain.units import Nanos
from tests.domain.messages import DECISIONS


@pytest.mark.parametrize(("message", "text"), DECISIONS.items(), ids=lambda value: type(value).__name__)
def test_the_form_is_kept(message, text):
    assert encode(message).decode() == text
    assert Decoder(type(message), "golden")(text) == message


def test_every_kind_is_here():
    classes = [kind for _, kind in inspect.getmembers(decisions, inspect.isclass)]
    own = [kind for kind in classes if kind.__module__ == decisions.__name__ and issubclass(kind, Message)]
    assert {type(message) for message in DECISIONS} == set(own)


def identity(**changed):
    parts = {"account": "a", "strategy": "s", "ticker": "T", "outcome": Outcome.YES, "bucket": "1"}
    return decision_id(**parts | changed)


def test_a_decision_has_one_identity():
    assert identity() == identity() == "cce22cab2b2dcfe575c64c0a6e84f268"
    changed = [{"account": "b"}, {"strategy": "t"}, {"ticker": "U"}, {"outcome": Outcome.NO}, {"bucket": "2"}]
    assert len({identity(), *(identity(**change) for change in changed)}) == 6


def test_a_bucket_is_ten_seconds_of_event_time():
    assert event_bucket(Nanos(9_999_999_999)) == "0"
    assert event_bucket(Nanos(10_000_000_000)) == "1"
    assert event_bucket(Nanos(10_000_000_000), width_s=5) == "2"
