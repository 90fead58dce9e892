from contextlib import closing
from datetime import UTC, datetime, timedelta

import pytest

from kalshi_desk.adapters.postgres.clock_epochs import store_epochs
from kalshi_desk.adapters.postgres.connection import connect
from kalshi_desk.batch.desk import run_of
from kalshi_desk.domain.event_clock import ClockSegment
from kalshi_desk.domain.units import NANOS, Cash, Nanos
from kalshi_desk.errors import LedgerError
from tests.orders import ACCOUNT

pytestmark = pytest.mark.embedded
OPENED = Nanos.parse("2026-11-21T12:00:00Z")
RUN_AFTER = datetime(2026, 11, 21, 12, 10, 10, tzinfo=UTC)
MINUTES_5 = timedelta(minutes=5)


def open_account(database: str, *segments: ClockSegment) -> None:
    store_epochs(database, account=ACCOUNT, mode="paper", bankroll=Cash.parse("50"), segments=segments)


def opened_at(database: str) -> Nanos:
    with closing(connect(database, "test")) as db, db.cursor() as cursor:
        cursor.execute("select opened_at from accounts where account = %s", (ACCOUNT,))
        return Nanos.of(cursor.fetchone()[0])


def test_a_run_knows_its_window_in_event_time(paper_desk):
    open_account(paper_desk, ClockSegment(OPENED, Nanos.parse("2026-05-01T00:00:00Z"), 10.0))
    with run_of(RUN_AFTER, MINUTES_5) as run:
        assert (run.account, run.settings.seed) == (ACCOUNT, 7)
        assert run.now == run.window.end == Nanos.parse("2026-05-01T01:40:00Z")
        assert run.window.end - run.window.start == 3_000 * NANOS


def test_without_segments_event_time_is_the_wall_clock_since_the_account_opened(paper_desk):
    open_account(paper_desk)
    opened = opened_at(paper_desk)
    with run_of((opened.datetime() + timedelta(seconds=110)), timedelta(seconds=60)) as run:
        assert run.window.start == opened + 40 * NANOS
        assert run.now == opened + 100 * NANOS


@pytest.mark.parametrize("fails", [False, True])
def test_what_a_body_wrote_is_kept_only_if_it_ends_well(paper_desk, fails):
    open_account(paper_desk)
    written = "update accounts set initial_bankroll_dollars = 7"
    try:
        with run_of(RUN_AFTER, MINUTES_5) as run:
            run.connection.cursor().execute(written)
            assert not fails, "a body that raises"
    except AssertionError:
        assert fails
    with closing(connect(paper_desk, "test")) as db, db.cursor() as cursor:
        cursor.execute("select initial_bankroll_dollars from accounts")
        assert cursor.fetchone() == (50 if fails else 7,)


def test_an_account_never_opened_is_told(paper_desk):
    with pytest.raises(LedgerError, match=f"no account {ACCOUNT}"), run_of(RUN_AFTER, MINUTES_5):
        pass
