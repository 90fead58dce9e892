from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kalshi_desk.domain.ladder import DAY_NS, FORECASTS, FULL, PAPER, SMALL, Proof, Standing, judge, record_of
from kalshi_desk.domain.units import Nanos

START = Nanos.parse("2026-01-01T00:00:00Z")
NEW = Standing(PAPER, START, START)


def day(n: float) -> Nanos:
    return Nanos(START + round(n * DAY_NS))


def proofs(n: int, *, gain: float = 0.02, first: float = 0, step: float = 0.25) -> list[Proof]:
    """Return n proofs of one market and event each, from ``first`` on every ``step`` days, their gains a bit apart."""
    return [Proof(f"T{first}-{i}", i, day(first + i * step), gain + 0.001 * (-1) ** i) for i in range(n)]


def verdict(standing, found, at):
    return judge(standing, found, now=day(at), bar=FORECASTS)


@pytest.mark.parametrize(
    ("n", "at", "rung"),
    [(50, 14, SMALL), (49, 14, PAPER), (50, 13.99, PAPER), (50, 20, SMALL), (0, 20, PAPER), (1, 20, PAPER)],
)
def test_small_takes_fourteen_days_and_fifty_markets(n, at, rung):
    assert verdict(NEW, proofs(n), at).rung == rung


@pytest.mark.parametrize("gain", [0.0, -0.02])
def test_a_gain_whose_interval_includes_nothing_lifts_nobody(gain):
    assert verdict(NEW, proofs(100, gain=gain), 30).rung == PAPER


def test_many_estimates_of_few_markets_are_few_forecasts():
    few = [Proof(f"T{i % 10}", i % 10, day(i / 4), 0.02 + 0.001 * i % 3) for i in range(200)]
    assert record_of(few, since=START, now=day(60)).markets == 10
    assert verdict(NEW, few, 60).rung == PAPER


def test_full_takes_as_much_again_since_small():
    first, again = proofs(60), proofs(60, first=20)
    small = Standing(SMALL, day(20), START)
    assert verdict(small, first, 40).rung == SMALL
    assert verdict(small, first + again[:49], 40).rung == SMALL
    assert verdict(small, first + again, 33.9).rung == SMALL
    assert verdict(small, first + again, 40).rung == FULL


def test_what_was_forecast_before_the_rung_lifts_no_further():
    small = Standing(SMALL, day(20), START)
    weak = proofs(60) + proofs(60, first=20, gain=0.0)
    assert verdict(small, weak, 40).rung == SMALL


@pytest.mark.parametrize("rung", [SMALL, FULL])
def test_a_record_that_includes_nothing_falls_to_paper_and_says_why(rung):
    held = Standing(rung, day(20), START)
    found = verdict(held, proofs(60) + proofs(60, first=20, gain=-0.02), 40)
    assert found.rung == PAPER
    assert "not above 0" in found.reason
    assert "120 settled forecasts" in found.reason


def test_full_stays_while_the_record_is_above_nothing():
    assert verdict(Standing(FULL, day(40), START), proofs(200), 60).rung == FULL


def test_without_a_record_nobody_stays_up():
    assert verdict(Standing(SMALL, day(1), START), [], 2) == verdict(Standing(FULL, day(1), START), [], 2)
    assert verdict(Standing(SMALL, day(1), START), [], 2).rung == PAPER


def test_after_a_fall_the_record_begins_anew():
    fallen = Standing(PAPER, day(30), day(30))
    assert verdict(fallen, proofs(100), 60).rung == PAPER
    assert verdict(fallen, proofs(100) + proofs(60, first=30), 60).rung == SMALL


@given(st.integers(0, 1_000), st.floats(-0.05, 0.05), st.sampled_from([PAPER, SMALL, FULL]))
def test_money_is_only_where_the_interval_is_above_nothing(seed, gain, rung):
    random = Random(seed)
    found = [Proof(f"T{i}", i, day(i / 4), random.gauss(gain, 0.1)) for i in range(80)]
    wanted = verdict(Standing(rung, START, START), found, 30).rung
    record = record_of(found, since=START, now=day(30))
    assert wanted == PAPER or record.above_zero
