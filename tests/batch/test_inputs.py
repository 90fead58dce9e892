from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from math import inf, isnan, nan
from typing import Any

import pytest
from airflow.sdk.exceptions import AirflowSkipException

from kalshi_desk.batch.desk import run_of
from kalshi_desk.batch.inputs import forget, once
from kalshi_desk.domain.decisions import Refusal
from kalshi_desk.domain.units import Nanos, Price
from tests.batch.forecasts import HOUR, execute, open_account, run_after

pytestmark = pytest.mark.embedded
AFTER = run_after(3)


@pytest.fixture
def desk(paper_desk):
    open_account(paper_desk)
    return paper_desk


def kept(kind: Any, value: Any, *, name: str = "x", after: datetime = AFTER) -> Any:
    with run_of(after, HOUR) as run:
        return once(run, name, kind, lambda: value)


@pytest.mark.parametrize(
    ("kind", "value"),
    [
        (list[tuple[str, int, float | None]], [("a", 1, inf), ("b", 2, None), ("c", 3, 0.1 + 0.2)]),
        (dict[str, Decimal], {"cost": Decimal("1.10")}),
        (list[datetime], [datetime(2026, 11, 1, 12, 0, 0, 123_456, tzinfo=UTC)]),
        (list[date], [date(2026, 11, 1)]),
        (set[str], {"a", "b"}),
        (list[Refusal], [Refusal(at=Nanos(7), ticker="T", desk="forecast", stage="edge", reason="no_edge")]),
        (list[Price], [Price(4_900)]),
    ],
)
def test_what_was_read_first_comes_back_exactly_whatever_is_there_later(desk, kind, value):
    assert kept(kind, value) == value
    assert kept(kind, None) == value


def test_what_is_no_number_stays_none(desk):
    kept(list[float], [nan])
    assert isnan(kept(list[float], [0.0])[0])


def test_each_run_and_each_name_has_its_own(desk):
    assert kept(int, 1) == 1
    assert kept(int, 2, name="y") == 2
    assert kept(int, 3, after=AFTER + timedelta(hours=1)) == 3
    assert kept(int, 9) == 1


def test_runs_of_a_time_before_the_account_take_nothing_from_its_first_one(desk):
    before, first = (run_after(days) for days in (-2, 0.01))
    assert kept(int, 1, after=before) == 1
    assert kept(int, 2, after=first) == 2


def test_a_run_that_fails_keeps_nothing(desk):
    def fails() -> int:
        with run_of(AFTER, HOUR) as run:
            once(run, "x", int, lambda: 1)
            raise ConnectionError

    with pytest.raises(ConnectionError):
        fails()
    assert kept(int, 2) == 2


def test_what_is_forgotten_is_read_anew(desk):
    kept(int, 1)
    with run_of(AFTER, HOUR) as run:
        forget(run, "x")
        assert once(run, "x", int, lambda: 2) == 2


def test_where_retention_has_dropped_it_the_run_skips_itself(desk):
    kept(int, 1)
    execute(desk, "update desk.inputs set body = null")
    with pytest.raises(AirflowSkipException, match="RETENTION_DAYS"):
        kept(int, 2)
