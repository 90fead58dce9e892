from contextlib import closing

import psycopg2
import pytest

from kalshi_desk.adapters.postgres.connection import connect

pytestmark = pytest.mark.embedded


def _one(db, query):
    with db.cursor() as cursor:
        cursor.execute(query)
        return cursor.fetchone()[0]


def test_a_connection_has_a_name_utc_and_limits(postgres_url: str) -> None:
    with closing(connect(postgres_url, "tester", statement_s=2.5)) as db:
        assert _one(db, "select current_setting('application_name')") == "tester"
        assert _one(db, "show timezone") == "UTC"
        for limit in ("statement_timeout", "lock_timeout", "idle_in_transaction_session_timeout"):
            assert _one(db, f"show {limit}") == "2500ms"


def test_a_server_that_vanishes_is_noticed(postgres_url: str) -> None:
    with closing(connect(postgres_url, "tester", statement_s=2.5)) as db:
        set_to = db.info.dsn_parameters
        assert (set_to["tcp_user_timeout"], set_to["keepalives_idle"], set_to["keepalives_count"]) == ("2500", "5", "3")


def test_a_statement_that_takes_too_long_ends(postgres_url: str) -> None:
    with closing(connect(postgres_url, "tester", statement_s=0.1)) as db, pytest.raises(psycopg2.errors.QueryCanceled):
        _one(db, "select pg_sleep(5)")


def test_a_database_that_is_away_is_told() -> None:
    with pytest.raises(psycopg2.OperationalError):
        connect("postgresql://nobody@127.0.0.1:1/nothing", "tester")
