import asyncio

import httpx
import pytest

from kalshi_desk.adapters.kafka.announce import announce
from kalshi_desk.adapters.kafka.topics import ALERTS
from kalshi_desk.domain.units import NANOS, Nanos
from kalshi_desk.page.alerts import send_alerts, turn, watch_batch
from tests.adapters.alerts.test_discord import Discord, webhook
from tests.page import facts as f
from tests.page import sample
from tests.wire.test_discord import alert


def aged(minutes):
    listed = Nanos(sample.NOW - minutes * 60 * NANOS)
    return f.facts(tables=f.tables(listed_at=listed))


def test_airflow_falls_silent_and_comes_back():
    silent = turn(aged(16), silent=False)
    assert (silent.severity, silent.subject, silent.at) == ("critical", "Airflow is silent", sample.NOW)
    assert "no watch list for 16 minutes" in silent.text
    assert turn(aged(16), silent=True) is None
    assert turn(aged(1), silent=True).subject == "Airflow is back"
    assert turn(aged(1), silent=False) is None


def test_nothing_is_told_of_tables_that_were_not_read():
    assert turn(f.facts(tables=None), silent=True) is None


async def test_each_turn_is_told_once():
    told = []

    async def publish(alert):
        told.append(alert.subject)

    job = asyncio.create_task(watch_batch(lambda: aged(16), publish))
    await asyncio.sleep(0.05)
    job.cancel()
    assert told == ["Airflow is silent"]


@pytest.mark.embedded
async def test_what_was_sent_is_not_sent_again_after_a_restart(broker):
    subjects = ["first of two", "second of two"]
    discord = Discord()
    for subject in subjects:
        announce(broker, ALERTS, "test", alert(subject=subject))
        job = asyncio.create_task(send_alerts(broker, webhook(discord)))
        await until(lambda wanted=subject: wanted in titles(discord))
        await asyncio.sleep(0.5)
        job.cancel()
        await asyncio.gather(job, return_exceptions=True)
    assert [title for title in titles(discord) if title in subjects] == subjects


@pytest.mark.embedded
async def test_it_ends_where_the_webhook_is_gone(broker):
    announce(broker, ALERTS, "test", alert())
    await asyncio.wait_for(send_alerts(broker, webhook(Discord(httpx.Response(404)))), 30)


def titles(discord):
    return [embed["title"].removeprefix("critical: ") for post in discord.posts for embed in post["embeds"]]


async def until(true, within_s=30):
    async with asyncio.timeout(within_s):
        while not true():
            await asyncio.sleep(0.1)
