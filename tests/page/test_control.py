import pytest

from kalshi_desk.domain.control import Switch
from kalshi_desk.page.control import Refused, known_host, same_origin, switches
from tests.page import sample

FORM = {"token": "t", "action": "pause", "scope": "crypto", "reason": " news "}


KNOWN = {
    (name, scope): Switch(at=sample.NOW, name=name, scope=scope, on=on, by="cli", reason="r")
    for name, scope, on in [("pause", "crypto", True), ("halt", "both", True), ("flatten", "forecast", False)]
}


def thrown(**changes):
    return switches(FORM | changes, KNOWN, token="t", now=sample.NOW)


def test_pause():
    (flatten,) = thrown(action="flatten", scope="both")
    assert (flatten.name, flatten.scope, flatten.on) == ("flatten", "both", True)
    (switch,) = thrown()
    assert (switch.name, switch.scope, switch.on, switch.reason, switch.by, switch.at) == (
        "pause", "crypto", True, "news", "page", sample.NOW,
    )  # fmt: skip


def test_resume_ends_what_is_on():
    ended = thrown(action="resume", scope="both")
    assert [(switch.name, switch.scope, switch.on) for switch in ended] == [
        ("halt", "both", False), ("pause", "crypto", False),
    ]  # fmt: skip
    assert [(switch.name, switch.scope) for switch in thrown(action="resume")] == [("pause", "crypto")]
    with pytest.raises(Refused, match="nothing"):
        thrown(action="resume", scope="forecast")


@pytest.mark.parametrize(
    "changes",
    [
        {"token": "x"}, {"token": "\u00e9"}, {"action": "sell"}, {"scope": "all"}, {"reason": "  "},
        {"reason": "x" * 201}, {"reason": "a\nb"},
    ],
)  # fmt: skip
def test_refused(changes):
    with pytest.raises(Refused):
        thrown(**changes)


def test_without_a_clock():
    with pytest.raises(Refused, match="clock"):
        switches(FORM, KNOWN, token="t", now=None)


@pytest.mark.parametrize(
    ("headers", "ours"),
    [
        ({"Origin": "http://localhost:8080", "Host": "localhost:8080"}, True),
        ({"Origin": "http://localhost:8080", "Host": "localhost:8080", "Sec-Fetch-Site": "same-origin"}, True),
        ({"Origin": "http://localhost:9999", "Host": "localhost:8080"}, False),
        ({"Origin": "null", "Host": "localhost:8080"}, False),
        ({"Host": "localhost:8080"}, False),
        ({"Origin": "http://localhost:8080", "Host": "localhost:8080", "Sec-Fetch-Site": "cross-site"}, False),
    ],
)
def test_same_origin(headers, ours):
    assert same_origin(headers) is ours


@pytest.mark.parametrize(
    ("host", "ours"), [("localhost:8080", True), ("127.0.0.1", True), ("evil.test:8080", False), ("", False)]
)
def test_known_host(host, ours):
    assert known_host(host, frozenset({"localhost", "127.0.0.1"})) is ours
