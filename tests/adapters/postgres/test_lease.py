import time

import pytest

from kalshi_desk.adapters.postgres.clock_epochs import store_epochs
from kalshi_desk.adapters.postgres.lease import Lease
from kalshi_desk.domain.units import Cash
from kalshi_desk.errors import LeaseLost

pytestmark = pytest.mark.embedded
ACCOUNT = "sim:synthetic:7"


@pytest.fixture
def url(database: str) -> str:
    store_epochs(database, account=ACCOUNT, mode="paper", bankroll=Cash.parse("50"), segments=[])
    return database


def test_one_holder_at_a_time(url: str) -> None:
    first, second = Lease(url, ACCOUNT, "a"), Lease(url, ACCOUNT, "b")
    assert first.take()
    assert not second.take()
    assert 4 < first.seconds_left <= 5
    first.give_up()
    assert second.take()
    assert (first.epoch, second.epoch) == (1, 2)
    with pytest.raises(LeaseLost):
        first.renew()


def test_a_lease_that_ran_out_is_lost_even_if_nobody_took_it(url: str) -> None:
    lease = Lease(url, ACCOUNT, "a", life_s=1.0)
    assert lease.take()
    lease.renew()
    time.sleep(1.05)
    assert lease.seconds_left == 0
    with pytest.raises(LeaseLost):
        lease.renew()
    assert Lease(url, ACCOUNT, "b").take()
