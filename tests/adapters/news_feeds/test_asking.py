import asyncio
import gzip
import logging

import pytest
import stamina
from aiohttp import web

from kalshi_desk.adapters.news_feeds.asking import MOST_BYTES, Answer, Ask, Earlier, Source, answers, open_client
from kalshi_desk.errors import SourceAway, SourceError
from tests.news_host import running_host

KEY = "s3cret-key-of-32-characters-abcd"


@pytest.fixture(autouse=True)
def quick_retries():
    with stamina.set_testing(True, attempts=3, cap=True):
        yield


@pytest.fixture
def host():
    with running_host() as running:
        yield running


async def ask(host, *asks: Ask, earlier: dict[str, Earlier] | None = None, refusal=lambda body: "") -> list:
    source = Source("testing", 0.01, asks or [Ask("a", f"{host.root}/a")], refusal)
    async with open_client("owner@desk.test") as client:
        return [outcome async for _, outcome in answers(client, source, earlier or {})]


async def test_a_body_with_what_makes_the_next_request_conditional(host):
    host.replies["/a"] = lambda request: web.Response(body=b"news", headers={"ETag": '"7"', "Last-Modified": "Fri"})
    assert await ask(host) == [Answer(b"news", '"7"', "Fri")]
    (request,) = host.asked
    assert "owner@desk.test" in request.headers["User-Agent"]
    assert "If-None-Match" not in request.headers


async def test_what_has_not_changed_is_not_sent_again(host):
    host.replies["/a"] = 304
    assert await ask(host, earlier={"a": Earlier('"7"', "Fri")}) == [Answer(None, '"7"', "Fri")]
    (request,) = host.asked
    assert (request.headers["If-None-Match"], request.headers["If-Modified-Since"]) == ('"7"', "Fri")


@pytest.mark.parametrize("status", [500, 502, 503, 504])
async def test_a_source_that_is_away_is_asked_three_times(host, status):
    host.replies["/a"] = status
    (fault,) = await ask(host)
    assert isinstance(fault, SourceAway)
    assert (str(fault), len(host.asked)) == (f"testing: HTTP {status}", 3)


@pytest.mark.parametrize("status", [400, 401, 403, 404, 410, 429])
async def test_a_definite_no_is_not_argued_with(host, status):
    host.replies["/a"] = status
    (fault,) = await ask(host, refusal=lambda body: "rateLimited")
    assert type(fault) is SourceError
    assert (fault.problem, len(host.asked)) == (f"HTTP {status} rateLimited", 1)


async def test_one_request_that_fails_stops_no_other(host):
    host.replies["/b"] = b"fine"
    fault, fine = await ask(host, Ask("a", f"{host.root}/a"), Ask("b", f"{host.root}/b"))
    assert isinstance(fault, SourceError)
    assert fine == Answer(b"fine")


async def test_nobody_listens(host):
    (fault,) = await ask(host, Ask("a", "http://127.0.0.1:9/a"))
    assert (str(fault), type(fault)) == ("testing: ConnectError", SourceAway)


async def test_no_answer_in_time(host, monkeypatch):
    async def slow(request):
        await asyncio.sleep(2)

    monkeypatch.setattr("kalshi_desk.adapters.news_feeds.asking.REQUEST_S", 0.1)
    host.replies["/a"] = slow
    (fault,) = await ask(host)
    assert type(fault) is SourceAway
    assert "Timeout" in fault.problem


async def test_a_body_is_read_up_to_two_megabytes(host):
    host.replies["/a"] = b"x" * MOST_BYTES
    host.replies["/b"] = b"x" * (MOST_BYTES + 1)
    fine, fault = await ask(host, Ask("a", f"{host.root}/a"), Ask("b", f"{host.root}/b"))
    assert len(fine.body) == MOST_BYTES
    assert fault.problem == f"longer than {MOST_BYTES} bytes"


async def test_packed_bodies_are_unpacked_and_bombs_are_not(host):
    packed = {"Content-Encoding": "gzip"}
    host.replies["/a"] = lambda request: web.Response(body=gzip.compress(b"news " * 100), headers=packed)
    host.replies["/b"] = lambda request: web.Response(body=gzip.compress(bytes(50_000_000)), headers=packed)
    host.replies["/c"] = lambda request: web.Response(body=b"no gzip at all", headers=packed)
    host.replies["/d"] = lambda request: web.Response(body=b"x", headers={"Content-Encoding": "br"})
    fine, *faults = await ask(host, *[Ask(name, f"{host.root}/{name}") for name in "abcd"])
    assert fine.body == b"news " * 100
    assert [fault.problem.split()[0] for fault in faults] == ["longer", "broken", "packed"]


async def test_a_key_is_in_no_log_error_or_stored_answer(host, caplog):
    caplog.set_level(logging.DEBUG)
    host.replies["/a"] = lambda request: web.Response(text=f"you sent {request.query['api_token']}")
    host.replies["/b"] = lambda request: web.Response(status=401, text=f"bad key {KEY}")
    host.replies["/c"] = lambda request: web.Response(status=302, headers={"Location": f"http://127.0.0.1:9/{KEY}"})
    asks = [Ask(name, f"{host.root}/{name}", params={"api_token": KEY}, key=KEY) for name in "abc"]
    gone = Ask("d", "http://127.0.0.1:9/d", params={"api_token": KEY}, headers={"X-Api-Key": KEY}, key=KEY)
    outcomes = await ask(host, *asks, gone)
    assert outcomes[0].body == b"you sent ***"
    assert KEY not in caplog.text + repr(outcomes) + repr([str(each) for each in outcomes])
    assert all(KEY not in repr(fault.__cause__) for fault in outcomes[1:])
    assert outcomes[2].problem == "HTTP 302"  # a key follows nobody to another host
    assert KEY not in f"{gone.address} {asks[0].address}"


async def test_feeds_that_have_moved_are_followed(host):
    host.replies["/a"] = lambda request: web.Response(status=301, headers={"Location": "/b"})
    host.replies["/b"] = b"moved"
    assert (await ask(host))[0].body == b"moved"


async def test_requests_keep_their_distance(host):
    host.replies["/a"] = b"x"
    source = Source("testing", 0.2, [Ask("a", f"{host.root}/a")] * 3)
    began = asyncio.get_running_loop().time()
    async with open_client("owner@desk.test") as client:
        assert len([outcome async for outcome in answers(client, source, {})]) == 3
    assert asyncio.get_running_loop().time() - began >= 0.35
