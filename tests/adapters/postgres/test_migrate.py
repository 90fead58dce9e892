import shutil
from contextlib import closing
from decimal import Decimal
from pathlib import Path

import psycopg2
import pytest

from kalshi_desk.adapters.postgres.migrate import migrate
from kalshi_desk.errors import SettingsError

ROOT = Path(__file__).resolve().parents[3]
pytestmark = pytest.mark.embedded


def _rows(url, query):
    with closing(psycopg2.connect(url)) as db, db.cursor() as cursor:
        cursor.execute(query)
        return cursor.fetchall()


def test_each_file_is_applied_once_and_recorded(empty_database: str, tmp_path: Path) -> None:
    (tmp_path / "0001_a.sql").write_text("create table desk.a (x int);")
    assert migrate(empty_database, tmp_path) == ["0001_a.sql"]
    (tmp_path / "0002_b.sql").write_text("insert into desk.a values (5);")
    assert migrate(empty_database, tmp_path) == ["0002_b.sql"]
    assert migrate(empty_database, tmp_path) == []
    assert _rows(empty_database, "select x from desk.a") == [(5,)]
    assert _rows(empty_database, "select count(*) from desk.schema_migrations") == [(2,)]


def test_a_failing_file_leaves_nothing_behind(empty_database: str, tmp_path: Path) -> None:
    (tmp_path / "0001_a.sql").write_text("create table desk.a (x int); select no_such_function();")
    with pytest.raises(psycopg2.Error):
        migrate(empty_database, tmp_path)
    assert _rows(empty_database, "select to_regclass('desk.a')::text") == [(None,)]
    assert _rows(empty_database, "select count(*) from desk.schema_migrations") == [(0,)]


def test_a_changed_or_missing_file_is_named(empty_database: str, tmp_path: Path) -> None:
    first, second = tmp_path / "0001_a.sql", tmp_path / "0002_b.sql"
    first.write_text("select 1;")
    second.write_text("select 2;")
    migrate(empty_database, tmp_path)
    first.write_text("select 3;")
    with pytest.raises(SettingsError, match=r"0001_a.sql has changed"):
        migrate(empty_database, tmp_path)
    first.unlink()
    with pytest.raises(SettingsError, match=r"0001_a.sql has changed or is missing"):
        migrate(empty_database, tmp_path)


def test_a_folder_without_migrations_is_refused(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match="no migrations"):
        migrate("unused", tmp_path)


def test_settlements_booked_by_owner_are_netted(empty_database: str, tmp_path: Path) -> None:
    """What each owner's side was said to be paid at the end counted the pairs that the venue had paid before."""
    files = sorted((ROOT / "sql" / "migrations").glob("*.sql"))
    for file in files[:8]:
        shutil.copy(file, tmp_path)
    migrate(empty_database, tmp_path)
    with closing(psycopg2.connect(empty_database)) as db, db, db.cursor() as cursor:
        cursor.execute("insert into desk.accounts values ('a', 'paper', 50, now(), now())")
        cursor.execute("""
            insert into desk.settlements
            select 'a', ticker, 'x', value, count, 9.8, 0, revenue, 0.2, false, now(), now()
            from (values ('FLAT', 1, 0, 10), ('NO', 0.25, -6, 8.5), ('ONE', 0.25, 5.5, 1.375), ('YES', 1, 6, 10))
                as row (ticker, value, count, revenue)
        """)
    shutil.copy(files[8], tmp_path)
    netted = {"FLAT": "0", "NO": "4.5", "ONE": "1.375", "YES": "6"}
    migrate(empty_database, tmp_path)
    paid = _rows(empty_database, "select ticker, revenue_dollars, pnl_dollars from desk.settlements order by 1")
    assert paid == [(name, Decimal(revenue), Decimal("0.2")) for name, revenue in netted.items()]


def test_the_desk_schema_applies(postgres_url: str) -> None:
    tables = {name for (name,) in _rows(postgres_url, "select tablename from pg_tables where schemaname = 'desk'")}
    assert {"accounts", "intents", "orders", "fills", "settlements", "audit_log"} <= tables
