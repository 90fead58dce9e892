from contextlib import closing

import pytest

from kalshi_desk.adapters.postgres.clock_epochs import store_epochs
from kalshi_desk.adapters.postgres.connection import connect
from kalshi_desk.adapters.postgres.holdings import read_beginning
from kalshi_desk.adapters.postgres.ledger import Ledger
from kalshi_desk.adapters.postgres.recorder import Kept, RowWriter
from kalshi_desk.domain.ledger import Mark, Settlement
from kalshi_desk.domain.market import Outcome
from kalshi_desk.domain.risk import DAY_NS
from kalshi_desk.domain.units import NANOS, Cash, Count, Nanos, Price
from kalshi_desk.errors import LedgerError
from kalshi_desk.settings import load_settings
from kalshi_desk.wiring.recording import layout
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
    assert begun.pnl == {"OPEN": Cash.parse("-0.084"), TICKER: Cash.parse("1.916")}
    assert read_beginning(database, ACCOUNT, NOW).pnl == {}


def _mark(value: str | None, *, ticker: str = "OPEN", count: str = "5", at: Nanos = NOW) -> Mark:
    mark = None if value is None else Cash.parse(value)
    return Mark(
        at=at, account=ACCOUNT, ticker=ticker, count=Count.parse(count), cost=Cash.parse("2"), mark=mark,
        sold_now=None, p_yes=None,
    )  # fmt: skip


def _record(database: str, *marks: Mark) -> None:
    with closing(connect(database, "tester")) as db:
        writer = RowWriter("recorder", layout(load_settings(_env_file=None)))
        writer.write(db, [Kept("marks.v1", 0, offset, b"", mark) for offset, mark in enumerate(marks)])


async def test_what_was_held_then_counts_at_its_last_mark_before(database: str) -> None:
    store_epochs(database, account=ACCOUNT, mode="paper", bankroll=Cash.parse("50"), segments=[])
    ledger, soon = Ledger(database, ACCOUNT), Nanos(NOW + NANOS)
    for number, ticker in enumerate(("OPEN", "UNKNOWN", "LONG_AGO")):
        await ledger.add_fill(fill(order(ticker=ticker), f"f{number}", fee=Cash(0)))
    await ledger.add_fill(fill(None, "by-hand", ticker="OPEN", count=Count.parse("3")))
    _record(
        database,
        _mark("1.5"), _mark("3.5", at=soon), _mark("0.1", count="3", at=soon), _mark("0.2", at=LATER),
        _mark("3", ticker="UNKNOWN"), _mark(None, ticker="UNKNOWN", at=soon),
        _mark("3", ticker="LONG_AGO", at=Nanos(LATER - DAY_NS - NANOS)),
    )  # fmt: skip
    begun = read_beginning(database, ACCOUNT, LATER)
    assert begun.pnl == {"OPEN": Cash.parse("1.5"), "UNKNOWN": Cash(0), "LONG_AGO": Cash(0)}


def test_an_unknown_account_is_an_error(database: str) -> None:
    with pytest.raises(LedgerError, match="no account"):
        read_beginning(database, "sim:synthetic:99", NOW)
