from collections import Counter

import msgspec
from hypothesis import given
from hypothesis import strategies as st

from kalshi_desk.domain.decisions import Refusal
from kalshi_desk.steps.why_not import Refusals, WhyNot
from tests.crypto import TICKER, at
from tests.steps.desk import ask as approved


def refusal(seconds, reason="no_edge", value="0.01"):
    return Refusal(at=at(seconds), ticker=TICKER, desk="crypto", stage="edge", reason=reason, value=value)


def test_a_reason_is_told_once_and_then_counted_by_minute():
    why = WhyNot()
    assert why.counted(at(1)) == []
    assert why.refuse(refusal(1)) == refusal(1)
    assert why.refuse(refusal(2)) is None
    assert why.refuse(refusal(3, value="0.02")) is None
    assert why.counted(at(59)) == []
    [counted] = why.counted(at(60))
    assert (counted.count, counted.value, counted.at) == (2, "0.02", at(60))
    assert why.counted(at(61)) == []


def test_a_change_of_reason_is_told():
    why = WhyNot()
    assert why.refuse(refusal(1)) is not None
    assert why.refuse(refusal(2, reason="stale_spot")) is not None
    assert why.refuse(refusal(3)) is not None
    assert why.counted(at(70), last=True) == []


def test_after_a_trade_the_reason_is_new_again():
    why = WhyNot()
    why.refuse(refusal(1))
    why.clear()
    assert why.refuse(refusal(2)) is not None


def test_told_and_counted_add_up():
    why, told = WhyNot(), 0
    why.counted(at(0))
    for second in range(150):
        told += sum(one.count for one in why.counted(at(second)))
        told += why.refuse(refusal(second, reason="ab"[second // 7 % 2])) is not None
    told += sum(one.count for one in why.counted(at(150), last=True))
    assert told == 150


def told_by_the_gate(seconds, ticker=TICKER, stage="gate", reason="halt"):
    return msgspec.structs.replace(refusal(seconds, reason), ticker=ticker, stage=stage)


def test_each_market_and_its_exits_are_counted_apart():
    kept = Refusals()
    for second in range(3):
        for one in ({}, {"ticker": "T2"}, {"stage": "exit"}):
            told = kept.refuse(told_by_the_gate(second, **one))
            assert len(told) == (second == 0)
    counts = kept.counted(at(60))
    assert [(one.ticker, one.stage, one.count) for one in counts] == [
        (TICKER, "gate", 2), ("T2", "gate", 2), (TICKER, "exit", 2),
    ]  # fmt: skip
    assert kept.counted(at(61)) == []


def test_the_counts_of_a_minute_come_before_the_first_refusal_of_the_next():
    kept = Refusals()
    for second in (1, 2, 3):
        kept.refuse(told_by_the_gate(second))
    told = kept.refuse(told_by_the_gate(61, reason="pause"))
    assert [(one.reason, one.count) for one in told] == [("halt", 2), ("pause", 1)]


def test_an_order_makes_the_next_refusal_new():
    kept, order = Refusals(), approved()
    kept.clear(order)
    for _ in range(2):
        assert len(kept.refuse(told_by_the_gate(1, ticker=order.ticker))) == 1
        kept.clear(order)


def test_a_market_not_refused_for_long_is_forgotten_without_losing_a_count():
    kept = Refusals()
    for second in (1, 2):
        kept.refuse(told_by_the_gate(second))
    (counted,) = kept.counted(at(1_000))
    assert counted.count == 1
    assert len(kept.refuse(told_by_the_gate(1_001))) == 1


@given(st.lists(st.tuples(st.integers(0, 50), st.sampled_from("ab"), st.sampled_from(["halt", "pause"])), max_size=80))
def test_whatever_is_refused_is_told_or_counted(sequence):
    kept, told, second = Refusals(), Counter(), 0
    for wait, ticker, reason in sequence:
        second += wait
        for one in kept.refuse(told_by_the_gate(second, ticker=ticker, reason=reason)):
            told[one.ticker, one.reason] += one.count
    for one in kept.counted(at(second), last=True):
        told[one.ticker, one.reason] += one.count
    assert told == Counter((ticker, reason) for _, ticker, reason in sequence)
