from datetime import timedelta

import psycopg2
import pytest

from kalshi_desk.adapters.postgres.clock_epochs import store_epochs
from kalshi_desk.clock import wall_now
from kalshi_desk.domain.event_clock import ClockSegment
from kalshi_desk.domain.units import Cash, Nanos
from kalshi_desk.errors import LedgerError
from kalshi_desk.settings import load_settings
from kalshi_desk.wiring import examination
from kalshi_desk.wiring.batch_age import allowed_s, overdue, tables

ACCOUNT = "sim:synthetic:7"
HOUR_NS = 3_600 * 10**9


def test_short_periods_wait_for_runs_on_a_busy_machine():
    assert allowed_s(300, 1.0) == 900
    assert allowed_s(300, 10.0) == 3_600
    assert allowed_s(86_400, 1.0) == 2 * 86_400 + 300


@pytest.fixture
def desk(database):
    """A desk of four hours that was last started an hour ago."""
    opened = Nanos(wall_now() - 4 * HOUR_NS)
    store_epochs(database, account=ACCOUNT, mode="paper", bankroll=Cash.parse("50"),
                 segments=[ClockSegment(opened, opened, 1.0)])  # fmt: skip
    execute(database, "update desk.accounts set chosen_at = now() - interval '1 hour'")
    return load_settings(_env_file=None, database_url=database)


def execute(database, statement, *values):
    with psycopg2.connect(database) as db, db.cursor() as cursor:
        cursor.execute(statement, values)


def ran(database, name, minutes):
    at = wall_now().datetime() - timedelta(minutes=minutes)
    execute(database, "insert into desk.inputs values (%s, %s, %s, '')", ACCOUNT, name, at)


@pytest.mark.embedded
def test_what_has_missed_two_runs_is_named_with_its_table(desk, database):
    ages = {"market_discovery.held": 14, "news_aggregation": 36, "data_quality": 90, "settlement_scoring.scorecard": 90}
    for name, minutes in {**ages, "settlement_scoring.results": 1}.items():
        ran(database, name, minutes)
    assert overdue(desk) == ["articles (news_aggregation): nothing since 36 minutes, due every 15"]
    finding = examination._batch(desk)
    assert "articles (news_aggregation)" in finding.told
    assert "Airflow" in finding.remedy
    ran(database, "news_aggregation", 1)
    assert examination._batch(desk).remedy is None


@pytest.mark.embedded
def test_a_dag_that_never_ran_is_as_old_as_the_account_and_a_new_start_is_waited_for(desk, database):
    assert [each.split(" ")[0] for each in overdue(desk)] == [
        "watchlist", "articles", "estimate_scores", "quality_checks",
    ]  # fmt: skip
    execute(database, "update desk.accounts set chosen_at = now() - interval '9 minutes'")
    assert overdue(desk) == []


@pytest.mark.embedded
def test_a_further_account_goes_by_the_batch_work_of_the_desk(desk, database, tmp_path):
    file = tmp_path / "accounts.toml"
    file.write_text('share = "0.5"\n[[account]]\nname = "second"\nshare = "0.5"\ninitial_bankroll = 50\n')
    opened = Nanos(wall_now() - 4 * HOUR_NS)
    store_epochs(database, account=f"{ACCOUNT}/second", mode="paper", bankroll=Cash.parse("50"),
                 segments=[ClockSegment(opened, opened, 1.0)])  # fmt: skip
    second = load_settings(_env_file=None, database_url=database, accounts=str(file), account="second")
    execute(database, "update desk.accounts set chosen_at = now() - interval '1 hour'")
    for name in tables(second):
        ran(database, name, 1)
    ran(database, "market_discovery.held", 1)
    ran(database, "settlement_scoring.scorecard", 1)
    assert overdue(second) == []


@pytest.mark.embedded
def test_before_the_first_start_there_is_no_account(database):
    with pytest.raises(LedgerError):
        overdue(load_settings(_env_file=None, database_url=database))


def test_every_table_is_one_of_the_desks_dags():
    written = tables(load_settings(_env_file=None, scan_interval=600))
    assert len({table for table, _ in written.values()}) == len(written)
    assert written["market_discovery"] == ("watchlist", 600.0)
