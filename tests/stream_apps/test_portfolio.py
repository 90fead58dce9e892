import asyncio
from types import SimpleNamespace

import pytest

from stream_apps import portfolio


@pytest.fixture
def holdings(monkeypatch) -> SimpleNamespace:
    done: list[str] = []
    found = SimpleNamespace(opened=False, done=done)

    async def take(record):
        done.append(f"take {record.value.decode()}")
        delivered = asyncio.get_running_loop().create_future()
        delivered.set_result(None)
        return [delivered]

    async def tick() -> None:
        done.append("tick")

    async def open_all() -> None:
        done.append("open")
        found.opened = True

    found.take, found.tick, found.open, found.remember = take, tick, open_all, done.append
    monkeypatch.setattr(portfolio, "holdings", found)
    return found


async def test_each_book_change_is_taken_and_acknowledged_when_delivered(holdings, monkeypatch) -> None:
    async def run(record, body) -> None:
        await body()

    queued: list[int] = []

    async def put(event, deliveries) -> None:
        queued.append(len(deliveries))

    monkeypatch.setattr(portfolio.process, "guard", SimpleNamespace(run=run))
    monkeypatch.setattr(portfolio, "acknowledger", SimpleNamespace(put=put))
    async with portfolio.review.test_context() as agent:
        await agent.put(b"a")
        await agent.put(b"b")
    assert holdings.done == ["take a", "take b"]
    assert queued == [1, 1]


async def test_it_opens_once_and_rereads_the_books_gained(holdings, monkeypatch) -> None:
    async def start() -> None:
        holdings.done.append("start")

    async def reread(*_, **__) -> int:
        holdings.done.append("reread")
        return 0

    monkeypatch.setattr(portfolio, "moved", lambda *_: ({0, 1}, {2}))
    monkeypatch.setattr(portfolio, "reread_gained", reread)
    monkeypatch.setattr(portfolio.process, "start", start)
    monkeypatch.setattr(portfolio, "held", {2})
    await portfolio.rebuild()
    await portfolio.rebuild()
    assert holdings.done == ["start", "open", "reread", "start", "reread"]
    assert portfolio.held == {0, 1}
