import pytest

from kalshi_desk.adapters.postgres.clock_epochs import store_epochs
from kalshi_desk.domain.units import Cash
from tests.fakes import FakeVenue
from tests.steps import desk
from tests.wiring.process import FakeProcess


@pytest.fixture
def process(database: str) -> FakeProcess:
    store_epochs(database, account=desk.ACCOUNT, mode="paper", bankroll=Cash.parse("50"), segments=[])
    return FakeProcess(database, desk.T0)


@pytest.fixture
def venue() -> FakeVenue:
    return FakeVenue()
