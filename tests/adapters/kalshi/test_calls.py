from base64 import b64decode

import httpx
import msgspec
import pytest
import stamina

from kalshi_desk.errors import OutcomeUnknown, ParseError, Rejected, Retryable
from kalshi_desk.wire.decode import Strict
from tests.adapters.kalshi import keys
from tests.adapters.kalshi.venue import Venue


class Page(msgspec.Struct):
    items: list[int]
    cursor: str = ""


parse = Strict(Page, "page")
GOOD = b'{"items": [1]}'


@pytest.fixture(autouse=True)
def quick_retries():
    with stamina.set_testing(True, attempts=4, cap=True):
        yield


async def test_reads_are_signed_over_path_without_query():
    venue = Venue(GOOD)
    async with venue.calls() as calls:
        assert (await calls.read("/x", parse, {"limit": 5, "tickers": ["A", "B"]})).items == [1]
    (request,) = venue.asked
    assert str(request.url) == "http://venue.test/trade-api/v2/x?limit=5&tickers=A&tickers=B"
    stamp = request.headers["KALSHI-ACCESS-TIMESTAMP"]
    signature = b64decode(request.headers["KALSHI-ACCESS-SIGNATURE"])
    keys.ed25519().public_key().verify(signature, f"{stamp}GET/trade-api/v2/x".encode())


@pytest.mark.parametrize(
    "fault", [(429, b'{"error":"too many requests"}'), (503, b"x"), (500, b"{}"), httpx.ReadTimeout("slow")]
)
async def test_reads_are_repeated_and_signed_anew(fault):
    venue = Venue(fault, fault, GOOD)
    async with venue.calls() as calls:
        await calls.read("/x", parse)
    stamps = [request.headers["KALSHI-ACCESS-TIMESTAMP"] for request in venue.asked]
    assert len(set(stamps)) == 3


async def test_reads_give_up():
    venue = Venue(*[(503, b"x")] * 9)
    async with venue.calls() as calls:
        with pytest.raises(Retryable):
            await calls.read("/x", parse)
    assert len(venue.asked) == 4


async def test_a_definite_no_and_an_unreadable_answer_are_not_repeated():
    venue = Venue((404, b'{"error":{"code":"market_not_found","message":"m","details":"d"}}'), b"{}")
    async with venue.calls() as calls:
        with pytest.raises(Rejected) as told:
            await calls.read("/x", parse)
        assert (told.value.code, told.value.status) == ("market_not_found", 404)
        with pytest.raises(ParseError):
            await calls.read("/x", parse)
    assert len(venue.asked) == 2


async def test_pages_until_the_cursor_is_empty():
    venue = Venue(b'{"items": [1], "cursor": "n"}', b'{"items": [], "cursor": "m"}', b'{"items": [2], "cursor": ""}')
    async with venue.calls() as calls:
        items = [item async for page in calls.pages("/x", parse, {"limit": 1}) for item in page.items]
    assert items == [1, 2]
    assert [request.url.params.get("cursor") for request in venue.asked] == [None, "n", "m"]


async def test_pages_end_when_a_cursor_repeats_itself():
    venue = Venue(*[b'{"items": [1], "cursor": "n"}'] * 5)
    async with venue.calls() as calls:
        assert len([page async for page in calls.pages("/x", parse, {})]) == 2


@pytest.mark.parametrize(
    ("answer", "kind"),
    [
        ((400, b'{"error":{"code":"invalid_price"}}'), Rejected),
        ((409, b'{"code":"order_already_exists","message":"m","details":""}'), Rejected),
        ((429, b'{"error":"too many requests"}'), Rejected),
        ((400, b"<html>"), OutcomeUnknown),
        ((500, b'{"code":"internal_server_error"}'), OutcomeUnknown),
        ((504, b""), OutcomeUnknown),
        (httpx.ReadTimeout("slow"), OutcomeUnknown),
        (httpx.ConnectError("refused"), OutcomeUnknown),
        (b"not json", OutcomeUnknown),
    ],
)
async def test_writes_are_tried_once(answer, kind):
    venue = Venue(answer)
    async with venue.calls() as calls:
        with pytest.raises(kind):
            await calls.write("POST", "/x", parse, body=b"{}")
    assert len(venue.asked) == 1


async def test_a_write_sends_its_body():
    venue = Venue((201, GOOD))
    async with venue.calls() as calls:
        assert (await calls.write("POST", "/x", parse, body=b'{"a":1}')).items == [1]
    assert venue.asked[0].content == b'{"a":1}'
    assert venue.asked[0].headers["Content-Type"] == "application/json"
