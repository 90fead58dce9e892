import asyncio

import pytest
from aiohttp.test_utils import TestClient, TestServer

from kalshi_desk.errors import DeskError
from kalshi_desk.page.hub import Hub
from kalshi_desk.page.server import Desk, page_app
from tests.page import facts as f


class Page:
    """A served page over facts that a test may change."""

    def __init__(self):
        self.changes, self.thrown = {}, []

    def facts(self):
        return f.facts(**self.changes)

    async def throw(self, switch):
        self.thrown.append(switch)


@pytest.fixture
async def page():
    page = Page()
    hub = Hub(page.facts, every_s=0.02)
    desk = Desk(page.facts, lambda switch: page.throw(switch), hub, frozenset({"127.0.0.1"}), "secret")
    job = asyncio.create_task(hub.run())
    async with TestClient(TestServer(page_app(desk))) as client:
        page.client = client
        page.origin = str(client.make_url("")).rstrip("/")
        yield page
    job.cancel()


async def post(page, headers=None, **form):
    fields = {"token": "secret", "action": "halt", "scope": "both", "reason": "storm"} | form
    sent = {"Origin": page.origin} if headers is None else headers
    return await page.client.post("/control", data=fields, headers=sent, allow_redirects=False)


async def test_page_with_its_headers(page):
    answer = await page.client.get("/")
    text = await answer.text()
    assert answer.status == 200
    assert 'name="token" value="secret"' in text
    policy = answer.headers["Content-Security-Policy"]
    assert "default-src 'none'" in policy
    assert "unsafe" not in policy
    assert answer.headers["X-Content-Type-Options"] == "nosniff"


@pytest.mark.parametrize("name", ["page.js", "page.css", "uPlot.iife.min.js", "uPlot.min.css", "icon.svg"])
async def test_static_files_are_in_the_package(page, name):
    assert (await page.client.get(f"/static/{name}")).status == 200


async def test_events_stream(page):
    async with page.client.get("/events") as answer:
        assert answer.headers["Content-Type"].startswith("text/event-stream")
        line = await asyncio.wait_for(answer.content.readline(), 5)
    assert line.startswith(b'data: {"now":')


async def test_a_switch_is_thrown_and_the_page_shown_again(page):
    answer = await post(page)
    assert (answer.status, answer.headers["Location"]) == (303, "/")
    assert [(switch.name, switch.reason) for switch in page.thrown] == [("halt", "storm")]


@pytest.mark.parametrize(
    ("headers", "form", "status"),
    [
        ({}, {}, 403),
        ({"Origin": "http://evil.test"}, {}, 403),
        (None, {"token": "wrong"}, 400),
        (None, {"reason": ""}, 400),
        (None, {"action": "explode"}, 400),
    ],
)
async def test_switches_from_elsewhere_are_refused(page, headers, form, status):
    assert (await post(page, headers, **form)).status == status
    assert page.thrown == []


async def test_a_broker_that_is_away_is_said(page):
    async def throw(_):
        raise DeskError("no Kafka")

    page.throw = throw
    answer = await post(page)
    assert (answer.status, await answer.text()) == (503, "not done: no Kafka")


async def test_a_foreign_name_gets_nothing(page):
    answer = await page.client.get("/", headers={"Host": "evil.test"})
    assert answer.status == 421


async def test_health(page):
    assert (await page.client.get("/healthz")).status == 200
    page.changes = {"topics_read": False, "topics_fault": "away"}
    answer = await page.client.get("/healthz")
    assert (answer.status, (await answer.json())["faults"]) == (503, ["away"])


async def test_metrics(page):
    answer = await page.client.get("/metrics")
    assert "python_info" in await answer.text()
