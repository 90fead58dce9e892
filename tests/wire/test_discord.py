import pytest

from kalshi_desk.domain.control import Alert
from kalshi_desk.domain.units import Nanos
from kalshi_desk.venue_double.webhook_routes import check
from kalshi_desk.wire.discord import messages, retry_after

AT = Nanos.parse("2026-11-21T12:00:00.5Z")


def alert(**changes):
    told = {"at": AT, "app": "batch", "severity": "critical", "subject": "wrong", "text": "why and what to do"}
    return Alert(**told | changes)


def test_an_alert_is_an_embed_that_can_call_nobody():
    (message,) = messages([alert(text="@everyone look")], footer="paper · sim:synthetic:7")
    assert message["allowed_mentions"] == {"parse": []}
    (embed,) = message["embeds"]
    assert (embed["title"], embed["description"]) == ("critical: wrong", "@everyone look")
    assert (embed["timestamp"], embed["footer"]) == ("2026-11-21T12:00:00Z", {"text": "paper · sim:synthetic:7"})


@pytest.mark.parametrize(
    "alerts",
    [
        [alert()] * 11,
        [alert(text="x" * 9_000)],
        [alert(text="x" * 2_900)] * 3,
        [alert(subject="x" * 900, text="y" * 5_000)] * 2,
    ],
)
def test_every_alert_is_told_within_the_limits(alerts):
    told = messages(alerts, footer="f" * 3_000)
    assert sum(len(message["embeds"]) for message in told) == len(alerts)
    for message in told:
        check(message)
        for embed in message["embeds"]:
            assert len(embed["title"]) <= 256
            assert len(embed["description"]) <= 4_096


def test_messages_are_as_few_as_they_fit():
    assert [len(message["embeds"]) for message in messages([alert(text="x" * 2_900)] * 3, footer="paper")] == [2, 1]
    assert [len(message["embeds"]) for message in messages([alert()] * 11, footer="paper")] == [10, 1]


def test_the_wait_of_a_429_is_its_own():
    assert retry_after(b'{"message":"slow","retry_after":0.42,"global":false}') == 0.42
    assert retry_after(b"<html>") is None
