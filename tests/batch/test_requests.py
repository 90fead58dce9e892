import pytest

from kalshi_desk.batch.requests import wish
from kalshi_desk.domain.control import EstimateRequest
from kalshi_desk.domain.message import encode
from kalshi_desk.domain.units import Nanos

REQUEST = EstimateRequest(at=Nanos.parse("2026-11-21T12:00:00Z"), ticker="KXFED-26DEC-T4", reason="moved")


class Record:
    def __init__(self, value):
        self._value = value

    def value(self):
        return self._value


def test_a_request_wakes_the_estimation():
    assert wish(Record(encode(REQUEST))) == {"ticker": "KXFED-26DEC-T4", "reason": "moved"}


@pytest.mark.parametrize("value", [None, b"", b"{", b'{"kind":"alert"}'])
def test_anything_else_wakes_nobody(value):
    assert wish(Record(value)) is None
