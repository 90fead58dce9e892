from contextlib import closing

import pytest

from kalshi_desk.adapters.postgres.connection import connect
from kalshi_desk.adapters.postgres.heartbeats import beat

pytestmark = pytest.mark.embedded


def test_the_last_sign_of_life_counts(database: str) -> None:
    with closing(connect(database, "tester")) as db:
        beat(db, "recorder", "starting", {})
        beat(db, "recorder", "ready", {"lag": 3})
        with db.cursor() as cursor:
            cursor.execute(
                "select process, state, details, now() - observed_at < interval '5 seconds' from desk.heartbeats"
            )
            assert cursor.fetchall() == [("recorder", "ready", {"lag": 3}, True)]


def test_a_standby_does_not_speak_for_the_one_that_is_ready_until_that_is_silent(database: str) -> None:
    with closing(connect(database, "tester")) as db, db.cursor() as cursor:
        beat(db, "order_execution", "ready", {"epoch": 3})
        beat(db, "order_execution", "starting", {})
        cursor.execute("select state from desk.heartbeats where process = 'order_execution'")
        assert cursor.fetchall() == [("ready",)]
        cursor.execute("update desk.heartbeats set observed_at = now() - interval '6 seconds'")
        beat(db, "order_execution", "starting", {})
        cursor.execute("select state from desk.heartbeats where process = 'order_execution'")
        assert cursor.fetchall() == [("starting",)]
