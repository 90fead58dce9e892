import asyncio

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kalshi_desk.domain.order_group import OrderGroup
from kalshi_desk.errors import OutcomeUnknown, Rejected
from kalshi_desk.steps.order_groups import OrderGroups, refused_by_group
from tests.fakes import FakeVenue


class Shelf:
    def __init__(self) -> None:
        self.kept: dict[tuple[str, int], OrderGroup] = {}

    async def groups(self) -> list[OrderGroup]:
        return list(self.kept.values())

    async def keep_group(self, group: OrderGroup) -> None:
        self.kept[group.desk, group.exchange_index] = group


@pytest.fixture
def venue() -> FakeVenue:
    return FakeVenue()


@pytest.fixture
def shelf() -> Shelf:
    return Shelf()


@pytest.fixture
def groups(venue: FakeVenue, shelf: Shelf) -> OrderGroups:
    return OrderGroups(venue, shelf, contracts=100)


async def test_one_group_a_desk_and_shard(groups: OrderGroups, venue: FakeVenue, shelf: Shelf) -> None:
    names = [await groups.of(*place) for place in (("crypto", 2), ("crypto", 0), ("forecast", 0), ("crypto", 2))]
    assert names == ["g0", "g1", "g2", "g0"]
    again = OrderGroups(venue, shelf, contracts=100)
    await again.load()
    assert await again.of("forecast", 0) == "g2"
    assert len(venue.groups) == 3


async def test_two_orders_at_once_make_one_group(groups: OrderGroups, venue: FakeVenue) -> None:
    assert await asyncio.gather(groups.of("crypto", 2), groups.of("crypto", 2)) == ["g0", None]
    assert list(venue.groups) == ["g0"]


async def test_a_halt_stops_the_groups_of_its_desk_once(groups: OrderGroups, venue: FakeVenue) -> None:
    await groups.of("crypto", 2)
    await groups.of("forecast", 0)
    for _ in range(2):
        await groups.obey(lambda desk: desk == "crypto")
    assert venue.groups == {"g0": "stopped", "g1": "open"}
    assert await groups.of("crypto", 2) is None
    await groups.obey(lambda _: False)
    assert await groups.of("crypto", 2) == "g0"
    assert [action for _, action in venue.group_calls] == ["create", "create", "trigger", "reset"]


async def test_what_was_stopped_before_a_restart_is_let_go_on(venue: FakeVenue, shelf: Shelf) -> None:
    first = OrderGroups(venue, shelf, contracts=100)
    await first.of("crypto", 2)
    await first.obey(lambda _: True)
    second = OrderGroups(venue, shelf, contracts=100)
    await second.load()
    await second.obey(lambda _: False)
    assert venue.groups == {"g0": "open"}


async def test_without_an_answer_it_is_told_again(groups: OrderGroups, venue: FakeVenue) -> None:
    await groups.of("crypto", 2)
    venue.group_fates = ["drop", "reject", "answer"]
    for state in ("open", "open", "stopped"):
        await groups.obey(lambda _: True)
        assert venue.groups == {"g0": state}


async def test_a_group_that_the_venue_lost_is_made_anew(groups: OrderGroups, venue: FakeVenue, shelf: Shelf) -> None:
    await groups.of("crypto", 2)
    venue.groups.clear()
    await groups.obey(lambda _: True)
    assert await groups.of("crypto", 2) == "g1"
    groups.lost("crypto", 2, stopped=False)
    assert await groups.of("crypto", 2) == "g2"
    assert shelf.kept["crypto", 2].group_id == "g2"


async def test_a_group_that_the_venue_stopped_takes_orders_again(groups: OrderGroups, venue: FakeVenue) -> None:
    await groups.of("crypto", 2)
    venue.groups["g0"] = "stopped"
    groups.lost("crypto", 2, stopped=True)
    assert await groups.of("crypto", 2) is None
    await groups.obey(lambda _: False)
    assert (await groups.of("crypto", 2), venue.groups) == ("g0", {"g0": "open"})


async def test_another_limit_is_told_before_the_next_order(groups: OrderGroups, venue: FakeVenue, shelf: Shelf) -> None:
    await groups.of("crypto", 2)
    again = OrderGroups(venue, shelf, contracts=5)
    await again.load()
    assert await again.of("crypto", 2) == "g0"
    assert (venue.group_calls[-1], shelf.kept["crypto", 2].contracts) == (("g0", "limit"), 5)


async def test_a_lost_group_whose_limit_changes_is_made_anew(groups: OrderGroups, venue: FakeVenue, shelf) -> None:
    await groups.of("crypto", 2)
    venue.groups.clear()
    again = OrderGroups(venue, shelf, contracts=5)
    await again.load()
    assert await again.of("crypto", 2) == "g1"
    assert shelf.kept["crypto", 2].contracts == 5


async def test_where_none_can_be_made_the_caller_hears_why(groups: OrderGroups, venue: FakeVenue) -> None:
    venue.group_fates = ["drop", "reject"]
    with pytest.raises(OutcomeUnknown):
        await groups.of("crypto", 2)
    with pytest.raises(Rejected):
        await groups.of("crypto", 2)
    assert await groups.of("crypto", 2) == "g0"


@pytest.mark.parametrize(
    ("code", "theirs"),
    [
        ("order_group_triggered", True),
        ("not_found", True),
        ("market_not_found", False),
        ("insufficient_balance", False),
    ],
)
def test_which_refusals_are_the_groups(code: str, theirs: bool) -> None:
    assert refused_by_group(Rejected("create order", 400, code)) is theirs


STEPS = st.lists(st.sampled_from(["halt", "resume", "lose", "restart", "drop"]), max_size=20)


@given(STEPS)
async def test_whatever_happens_the_groups_come_to_obey_the_switch(steps: list[str]) -> None:
    venue, shelf, halted = FakeVenue(), Shelf(), False
    groups = OrderGroups(venue, shelf, contracts=100)
    await groups.of("crypto", 2)
    for step in steps:
        if step == "lose":
            venue.groups.clear()
        elif step == "restart":
            groups = OrderGroups(venue, shelf, contracts=100)
            await groups.load()
        elif step == "drop":
            venue.group_fates = ["drop"]
        else:
            halted = step == "halt"
        await groups.obey(lambda _, now=halted: now)
    venue.group_fates.clear()
    await groups.obey(lambda _: halted)
    assert all(state == ("stopped" if halted else "open") for state in venue.groups.values())
    if not halted:
        name = await groups.of("crypto", 2)
        assert name is not None
