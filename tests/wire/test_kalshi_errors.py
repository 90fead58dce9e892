import pytest
from hypothesis import given
from hypothesis import strategies as st

from kalshi_desk.wire.kalshi_errors import UNREADABLE, Fault, definite, parse_fault
from tests.wire.mangle import mangled

NESTED = '{"error": {"code": "insufficient_balance", "message": "no money", "details": "shard 2"}}'
FLAT = '{"code": "bad_request", "message": "bad request", "details": "cannot unmarshal number"}'
QUERY = '{"msg": "limit too high"}'
PLAIN = '{"error": "too many requests"}'


@pytest.mark.parametrize(
    ("body", "fault"),
    [
        (NESTED, Fault("insufficient_balance", "no money: shard 2")),
        (FLAT, Fault("bad_request", "bad request: cannot unmarshal number")),
        (QUERY, Fault("bad_request", "limit too high")),
        (PLAIN, Fault("too_many_requests", "")),
        ("<html>Bad gateway</html>", Fault(UNREADABLE, "<html>Bad gateway</html>")),
        ("[]", Fault(UNREADABLE, "[]")),
        ("{}", Fault(UNREADABLE, "{}")),
    ],
)
def test_the_shapes(body, fault):
    assert parse_fault(body.encode()) == fault


def test_definite_is_a_4xx_that_says_why():
    known, unread = Fault("not_found", ""), Fault(UNREADABLE, "")
    assert definite(404, known)
    assert definite(409, known)
    assert not definite(404, unread)
    assert not definite(500, known)
    assert not definite(408, known)


@given(st.one_of(st.binary(max_size=50), mangled([NESTED, FLAT, QUERY, PLAIN]).map(str.encode)))
def test_never_raises(body):
    assert isinstance(parse_fault(body), Fault)
