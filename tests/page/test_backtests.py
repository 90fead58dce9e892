import psycopg2
import pytest
from aiohttp.test_utils import TestClient, TestServer

from kalshi_desk.page.backtests import add_reports
from kalshi_desk.page.hub import Hub
from kalshi_desk.page.server import Desk, page_app
from tests.page import facts as f


def read(run_id):
    if run_id == "broken":
        raise psycopg2.OperationalError("away")
    return {"manual__2026-11-21T16:00:00+00:00": "<p>found</p>"}.get(run_id)


@pytest.fixture
async def client():
    desk = Desk(f.facts, None, Hub(f.facts), frozenset({"127.0.0.1"}), "secret")
    app = page_app(desk)
    add_reports(app, read)
    async with TestClient(TestServer(app)) as client:
        yield client


async def test_a_report_is_served_with_its_own_style_and_no_script(client):
    answer = await client.get("/backtests/manual__2026-11-21T16%3A00%3A00%2B00%3A00")
    assert (answer.status, await answer.text()) == (200, "<p>found</p>")
    policy = answer.headers["Content-Security-Policy"]
    assert policy.startswith("default-src 'none'; style-src 'unsafe-inline'")
    assert "script" not in policy
    assert answer.headers["X-Content-Type-Options"] == "nosniff"


@pytest.mark.parametrize(("run_id", "status"), [("gone", 404), ("broken", 503), ("a/b", 404)])
async def test_what_is_not_there_and_a_database_that_is_away(client, run_id, status):
    assert (await client.get(f"/backtests/{run_id}")).status == status


async def test_the_page_keeps_its_strict_policy(client):
    assert "unsafe" not in (await client.get("/")).headers["Content-Security-Policy"]
