import pytest
from hypothesis import given
from hypothesis import strategies as st

from kalshi_desk.domain.allocation import Allotment, allocate, own_decision, own_part
from kalshi_desk.domain.decisions import Signal
from kalshi_desk.domain.limits import WHOLE, Share
from kalshi_desk.domain.market import Outcome
from kalshi_desk.domain.units import Count, Nanos, Price

DESK, SECOND, THIRD = "sim:synthetic:7", "sim:synthetic:7/second", "sim:synthetic:7/third"
NOW = Nanos.parse("2026-11-21T12:00:00Z")


@st.composite
def divided(draw):
    cuts = sorted(draw(st.lists(st.integers(0, WHOLE), max_size=5)))
    sizes = [high - low for low, high in zip([0, *cuts], [*cuts, WHOLE], strict=True)]
    return {f"account {place}": Share(size) for place, size in enumerate(sizes)}


totals = st.integers(0, 10**9).map(Count)


@given(totals, divided())
def test_no_contract_is_lost_and_each_part_is_within_one_unit_of_its_share(total, shares):
    parts = allocate(total, shares)
    assert sum(parts.values()) == total
    assert list(parts) == list(shares)
    assert all(0 <= part * WHOLE - total * shares[name] + WHOLE - 1 < 2 * WHOLE for name, part in parts.items())


@given(totals, divided())
def test_who_has_no_share_gets_nothing_and_who_has_more_gets_no_less(total, shares):
    parts = allocate(total, shares)
    assert all(not parts[name] for name in shares if not shares[name])
    assert all(parts[a] >= parts[b] for a in shares for b in shares if shares[a] > shares[b])


@given(totals)
def test_one_account_alone_gets_everything(total):
    assert allocate(total, {"it": WHOLE}) == {"it": total}


def test_equal_remainders_go_to_the_name_given_first():
    half = Share.parse("0.5")
    assert allocate(Count(3), {"b": half, "a": half}) == {"b": 2, "a": 1}
    parts = {"a": Share.parse("0.6"), "b": Share.parse("0.3"), "c": Share.parse("0.1")}
    assert allocate(Count(7), parts) == {"a": 4, "b": 2, "c": 1}


@pytest.mark.parametrize("shares", [{}, {"a": Share.parse("0.9")}, {"a": Share.parse("1.1"), "b": Share.parse("-0.1")}])
def test_shares_that_are_no_division_of_the_whole_are_refused(shares):
    with pytest.raises(ValueError, match="cannot be shared"):
        allocate(Count(5), shares)


def signal(**changes):
    fields = {
        "at": NOW, "ticker": "KXBTC15M-26NOV211200-00", "account": DESK, "desk": "crypto", "strategy": "s",
        "decision_id": "d1", "outcome": Outcome.YES, "action": "enter", "style": "take", "price": Price.parse("0.40"),
        "shown": Count.parse("10.01"), "q": 0.5, "stderr": 0.01, "edge": 0.08, "edge_adj": 0.07, "expires_at": NOW,
        "seen": "17",
    }  # fmt: skip
    return Signal(**fields | changes)


SHARES = {DESK: Share.parse("0.5"), SECOND: Share.parse("0.3"), THIRD: Share.parse("0.2")}
ALLOTMENTS = {name: Allotment(DESK, name, SHARES) for name in SHARES}


def test_an_entry_goes_to_every_account_under_an_identity_of_its_own():
    parts = {name: own_part(signal(), allotment) for name, allotment in ALLOTMENTS.items()}
    assert {name: part.account for name, part in parts.items()} == {name: name for name in SHARES}
    assert sum(part.shown for part in parts.values()) == signal().shown
    assert parts[DESK].decision_id == "d1"
    assert len({part.decision_id for part in parts.values()}) == 3
    assert parts[SECOND].decision_id == own_decision("d1", ALLOTMENTS[SECOND])


def test_a_resting_entry_has_nothing_shown_to_share():
    assert own_part(signal(style="make", shown=None), ALLOTMENTS[SECOND]).shown is None


def test_an_exit_is_for_the_account_that_holds_the_position():
    exit_of_second = signal(action="exit", account=SECOND)
    assert own_part(exit_of_second, ALLOTMENTS[SECOND]) == exit_of_second
    assert own_part(exit_of_second, ALLOTMENTS[DESK]) is None


def test_what_no_account_of_the_desk_asked_for_is_left_to_the_gate():
    stranger = signal(account="sim:synthetic:8")
    assert own_part(stranger, ALLOTMENTS[SECOND]) == stranger
