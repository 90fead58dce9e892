from types import SimpleNamespace

import pytest

from kalshi_desk.errors import LedgerError
from stream_apps import order_execution


class FakeGuard:
    """Runs the body; keeps which records it was asked to run."""

    def __init__(self) -> None:
        self.seen: list[bytes] = []

    async def run(self, record, body) -> None:
        self.seen.append(record.value)
        await body()


@pytest.fixture
def guard(monkeypatch) -> FakeGuard:
    guard = FakeGuard()
    monkeypatch.setattr(order_execution.process, "guard", guard)
    return guard


async def test_each_signal_goes_through_the_guard_to_the_gate(guard: FakeGuard, monkeypatch) -> None:
    judged: list[bytes] = []

    async def decide(record) -> None:
        judged.append(record.value)

    monkeypatch.setattr(order_execution.door, "decide", decide)
    async with order_execution.gate.test_context() as agent:
        await agent.put(b"one")
        await agent.put(b"two")
    assert judged == guard.seen == [b"one", b"two"]


def _assigned(monkeypatch, moved: tuple[set[int], set[int]]) -> list[str]:
    done: list[str] = []

    async def start() -> None:
        done.append("start")

    async def open_door() -> None:
        done.append("open")

    monkeypatch.setattr(order_execution, "moved", lambda *_: moved)
    monkeypatch.setattr(order_execution, "leave", done.append)
    monkeypatch.setattr(order_execution.process, "start", start)
    monkeypatch.setattr(order_execution, "door", SimpleNamespace(open=open_door))
    monkeypatch.setattr(order_execution, "held", set())
    return done


async def test_the_door_opens_before_the_first_signal(monkeypatch) -> None:
    done = _assigned(monkeypatch, ({0}, set()))
    await order_execution.rebuild()
    assert done == ["start", "open"]
    assert order_execution.process.state == "ready"


async def test_a_worker_without_the_signals_keeps_shut_or_ends(monkeypatch) -> None:
    done = _assigned(monkeypatch, (set(), set()))
    await order_execution.rebuild()
    assert done == ["start"]
    done = _assigned(monkeypatch, (set(), {0}))
    await order_execution.rebuild()
    assert done == ["start", "signals.lost"]


def test_the_heartbeat_tells_lag_lease_and_switches() -> None:
    assert {"lag", "epoch", "switches", "live_orders"} <= set(order_execution.process.details())


async def test_a_door_that_cannot_be_opened_ends_the_process(monkeypatch) -> None:
    left: list[str] = []

    async def fails() -> None:
        raise LedgerError("no account")

    monkeypatch.setattr(order_execution, "door", SimpleNamespace(open=fails))
    monkeypatch.setattr(order_execution, "leave", left.append)
    with pytest.raises(LedgerError):
        await order_execution.open_or_end()
    assert left == ["door.not_opened"]
