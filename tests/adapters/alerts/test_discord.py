import json

import httpx
import pytest

from kalshi_desk.adapters.alerts.discord import ATTEMPTS, DiscordWebhook
from kalshi_desk.errors import SinkAway
from tests.wire.test_discord import alert

URL = "https://discord.test/api/v10/webhooks/1/secret"


class Discord:
    """Answers as scripted, then with 204; remembers what it was sent."""

    def __init__(self, *answers):
        self.answers, self.posts = list(answers), []

    def __call__(self, request):
        self.posts.append(json.loads(request.content))
        answer = self.answers.pop(0) if self.answers else 204
        if isinstance(answer, Exception):
            raise answer
        return answer if isinstance(answer, httpx.Response) else httpx.Response(answer)


def webhook(discord):
    return DiscordWebhook(URL, footer="paper", transport=httpx.MockTransport(discord), pace_s=0.0)


async def test_alerts_are_posted_in_order():
    discord = Discord()
    sink = webhook(discord)
    await sink.send([alert(subject=str(number)) for number in range(12)])
    await sink.close()
    titles = [embed["title"] for post in discord.posts for embed in post["embeds"]]
    assert titles == [f"critical: {number}" for number in range(12)]


@pytest.mark.parametrize("answer", [httpx.Response(429, json={"retry_after": 0.01}), 500, httpx.ConnectError("x")])
async def test_what_passes_is_tried_again(answer):
    discord = Discord(answer)
    await webhook(discord).send([alert()])
    assert len(discord.posts) == 2


async def test_what_does_not_pass_is_given_back():
    discord = Discord(*[503] * ATTEMPTS)
    sink = webhook(discord)
    with pytest.raises(SinkAway):
        await sink.send([alert()])
    assert (sink.alive, len(discord.posts)) == (True, ATTEMPTS)


@pytest.mark.parametrize("status", [401, 403, 404])
async def test_a_webhook_that_is_gone_is_asked_once(status):
    discord = Discord(status)
    sink = webhook(discord)
    await sink.send([alert()] * 30)
    assert (sink.alive, len(discord.posts)) == (False, 1)


async def test_what_it_calls_malformed_is_left_out_and_the_rest_sent(capsys):
    discord = Discord(httpx.Response(400, json={"code": 50035, "message": "Invalid Form Body"}))
    await webhook(discord).send([alert()] * 11)
    assert len(discord.posts) == 2
    assert "secret" not in "".join(capsys.readouterr())
