import asyncio
from contextlib import asynccontextmanager
from types import SimpleNamespace

import pytest

from kalshi_desk.adapters.postgres.audit import AuditLog
from kalshi_desk.adapters.postgres.clock_epochs import store_epochs
from kalshi_desk.clock import ClockSegment, wall_now
from kalshi_desk.domain.units import Cash
from kalshi_desk.errors import DeskError, OutcomeUnknown
from kalshi_desk.settings import load_settings
from kalshi_desk.wire.kalshi_portfolio import BalanceBody
from kalshi_desk.wiring import funding
from kalshi_desk.wiring.funding import fund, read_balance, shortages
from tests.orders import ACCOUNT
from tests.steps.test_fund import Venue

FIVE = Cash.parse("5")


def short(free: dict[int, str], **settings) -> list[tuple]:
    cash = {shard: Cash.parse(dollars) for shard, dollars in free.items()}
    found = shortages(load_settings(_env_file=None, **settings), cash)
    return [(each.desk, each.shard, each.source, str(each.move)) for each in found]


def test_a_desk_needs_what_one_trade_may_cost_on_its_shard() -> None:
    assert short({0: "1", 2: "0.5"}) == []
    assert short({0: "40", 2: "0.499999"}) == [("crypto", 2, 0, "3.500000")]
    assert short({0: "0.999999", 2: "1"}) == [("forecast", 0, 2, "0.500000")]
    assert short({2: "3"}, strategies="crypto_fair_value") == []
    assert short({1: "100"}, strategies="crypto_fair_value") == [("crypto", 2, 1, "4.000000")]


def test_where_nothing_can_be_spared_nothing_is_moved() -> None:
    assert short({}) == [("crypto", 2, None, "0.000000"), ("forecast", 0, None, "0.000000")]
    assert [source for _, _, source, _ in short({0: "0.01", 2: "0"})] == [None, None]


@pytest.mark.embedded
def test_a_transfer_is_asked_for_under_the_trading_key_and_audited(database: str, monkeypatch) -> None:
    venue, settings = Venue("lose"), load_settings(_env_file=None, database_url=database, seed=7)

    @asynccontextmanager
    async def trader(_):
        yield SimpleNamespace(writes=venue)

    monkeypatch.setattr(funding, "trader", trader)
    with pytest.raises(DeskError, match="never run"):
        fund(settings, source=0, destination=2, amount=FIVE)
    now = wall_now()
    bankroll = Cash.parse("50")
    store_epochs(
        database, account=ACCOUNT, mode="paper", bankroll=bankroll, segments=[ClockSegment(now, now, 1.0)]
    )  # fmt: skip
    with pytest.raises(OutcomeUnknown):
        fund(settings, source=0, destination=2, amount=FIVE)
    moved = fund(settings, source=0, destination=2, amount=FIVE)
    assert (moved.amount, list(venue.moved)) == (FIVE, [moved.client_transfer_id])
    audit = AuditLog(database, ACCOUNT)
    assert asyncio.run(audit.count(("fund:asked",), {"amount": "5.000000"})) == 2
    assert asyncio.run(audit.count(("fund:moved",), {"source": 0, "destination": 2})) == 1
    assert audit.broken_at() is None


def test_what_is_free_is_asked_with_the_reading_key(monkeypatch) -> None:
    class Reads:
        async def balance(self) -> BalanceBody:
            return BalanceBody(FIVE)

    @asynccontextmanager
    async def reader(_):
        yield Reads()

    monkeypatch.setattr(funding, "reader", reader)
    assert read_balance(load_settings(_env_file=None)).balance_dollars == FIVE
