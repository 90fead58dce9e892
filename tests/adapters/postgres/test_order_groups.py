import msgspec
import pytest

from kalshi_desk.adapters.postgres.clock_epochs import store_epochs
from kalshi_desk.adapters.postgres.order_groups import GroupShelf
from kalshi_desk.domain.order_group import OrderGroup
from kalshi_desk.domain.units import Cash
from tests.orders import ACCOUNT

pytestmark = pytest.mark.embedded
GROUP = OrderGroup(desk="crypto", exchange_index=2, group_id="g1", contracts=1_000)


async def test_one_group_a_desk_and_shard_outlives_the_process(database: str) -> None:
    for account in (ACCOUNT, "sim:synthetic:8"):
        store_epochs(database, account=account, mode="paper", bankroll=Cash.parse("50"), segments=[])
    shelf = GroupShelf(database, ACCOUNT)
    assert await shelf.groups() == []
    forecast = msgspec.structs.replace(GROUP, desk="forecast", exchange_index=0, group_id="g2")
    newer = msgspec.structs.replace(GROUP, group_id="g3", contracts=5, stopped=True)
    for group in (GROUP, forecast, newer):
        await shelf.keep_group(group)
    assert await GroupShelf(database, ACCOUNT).groups() == [newer, forecast]
    assert await GroupShelf(database, "sim:synthetic:8").groups() == []
