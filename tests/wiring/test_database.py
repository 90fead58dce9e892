import psycopg2
import pytest

from kalshi_desk.adapters.postgres.connection import connect
from kalshi_desk.errors import DeskError
from kalshi_desk.wiring.database import database_or_fault


def test_a_database_that_is_away_is_said_with_what_mends_it():
    with pytest.raises(DeskError, match=r"no database: .*; make up"), database_or_fault():
        connect("postgresql://desk@127.0.0.1:1/desk", "test")


def test_any_other_fault_stays_what_it_is():
    with pytest.raises(psycopg2.ProgrammingError), database_or_fault():
        raise psycopg2.ProgrammingError
