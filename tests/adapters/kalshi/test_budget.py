import pytest

from kalshi_desk.adapters.kalshi import budget
from kalshi_desk.adapters.kalshi.budget import TokenBudget


class Bench:
    """A clock that moves only when somebody sleeps."""

    def __init__(self):
        self.now = 0.0

    async def sleep(self, seconds):
        self.now += seconds


@pytest.fixture
def bench(monkeypatch):
    bench = Bench()
    monkeypatch.setattr(budget.asyncio, "sleep", bench.sleep)
    return bench


def tokens(bench, refill=100.0, capacity=100.0):
    return TokenBudget(refill_per_s=refill, capacity=capacity, monotonic=lambda: bench.now)


async def test_spends_at_once_down_to_the_headroom_then_waits(bench):
    bucket = tokens(bench)
    for _ in range(8):
        await bucket.spend(10)
    assert bench.now == 0
    await bucket.spend(10)
    assert bench.now == pytest.approx(0.1)


async def test_cancels_use_the_headroom(bench):
    bucket = tokens(bench)
    for _ in range(8):
        await bucket.spend(10)
    for _ in range(10):
        await bucket.spend(2, cancel=True)
    assert bench.now == 0
    await bucket.spend(2, cancel=True)
    assert bench.now == pytest.approx(0.02)


async def test_what_is_dearer_than_the_bucket_still_ends(bench):
    bucket = tokens(bench, capacity=20.0)
    await bucket.spend(50)
    assert bench.now < 1


async def test_never_more_than_the_capacity_and_resizable(bench):
    bucket = tokens(bench)
    bench.now = 1_000.0
    bucket.resize(refill_per_s=1.0, capacity=10.0)
    await bucket.spend(8)
    await bucket.spend(8)
    assert bench.now == pytest.approx(1_008.0)
