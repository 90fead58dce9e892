import asyncio
from contextlib import asynccontextmanager

import pytest

from kalshi_desk.adapters.kalshi.rest import KalshiRest
from kalshi_desk.adapters.postgres.clock_epochs import store_epochs
from kalshi_desk.adapters.postgres.order_groups import GroupShelf
from kalshi_desk.domain.control import Switch
from kalshi_desk.domain.order_group import OrderGroup
from kalshi_desk.domain.units import Cash
from kalshi_desk.errors import Rejected
from kalshi_desk.settings import load_settings
from kalshi_desk.steps.gate_state import GateState, observe
from kalshi_desk.steps.order_groups import OrderGroups
from kalshi_desk.wiring import door_groups
from kalshi_desk.wiring.door_groups import DoorGroups, stop_groups
from tests.fakes import FakeVenue
from tests.orders import ACCOUNT, order
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


@pytest.mark.embedded
def test_without_the_door_the_groups_of_a_desk_are_stopped(database: str, monkeypatch) -> None:
    venue = FakeVenue()
    venue.groups = {"gcrypto": "open", "gforecast": "open"}

    @asynccontextmanager
    async def trader(_):
        yield KalshiRest(venue, venue)

    monkeypatch.setattr(door_groups, "trader", trader)
    store_epochs(database, account=ACCOUNT, mode="paper", bankroll=Cash.parse("50"), segments=[])
    shelf, settings = GroupShelf(database, ACCOUNT), load_settings(_env_file=None, database_url=database, seed=7)
    for name in ("crypto", "forecast"):
        kept = OrderGroup(desk=name, exchange_index=0, group_id=f"g{name}", contracts=1_000)
        asyncio.run(shelf.keep_group(kept))
    assert stop_groups(settings, "crypto") == (1, 1)
    assert venue.groups == {"gcrypto": "stopped", "gforecast": "open"}
    assert stop_groups(settings, "forecast") == (1, 1)
    assert venue.groups == {"gcrypto": "stopped", "gforecast": "stopped"}
    asyncio.run(shelf.keep_group(OrderGroup(desk="crypto", exchange_index=2, group_id="g3", contracts=1_000)))
    venue.group_fates = ["drop"]
    assert stop_groups(settings, "both") == (2, 3)
