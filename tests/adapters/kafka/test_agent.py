import asyncio
import os
from types import SimpleNamespace

import pytest
from aiokafka.errors import KafkaTimeoutError

from kalshi_desk.adapters.kafka.agent import Acknowledger, Deaths, Guard, must_arrive
from kalshi_desk.adapters.kafka.topics import ALERTS, CONTROL, DEAD_LETTERS
from kalshi_desk.errors import ParseError
from tests.domain.messages import AT

RECORD = SimpleNamespace(topic="t", partition=1, offset=42, value=b"\xffbad")


class Told:
    """A publisher that remembers."""

    def __init__(self) -> None:
        self.records = []

    async def publish(self, topic, key, message) -> None:
        self.records.append((topic, key, message))

    @property
    def topics(self):
        return [topic for topic, _, _ in self.records]


def guard(told, folder, left):
    return Guard("pricer", told, Deaths(folder / "deaths.json"), now=lambda: AT, leave=left.append)


async def fail_with(fault):
    raise fault


@pytest.mark.parametrize("fault", [ParseError("t", "no good"), ValueError("ours")])
async def test_a_record_whose_dead_letter_is_not_taken_comes_again(tmp_path, fault) -> None:
    told, left = Told(), []

    async def away(*_) -> None:
        raise KafkaTimeoutError

    told.publish = away
    await guard(told, tmp_path, left).run(RECORD, lambda: fail_with(fault))
    assert left == [70]


async def test_a_desk_error_becomes_a_dead_letter_and_life_goes_on(tmp_path) -> None:
    told, left = Told(), []
    await guard(told, tmp_path, left).run(RECORD, lambda: fail_with(ParseError("t", "no good")))
    [(topic, key, letter)] = told.records
    assert (topic, key, left) == (DEAD_LETTERS, "pricer", [])
    assert (letter.source, letter.partition, letter.offset, letter.error) == ("t", 1, 42, "ParseError")
    assert letter.payload == "\ufffdbad"


async def test_any_other_error_leaves_without_acknowledging(tmp_path) -> None:
    told, left = Told(), []
    await guard(told, tmp_path, left).run(RECORD, lambda: fail_with(ZeroDivisionError()))
    assert told.topics == [DEAD_LETTERS]
    assert left == [70]


async def test_the_third_death_on_one_record_halts_and_goes_on(tmp_path) -> None:
    told, left = Told(), []
    for _ in range(3):  # a new process each time: only the file remembers
        await guard(told, tmp_path, left).run(RECORD, lambda: fail_with(ZeroDivisionError()))
    assert left == [70, 70]
    assert told.topics == [DEAD_LETTERS] * 3 + [CONTROL, ALERTS]
    switch = told.records[3][2]
    assert (switch.name, switch.scope, switch.on, switch.by) == ("halt", "both", True, "pricer")
    assert "t/1/42" in switch.reason


async def test_deaths_on_different_records_do_not_add_up(tmp_path) -> None:
    deaths = Deaths(tmp_path / "d.json")
    other = SimpleNamespace(topic="t", partition=1, offset=43)
    assert [deaths.add(RECORD), deaths.add(RECORD), deaths.add(other), deaths.add(RECORD)] == [1, 2, 1, 1]


async def test_a_bad_frame_has_no_place(tmp_path) -> None:
    told = Told()
    await guard(told, tmp_path, []).bad_frame(ParseError("kalshi", "odd"), "kalshi", "{")
    letter = told.records[0][2]
    assert (letter.source, letter.partition, letter.offset, letter.payload) == ("kalshi", None, None, "{")


class Event:
    def __init__(self, order, name) -> None:
        self._order, self._name = order, name

    def ack(self) -> None:
        self._order.append(self._name)


async def test_events_are_acknowledged_in_order_when_their_outputs_are_safe() -> None:
    order, left = [], []
    acknowledger = Acknowledger(leave=left.append)
    task = asyncio.create_task(acknowledger.run())
    slow = asyncio.get_running_loop().create_future()
    await acknowledger.put(Event(order, 1), [slow])
    await acknowledger.put(Event(order, 2), [])
    await asyncio.sleep(0.01)
    assert order == []
    slow.set_result(None)
    await asyncio.sleep(0.01)
    task.cancel()
    assert (order, left) == ([1, 2], [])


async def test_what_must_arrive_ends_the_process_only_where_it_did_not(monkeypatch) -> None:
    left: list[int] = []
    monkeypatch.setattr(os, "_exit", left.append)
    taken, lost, broken_off = (asyncio.get_running_loop().create_future() for _ in range(3))
    for delivery in (taken, lost, broken_off):
        must_arrive(delivery)
    taken.set_result(None)
    broken_off.cancel()
    await asyncio.sleep(0)
    assert left == []
    lost.set_exception(KafkaTimeoutError())
    await asyncio.sleep(0)
    assert left == [70]


async def test_an_undelivered_output_ends_the_process_unacknowledged() -> None:
    order = []

    def leave(code) -> None:
        raise SystemExit(code)

    acknowledger = Acknowledger(leave=leave)
    lost = asyncio.get_running_loop().create_future()
    lost.set_exception(KafkaTimeoutError())
    await acknowledger.put(Event(order, 1), [lost])
    with pytest.raises(SystemExit):
        await acknowledger.run()
    assert order == []
