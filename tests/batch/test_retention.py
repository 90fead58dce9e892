import os
from contextlib import closing
from datetime import UTC, datetime, timedelta

import pytest

from kalshi_desk.adapters.postgres.connection import connect
from kalshi_desk.batch.retention import BULK, drop_logs, drop_old
from tests.batch.test_desk import open_account

DAY = timedelta(days=1)
RUN_AFTER = datetime(2036, 3, 1, 0, 0, 10, tzinfo=UTC)


def execute(database, statement, *values):
    with closing(connect(database, "test")) as db, db, db.cursor() as cursor:
        cursor.execute(statement, values)
        return cursor.fetchall() if cursor.description else []


def days(database, table):
    found = "select right(inhrelid::regclass::text, 8) from pg_inherits where inhparent = %s::regclass order by 1"
    return [day for (day,) in execute(database, found, f"desk.{table}")]


@pytest.mark.embedded
def test_bulk_of_old_days_goes_and_the_record_stays(paper_desk):
    open_account(paper_desk)
    for day in ("2036-01-30", "2036-01-31", "2036-02-29"):
        execute(paper_desk, "select ensure_day(%s)", day)
    rows = "insert into pages values ('d', 'sim:synthetic:7', %s, 0, '{}', %s)"
    for at in ("2036-01-30 23:59Z", "2036-01-31Z"):
        execute(paper_desk, rows, at, at)
    execute(paper_desk, rows.replace("synthetic:7", "synthetic:8"), "2036-01-01Z", "2036-01-01Z")
    inputs = "insert into inputs values ('sim:synthetic:7', 'd', %s, '')"
    for at in ("2036-01-30 23:59Z", "2036-01-31Z"):
        execute(paper_desk, inputs, at)
    dropped = drop_old(RUN_AFTER, DAY)
    assert dropped == {
        "partitions": len(BULK),
        "listings": 0,
        "pages": 1,
        "watchlists": 0,
        "discovery_refusals": 0,
        "inputs": 1,
    }
    for table in BULK:
        assert days(paper_desk, table) == ["20360131", "20360229"], table
    for table in ("signals", "equity"):
        assert days(paper_desk, table) == ["20360130", "20360131", "20360229"], table
    assert execute(paper_desk, "select count(*) from pages") == [(2,)]
    assert execute(paper_desk, "select count(*), count(body) from inputs") == [(2, 1)]


@pytest.mark.embedded
def test_raw_listings_go_after_two_days_and_other_pages_stay(paper_desk):
    open_account(paper_desk)
    rows = "insert into pages values (%s, %s, %s, 0, '{}', %s)"
    for dag in ("market_discovery", "news_aggregation"):
        for at in ("2036-02-27 23:59Z", "2036-02-28Z"):
            execute(paper_desk, rows, dag, "sim:synthetic:7", at, at)
    execute(paper_desk, rows, "market_discovery", "sim:synthetic:8", "2036-02-01Z", "2036-02-01Z")
    assert drop_old(RUN_AFTER, DAY)["listings"] == 1
    left = execute(paper_desk, "select dag_id, count(*) from pages group by 1 order by 1")
    assert left == [("market_discovery", 2), ("news_aggregation", 2)]


@pytest.mark.embedded
def test_a_second_run_changes_nothing(paper_desk):
    open_account(paper_desk)
    execute(paper_desk, "select ensure_day('2036-01-01')")
    drop_old(RUN_AFTER, DAY)
    assert set(drop_old(RUN_AFTER, DAY).values()) == {0}


def test_logs_of_old_runs_go(tmp_path):
    for name, age_days in (("old", 40), ("new", 1)):
        folder = tmp_path / "dag_id=d" / f"run_id={name}"
        folder.mkdir(parents=True)
        at = (RUN_AFTER - age_days * DAY).timestamp()
        os.utime(folder, (at, at))
    assert drop_logs(tmp_path, RUN_AFTER - 30 * DAY) == 1
    assert [path.name for path in tmp_path.glob("*/*")] == ["run_id=new"]
