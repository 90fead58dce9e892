import pytest

from kalshi_desk.domain.control import Switch
from kalshi_desk.errors import Rejected
from kalshi_desk.steps.gate_state import GateState, observe
from kalshi_desk.steps.order_groups import OrderGroups
from kalshi_desk.wiring.door_groups import DoorGroups
from tests.fakes import FakeVenue
from tests.orders import order
from tests.steps import desk
from tests.steps.test_order_groups import Shelf

BOUGHT = order(ticker=desk.TICKER)
TRIGGERED, GONE = Rejected("create", 400, "order_group_triggered"), Rejected("create", 404, "not_found")


class Groups:
    def __init__(self) -> None:
        self.venue, self.state, self.thrown = FakeVenue(), GateState(), []
        observe(self.state, desk.defined(exchange_index=2))
        groups = OrderGroups(self.venue, Shelf(), contracts=100)
        self.door = DoorGroups(groups, self.state, now=lambda: desk.T0, throw=self._throw)

    async def _throw(self, switch: Switch) -> None:
        self.thrown.append(switch)
        observe(self.state, switch)

    async def after(self, *switches: Switch) -> str:
        for switch in switches:
            observe(self.state, switch)
        await self.door.obey()
        return self.venue.groups["g0"]


@pytest.fixture
async def groups() -> Groups:
    groups = Groups()
    assert await groups.door.of(BOUGHT) == "g0"
    return groups


async def test_without_a_known_shard_there_is_no_group(groups: Groups) -> None:
    stranger = order(ticker="T")
    assert await groups.door.of(stranger) is None
    await groups.door.refused(stranger, GONE)
    assert groups.thrown == []


async def test_halt_stops_and_flatten_or_resume_let_go_on(groups: Groups) -> None:
    assert await groups.after(desk.switch("pause")) == "open"
    assert await groups.after(desk.switch("halt", "crypto")) == "stopped"
    assert await groups.after(desk.switch("flatten")) == "open"
    assert await groups.after(desk.switch("flatten", on=False)) == "stopped"
    assert await groups.after(desk.switch("halt", "crypto", on=False)) == "open"


async def test_a_group_that_the_venue_stopped_pauses_its_desk_and_exits_go_on(groups: Groups) -> None:
    groups.venue.groups["g0"] = "stopped"
    await groups.door.refused(BOUGHT, TRIGGERED)
    (pause,) = groups.thrown
    assert (pause.name, pause.scope, pause.by, pause.until) == ("pause", "crypto", "breaker:order_group", None)
    assert "order_group_triggered" in pause.reason
    assert await groups.door.of(BOUGHT) is None
    assert await groups.after() == "open"
    assert await groups.door.of(BOUGHT) == "g0"


async def test_a_lost_group_or_our_own_halt_is_no_alarm(groups: Groups) -> None:
    await groups.door.refused(BOUGHT, GONE)
    assert await groups.door.of(BOUGHT) == "g1"
    observe(groups.state, desk.switch("halt"))
    await groups.door.refused(BOUGHT, TRIGGERED)
    assert groups.thrown == []
