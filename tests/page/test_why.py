import psycopg2
import pytest
from aiohttp.test_utils import TestClient, TestServer

from kalshi_desk.domain.funnel import explained
from kalshi_desk.page.hub import Hub
from kalshi_desk.page.server import Desk, page_app
from kalshi_desk.page.why import add_why
from tests.domain.test_funnel import refusal, session
from tests.page import facts as f
from tests.steps.desk import TICKER, order_event

EVIL = "<img src=x>"


def read(ticker):
    if ticker == "broken":
        raise psycopg2.OperationalError("away")
    messages, order = session()
    told = refusal("gate", EVIL, also=(EVIL,), value=EVIL)
    return explained([*messages, told, order_event(order, "canceled")]).get(ticker)


@pytest.fixture
async def client():
    app = page_app(Desk(f.facts, None, Hub(f.facts), frozenset({"127.0.0.1"}), "secret"))
    add_why(app, read)
    async with TestClient(TestServer(app)) as client:
        yield client


async def test_a_market_is_explained_with_its_funnel_and_reasons(client):
    answer = await client.get("/why", params={"ticker": f" {TICKER} "})
    text = await answer.text()
    assert answer.status == 200
    for part in (TICKER, "<b>11</b> seen", "<b>1</b> allowed", "no edge", "1 canceled: no reason told"):
        assert part in text, part
    assert EVIL not in text
    assert "default-src 'none'" in answer.headers["Content-Security-Policy"]


@pytest.mark.parametrize(("ticker", "status"), [("KXNOPE", 404), ("", 404), ("broken", 503)])
async def test_what_is_not_known_and_a_database_that_is_away(client, ticker, status):
    assert (await client.get("/why", params={"ticker": ticker})).status == status


async def test_the_desk_page_leads_there(client):
    assert 'action="/why"' in await (await client.get("/")).text()
