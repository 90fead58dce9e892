import pytest
from hypothesis import given
from hypothesis import strategies as st

from kalshi_desk.domain.transfer import Transfer
from kalshi_desk.domain.units import Cash
from kalshi_desk.errors import OutcomeUnknown, Rejected
from kalshi_desk.steps.fund import move, planned
from tests.orders import ACCOUNT, NOW

TEN = Cash.parse("10")


class Venue:
    """``fates``: answer (the default), refuse, lose (moved, no answer), drop (never arrives)."""

    def __init__(self, *fates: str) -> None:
        self.fates, self.moved = list(fates), {}

    async def transfer(self, transfer: Transfer) -> str:
        fate = self.fates.pop(0) if self.fates else "answer"
        if fate == "drop":
            raise OutcomeUnknown("transfer", None, "timeout")
        if fate == "refuse":
            raise Rejected("transfer", 400, "insufficient_balance")
        if transfer.client_transfer_id in self.moved:
            raise Rejected("transfer", 409, "transfer_already_exists")
        self.moved[transfer.client_transfer_id] = transfer.amount
        if fate == "lose":
            raise OutcomeUnknown("transfer", 503, "service_unavailable")
        return f"t{len(self.moved)}"


class Audit:
    def __init__(self) -> None:
        self.entries: list[tuple[str, dict]] = []

    async def add(self, *, actor: str, action: str, details: dict, at) -> None:
        self.entries.append((action, details))

    async def count(self, actions: tuple[str, ...], details: dict) -> int:
        return sum(action in actions and details.items() <= told.items() for action, told in self.entries)


async def fund(venue: Venue, audit: Audit, amount: Cash = TEN) -> str:
    """Ask once, as a command does; return what it heard."""
    transfer = await planned(audit, ACCOUNT, 0, 2, amount=amount)
    try:
        await move(transfer, venue, audit, actor="anna", at=NOW)
    except OutcomeUnknown:
        return "unknown"
    except Rejected:
        return "refused"
    return "moved"


async def test_the_wish_is_written_down_before_and_what_came_of_it_after() -> None:
    venue, audit = Venue("answer", "refuse"), Audit()
    assert [await fund(venue, audit) for _ in range(2)] == ["moved", "refused"]
    assert [action for action, _ in audit.entries] == ["fund:asked", "fund:moved", "fund:asked", "fund:refused"]
    asked = {"source": 0, "destination": 2, "amount": "10.000000"}
    assert asked.items() <= audit.entries[0][1].items()
    assert (audit.entries[1][1]["transfer_id"], audit.entries[3][1]["code"]) == ("t1", "insufficient_balance")


@pytest.mark.parametrize("fate", ["lose", "drop"])
async def test_a_repeat_after_a_lost_answer_moves_it_once(fate: str) -> None:
    venue, audit = Venue(fate), Audit()
    assert [await fund(venue, audit) for _ in range(2)] == ["unknown", "moved"]
    assert list(venue.moved.values()) == [TEN]
    assert await fund(venue, audit) == "moved"
    assert list(venue.moved.values()) == [TEN, TEN]


async def test_a_refusal_after_a_lost_answer_ends_nothing() -> None:
    venue, audit = Venue("lose", "refuse"), Audit()
    assert [await fund(venue, audit) for _ in range(3)] == ["unknown", "refused", "moved"]
    assert list(venue.moved.values()) == [TEN]
    assert [action for action, _ in audit.entries if action not in ("fund:asked",)] == ["fund:unclear", "fund:moved"]


async def test_another_amount_is_another_transfer() -> None:
    venue, audit = Venue("lose"), Audit()
    await fund(venue, audit)
    await fund(venue, audit, Cash.parse("5"))
    assert list(venue.moved.values()) == [TEN, Cash.parse("5")]


@given(st.lists(st.sampled_from(["answer", "refuse", "lose", "drop"]), max_size=12))
async def test_each_transfer_that_ended_well_moved_its_money_once(fates: list[str]) -> None:
    venue, audit = Venue(*fates), Audit()
    heard = [await fund(venue, audit) for _ in fates]
    heard.append(await fund(venue, audit))
    assert sum(venue.moved.values()) == TEN * heard.count("moved")
