import aiohttp
import pytest

from kalshi_desk.venue_double.api_error import ApiError
from kalshi_desk.venue_double.webhook_routes import KEPT, check

EMBED = {"title": "Fill", "description": "bought 25", "fields": [{"name": "Fee", "value": "$0.4360"}]}


async def test_alerts_are_taken_and_the_last_hundred_listed(start):
    running = await start()
    async with aiohttp.ClientSession(running.root) as session:
        for number in range(KEPT + 5):
            async with session.post("/webhook/1/token", json={"content": f"alert {number}"}) as reply:
                assert reply.status == 204
        async with session.post("/webhook?wait=true", json={"embeds": [EMBED]}) as reply:
            assert (reply.status, (await reply.json())["embeds"]) == (200, [EMBED])
        async with session.get("/webhook") as reply:
            told = (await reply.json())["messages"]
    assert len(told) == KEPT
    assert told[-2]["content"] == f"alert {KEPT + 4}"
    assert told[-1]["embeds"] == [EMBED]


async def test_what_is_no_message_is_refused(start):
    running = await start()
    async with aiohttp.ClientSession(running.root) as session:
        async with session.post("/webhook", data=b"{") as reply:
            assert (reply.status, (await reply.json())["code"]) == (400, 50109)
        async with session.post("/webhook", json={"content": ""}) as reply:
            assert (reply.status, (await reply.json())["code"]) == (400, 50006)


@pytest.mark.parametrize(
    "body",
    [
        {"content": "x" * 2_001},
        {"embeds": [EMBED] * 11},
        {"embeds": [{"description": "x" * 4_000}, {"description": "x" * 2_001}]},
    ],
)
def test_discords_limits_hold(body):
    with pytest.raises(ApiError) as refused:
        check(body)
    assert refused.value.body["code"] == 50035
