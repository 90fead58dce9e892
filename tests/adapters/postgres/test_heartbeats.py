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
