import asyncio
from types import SimpleNamespace

import pytest
from faust.types import TP

from kalshi_desk.adapters.kafka.rebuild import moved, within


def app(*assigned):
    return SimpleNamespace(consumer=SimpleNamespace(assignment=lambda: set(assigned)))


def test_gained_and_lost_are_told_apart() -> None:
    assert moved(app(TP("t", 1), TP("t", 2), TP("other", 0)), "t", {0, 1}) == ({2}, {0})


async def test_what_takes_too_long_is_a_fault() -> None:
    with pytest.raises(TimeoutError):
        await within(0.01, asyncio.sleep(1))


async def test_a_cancellation_from_inside_is_no_cancellation_of_the_worker() -> None:
    async def cancelled_inside() -> None:
        raise asyncio.CancelledError

    with pytest.raises(RuntimeError, match="from inside"):
        await within(1, cancelled_inside())


async def test_a_real_cancellation_stays_one() -> None:
    task = asyncio.create_task(within(5, asyncio.sleep(5)))
    await asyncio.sleep(0.01)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task


async def test_the_result_comes_through() -> None:
    assert await within(1, asyncio.sleep(0, "done")) == "done"
