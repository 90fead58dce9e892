import subprocess
import time
from contextlib import closing

import psycopg2
import pytest

from kalshi_desk.embedded import postgres
from kalshi_desk.embedded.place import ROOT
from kalshi_desk.embedded.psql import connection
from kalshi_desk.wiring import addresses


@pytest.fixture
def server(place):
    postgres.prepare(place)
    program = postgres.program(place)
    process = subprocess.Popen(program.command, cwd=ROOT, stderr=subprocess.DEVNULL)
    url = addresses.database_url(place.settings)
    try:
        while postgres.fault(url) is not None:
            assert process.poll() is None
            time.sleep(0.05)
        yield url
    finally:
        process.send_signal(2)
        process.wait(10)


@pytest.mark.embedded
def test_it_starts_with_its_databases_and_no_superuser_over_the_network(server, place):
    with closing(psycopg2.connect(server)) as db, db.cursor() as cursor:
        cursor.execute("select current_user, rolsuper from pg_roles where rolname = current_user")
        assert cursor.fetchone() == ("desk", False)
    with closing(psycopg2.connect(server.replace("desk@", "airflow@").replace("/desk", "/airflow"))) as db:
        assert db.info.dbname == "airflow"
    assert "no pg_hba.conf entry" in postgres.fault(server.replace("desk@", "postgres@"))
    reading = closing(psycopg2.connect(connection(place)))
    with reading as db, db.cursor() as cursor, pytest.raises(psycopg2.errors.ReadOnlySqlTransaction):
        cursor.execute("create table public.x (a int)")


@pytest.mark.embedded
def test_preparing_again_keeps_the_rows(server, place):
    with closing(psycopg2.connect(server)) as db, db, db.cursor() as cursor:
        cursor.execute("create schema kept")
    postgres.prepare(place)
    with closing(psycopg2.connect(server)) as db, db.cursor() as cursor:
        cursor.execute("select count(*) from pg_namespace where nspname = 'kept'")
        assert cursor.fetchone() == (1,)


def test_a_database_that_is_away_is_told_in_one_line(place):
    fault = postgres.fault(addresses.database_url(place.settings))
    assert "refused" in fault
    assert "\n" not in fault
