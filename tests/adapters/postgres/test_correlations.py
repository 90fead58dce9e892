from contextlib import closing

import pytest

from kalshi_desk.adapters.postgres.connection import connect
from kalshi_desk.adapters.postgres.correlations import read_correlations
from kalshi_desk.domain.units import Nanos, seconds
from tests.orders import NOW

pytestmark = pytest.mark.embedded
DAY_S = 86_400


def _store(database: str, *rows: tuple[str, str, float, int]) -> None:
    with closing(connect(database, "test")) as db, db, db.cursor() as cursor:
        for one, other, value, age_s in rows:
            at = Nanos(NOW - seconds(age_s)).datetime()
            cursor.execute("insert into desk.correlations values (%s, %s, %s, %s)", (one, other, value, at))


def test_the_newest_of_each_pair_as_known_then(database: str) -> None:
    _store(
        database, ("A", "B", 0.3, 60), ("A", "B", 0.5, DAY_S), ("A", "C", -0.4, 2 * DAY_S), ("B", "C", 0.9, 4 * DAY_S)
    )
    assert read_correlations(database, NOW) == {("A", "B"): 0.3, ("A", "C"): -0.4}
    assert read_correlations(database, Nanos(NOW - seconds(DAY_S))) == {("A", "B"): 0.5, ("A", "C"): -0.4}
