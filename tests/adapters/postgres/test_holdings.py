import pytest

from kalshi_desk.adapters.postgres.clock_epochs import store_epochs
from kalshi_desk.adapters.postgres.holdings import read_beginning
from kalshi_desk.adapters.postgres.ledger import Ledger
from kalshi_desk.domain.ledger import Settlement
from kalshi_desk.domain.market import Outcome
from kalshi_desk.domain.units import Cash, Count, Nanos, Price
from kalshi_desk.errors import LedgerError
from tests.orders import ACCOUNT, NOW, TICKER, fill, order

pytestmark = pytest.mark.embedded
LATER = Nanos(NOW + 60_000_000_000)


async def test_the_day_begins_with_what_was_booked_before(database: str) -> None:
    store_epochs(database, account=ACCOUNT, mode="paper", bankroll=Cash.parse("50"), segments=[])
    ledger = Ledger(database, ACCOUNT)
    await ledger.add_fill(fill(order(ticker="OPEN")))
    await ledger.add_fill(fill(order(outcome=Outcome.NO), "f2", price=Price.parse("0.40")))
    settlement = Settlement(
        at=NOW,
        occurred_at=NOW,
        account=ACCOUNT,
        ticker=TICKER,
        result="no",
        value=Price(0),
        count=Count(-500),
        cost=Cash.parse("3"),
        fees=Cash.parse("0.084"),
        revenue=Cash.parse("5"),
        pnl=Cash.parse("1.916"),
    )
    await ledger.add_settlement(settlement)
    begun = read_beginning(database, ACCOUNT, LATER)
    assert (begun.opening, begun.peak) == (Cash.parse("50"), None)
    assert begun.booked == {"OPEN": Cash.parse("-0.084"), TICKER: Cash.parse("1.916")}
    assert read_beginning(database, ACCOUNT, NOW).booked == {}


def test_an_unknown_account_is_an_error(database: str) -> None:
    with pytest.raises(LedgerError, match="no account"):
        read_beginning(database, "sim:synthetic:99", NOW)
