import msgspec
import pytest

from kalshi_desk.domain.message import encode
from kalshi_desk.errors import ParseError
from kalshi_desk.replay.topics import TOPIC, replay_topics
from kalshi_desk.steps.crypto_signals import CryptoState, reduce
from tests.crypto import params
from tests.steps.test_crypto_signals import scripted


def line(offset, value, partition=0, topic=TOPIC):
    return msgspec.json.encode(
        {
            "topic": topic,
            "partition": partition,
            "offset": offset,
            "timestamp": "2026-05-13T16:00:00.000000000Z",
            "key": "BTC",
            "value": msgspec.Raw(value),
        }
    )


def exported(partition=0):
    return [line(offset, encode(message), partition) for offset, message in enumerate(scripted())]


def replayed(lines):
    dead = []
    found = list(replay_topics(lines, params=params(), passed_over=dead.append))
    return [encode(one) for one in found], dead


def live():
    state = CryptoState()
    return [
        encode(one)
        for offset, message in enumerate(scripted())
        for one in reduce(state, message, params=params(), seen=str(offset))
    ]


def test_says_byte_for_byte_what_the_reducer_said():
    found, dead = replayed(exported())
    assert found == live()
    assert dead == []


def test_partitions_have_states_of_their_own_and_merge_by_event_time():
    both, dead = replayed([*exported(0), *exported(1)])
    assert sorted(both) == sorted(live() * 2)
    times = [msgspec.json.decode(one)["at"] for one in both]
    assert times == sorted(times)
    assert dead == []


def test_a_record_seen_twice_counts_once():
    lines = exported()
    assert replayed([*lines[:200], *lines[100:]])[0] == live()


def test_a_bad_record_is_passed_over_as_it_was_live():
    lines = exported()
    found, dead = replayed([*lines, line(len(lines), b'{"kind": "spot_trade"}'), b"\n"])
    assert found == live()
    assert len(dead) == 1
    assert dead[0].startswith(f"0:{len(lines)} ")


@pytest.mark.parametrize("text", [b"{", b"[]", b'{"topic": "crypto.inputs.v1"}', line(0, b"1", topic="signals.v1")])
def test_a_line_that_is_no_record_stops(text):
    with pytest.raises(ParseError, match="line 1"):
        replayed([text])
