from contextlib import closing

import pytest

from kalshi_desk.adapters.postgres.connection import connect
from kalshi_desk.adapters.postgres.copy import copy_rows
from kalshi_desk.domain.units import Nanos

pytestmark = pytest.mark.embedded
COLUMNS = ("topic_partition", "topic_offset", "app", "severity", "subject", "body", "observed_at")
AT = Nanos.parse("2026-11-21T12:00:00.123456Z")


def row(offset, body):
    return 0, offset, "app", "info", "subject", body, AT


def _bodies(db):
    with db.cursor() as cursor:
        cursor.execute("select topic_offset, body from desk.alerts order by topic_offset")
        return cursor.fetchall()


def test_any_text_comes_back_as_it_was(database: str) -> None:
    texts = ["plain", "a\tb\nc\rd", "back\\slash \\N", "", "ünï"]
    with closing(connect(database, "tester")) as db, db:
        copy_rows(db, "alerts", COLUMNS, [row(n, text) for n, text in enumerate(texts)])
        assert _bodies(db) == list(enumerate(texts))


def test_a_row_that_is_there_stays(database: str) -> None:
    with closing(connect(database, "tester")) as db:
        with db:
            copy_rows(db, "alerts", COLUMNS, [row(1, "first")])
        with db:
            copy_rows(db, "alerts", COLUMNS, [row(1, "again"), row(2, "new")])
            copy_rows(db, "alerts", COLUMNS, [row(3, "same transaction")])
        assert _bodies(db) == [(1, "first"), (2, "new"), (3, "same transaction")]


def test_nothing_stays_of_a_transaction_that_fails(database: str) -> None:
    with closing(connect(database, "tester")) as db:
        copy_rows(db, "alerts", COLUMNS, [row(1, "x")])
        db.rollback()
        assert _bodies(db) == []
