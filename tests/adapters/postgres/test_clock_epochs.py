import psycopg2
import pytest

from kalshi_desk.adapters.postgres.clock_epochs import load_epochs, store_epochs
from kalshi_desk.domain.event_clock import ClockSegment
from kalshi_desk.domain.units import Cash, Nanos

pytestmark = pytest.mark.embedded
FIRST = ClockSegment(Nanos.parse("2026-11-21T12:00:00Z"), Nanos.parse("2026-05-13T17:14:00Z"), 10.0)
SECOND = ClockSegment(Nanos.parse("2026-11-21T12:05:00.000001Z"), Nanos.parse("2026-05-13T18:20:00Z"), 10.0)


def _store(url, account, *segments, bankroll="50"):
    store_epochs(url, account=account, mode="paper", bankroll=Cash.parse(bankroll), segments=segments)


def test_segments_come_back_in_order_and_once(database: str) -> None:
    _store(database, "sim:recording:may", SECOND, FIRST)
    _store(database, "sim:recording:may", FIRST)
    assert load_epochs(database, "sim:recording:may") == [FIRST, SECOND]
    assert load_epochs(database, "sim:synthetic:7") == []


def test_the_account_chosen_last_is_the_newest(database: str) -> None:
    for account in ("sim:synthetic:7", "sim:synthetic:8", "sim:synthetic:7"):
        _store(database, account, FIRST)
    with psycopg2.connect(database) as db, db.cursor() as cursor:
        cursor.execute("select account from desk.accounts order by chosen_at desc limit 1")
        assert cursor.fetchone() == ("sim:synthetic:7",)
    db.close()


def test_the_opening_bankroll_is_written_once(database: str) -> None:
    _store(database, "sim:synthetic:7", bankroll="50")
    _store(database, "sim:synthetic:7", bankroll="90")
    with psycopg2.connect(database) as db, db.cursor() as cursor:
        cursor.execute("select initial_bankroll_dollars::text from desk.accounts")
        assert cursor.fetchall() == [("50.000000",)]
    db.close()
