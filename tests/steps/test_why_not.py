from kalshi_desk.domain.decisions import Refusal
from kalshi_desk.steps.why_not import WhyNot
from tests.crypto import TICKER, at


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
