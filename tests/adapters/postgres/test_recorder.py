from contextlib import closing

import msgspec
import psycopg2
import pytest

from kalshi_desk.adapters.postgres.connection import connect
from kalshi_desk.adapters.postgres.recorder import Kept, RowWriter
from kalshi_desk.domain.inputs import Lifecycle, MarketDefined
from kalshi_desk.domain.market import MarketStatus
from kalshi_desk.domain.units import Nanos, Price
from kalshi_desk.settings import load_settings
from kalshi_desk.wiring.recording import layout
from tests.domain.messages import AT, CONTROL, DECISIONS, DEFINED, INPUTS, LEDGER, MARKET

pytestmark = pytest.mark.embedded
LATER = Nanos(AT + 10**9)
TABLES = (
    "spot_trades", "index_values", "books", "fair_values", "signals", "refusals", "marks", "equity", "alerts",
    "dead_letters",
)  # fmt: skip


@pytest.fixture
def db(database: str):
    with closing(connect(database, "tester")) as connection:
        yield connection


@pytest.fixture
def writer() -> RowWriter:
    return RowWriter("recorder", layout(load_settings(_env_file=None)))


def kept(message, offset, topic="t"):
    return Kept(topic, 0, offset, b"", message)


def _all(db, query):
    with db.cursor() as cursor:
        cursor.execute(query)
        return cursor.fetchall()


def test_one_message_of_every_kind_has_its_row_once(db, writer) -> None:
    messages = [*INPUTS, *DECISIONS, *LEDGER, *CONTROL]
    batch = [kept(message, offset) for offset, message in enumerate(messages)]
    assert writer.write(db, batch) == writer.write(db, batch)
    counts = {table: _all(db, f"select count(*) from desk.{table}")[0][0] for table in TABLES}
    assert counts == dict.fromkeys(TABLES, 1)
    assert writer.positions(db) == {("t", 0): len(messages)}


def test_values_are_exact(db, writer) -> None:
    writer.write(db, [kept(message, offset) for offset, message in enumerate(INPUTS)])
    [row] = _all(db, "select price_dollars::text, size_coins::text, occurred_at, observed_at from desk.spot_trades")
    assert row[:2] == ("91240.10000000", "0.50000000")
    assert (Nanos.of(row[2]), Nanos.of(row[3])) == (Nanos(AT - 250_000_000), AT)
    assert _all(db, "select yes_levels, no_levels from desk.books") == [([["0.4000", "10.50"]], [])]


def test_the_place_moves_with_what_has_no_row(db, writer) -> None:
    assert writer.write(db, [kept(None, 7)]) == 0
    assert writer.positions(db) == {("t", 0): 8}


def test_a_batch_that_fails_leaves_nothing(db, writer) -> None:
    trade = next(iter(INPUTS))
    bad = msgspec.structs.replace(trade, venue=None)
    with pytest.raises(psycopg2.IntegrityError):
        writer.write(db, [kept(trade, 0), kept(bad, 1)])
    assert _all(db, "select count(*) from desk.spot_trades") == [(0,)]
    assert writer.positions(db) == {}


def test_a_market_keeps_its_newest_definition_and_its_result(db, writer) -> None:
    crypto = msgspec.structs.replace(MARKET, series_ticker="KXBTC15M")
    closed = msgspec.structs.replace(crypto, status=MarketStatus.CLOSED, title="new")
    determined = Lifecycle(at=LATER, ticker="T", event="determined", result="yes", settlement_value=Price(10_000))
    settled = Lifecycle(at=LATER, ticker="T", event="settled")
    writer.write(db, [kept(DEFINED[0], 0), kept(MarketDefined(at=LATER, market=closed), 1)])
    writer.write(db, [kept(MarketDefined(at=AT, market=crypto), 2), kept(determined, 3), kept(settled, 4)])
    columns = "title, desk, status, result, settlement_value_dollars::text, settled_at, first_observed_at"
    [row] = _all(db, f"select {columns} from desk.markets")
    assert row[:5] == ("new", "crypto", "finalized", "yes", "1.0000")
    assert (Nanos.of(row[5]), Nanos.of(row[6])) == (LATER, AT)


def test_steps_of_an_unknown_market_change_nothing(db, writer) -> None:
    writer.write(db, [kept(Lifecycle(at=AT, ticker="unheard", event="settled"), 0)])
    assert _all(db, "select count(*) from desk.markets") == [(0,)]
