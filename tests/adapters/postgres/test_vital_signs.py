from contextlib import closing

import pytest

from kalshi_desk.adapters.postgres.connection import connect
from kalshi_desk.adapters.postgres.heartbeats import beat
from kalshi_desk.adapters.postgres.vital_signs import VitalSigns
from kalshi_desk.domain.units import Nanos
from tests.orders import ACCOUNT

pytestmark = pytest.mark.embedded
NOON = Nanos.parse("2026-11-21T12:00:00Z")


def test_heartbeats_with_their_age(database: str) -> None:
    signs = VitalSigns(database, ACCOUNT)
    assert signs.beats() == []
    with closing(connect(database, "test")) as db:
        beat(db, "kalshi_feed", "ready", {})
    ((process, state, age),) = signs.beats()
    assert (process, state) == ("kalshi_feed", "ready")
    assert 0 <= age < 60


def test_checks_that_failed_and_are_known(database: str) -> None:
    signs = VitalSigns(database, ACCOUNT)
    with closing(connect(database, "test")) as db, db, db.cursor() as cursor:
        for suite, critical, passed, known in (
            ("snapshots", True, False, "11:00Z"),
            ("markets", False, False, "11:00Z"),
            ("articles", True, True, "11:00Z"),
            ("estimates", True, False, "13:00Z"),
            ("spot_trades", True, False, "11:00Z"),
        ):
            cursor.execute(
                "insert into desk.quality_checks values (%s, %s, 'x', %s, %s, '{}', '2026-11-21 10:00Z', %s)",
                (ACCOUNT, suite, critical, passed, f"2026-11-21 {known}"),
            )
    assert signs.failed(("articles", "estimates", "markets", "snapshots"), NOON) == ["snapshots: x"]
