from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import pytest
from airflow.sdk.api.datamodels._generated import DagRunType
from airflow.sdk.exceptions import AirflowSkipException

from kalshi_desk.adapters.postgres.queries import queries
from kalshi_desk.batch.backfill import require_pages
from kalshi_desk.batch.desk import run_of
from tests.batch.test_desk import MINUTES_5, open_account

pytestmark = pytest.mark.embedded


@dataclass
class DagRun:
    run_type: DagRunType
    dag_id: str = "market_discovery"
    run_after: datetime = datetime(2036, 1, 1, 12, 10, 10, tzinfo=UTC)


@pytest.fixture
def desk(paper_desk):
    open_account(paper_desk)


@pytest.mark.parametrize("kind", sorted(set(DagRunType) - {DagRunType.BACKFILL}))
def test_a_run_of_the_present_goes_on(desk, kind):
    require_pages(DagRun(kind), MINUTES_5)


def test_a_backfilled_run_without_pages_skips_itself_and_says_so(desk):
    with pytest.raises(AirflowSkipException, match=r"market_discovery sees only now .* 2036-01-01 12:0[45]"):
        require_pages(DagRun(DagRunType.BACKFILL), MINUTES_5)


def test_a_backfilled_run_lives_from_the_pages_of_its_own_interval(desk):
    run = DagRun(DagRunType.BACKFILL)
    with run_of(run.run_after, MINUTES_5) as opened:
        key = {"dag_id": run.dag_id, "account": opened.account, "interval_start": opened.window.start.datetime()}
        queries("discovery").add_page(opened.connection, **key, page=0, body="{}", observed_at=opened.now.datetime())
    require_pages(run, MINUTES_5)
    with pytest.raises(AirflowSkipException):
        require_pages(DagRun(DagRunType.BACKFILL, run_after=run.run_after + timedelta(minutes=5)), MINUTES_5)
