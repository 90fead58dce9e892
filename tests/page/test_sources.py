import asyncio

import pytest
from pydantic import SecretStr

from kalshi_desk.adapters.kafka import topics
from kalshi_desk.adapters.kafka.producer import Publisher
from kalshi_desk.adapters.postgres.clock_epochs import store_epochs
from kalshi_desk.clock import wall_now
from kalshi_desk.domain.event_clock import ClockSegment
from kalshi_desk.domain.units import Cash, Nanos
from kalshi_desk.page import sources
from kalshi_desk.page.sources import Sources
from kalshi_desk.settings import Settings
from tests.page import sample

pytestmark = pytest.mark.embedded


def settings(**changes):
    return Settings(_env_file=None, **changes)


async def eventually(holds, within_s=20.0):
    async with asyncio.timeout(within_s):
        while not holds():
            await asyncio.sleep(0.05)


async def stop(*jobs):
    for job in jobs:
        job.cancel()
    await asyncio.gather(*jobs, return_exceptions=True)


@pytest.fixture(autouse=True)
def hurry(monkeypatch):
    monkeypatch.setattr(sources, "READ_EVERY_S", 0.1)
    monkeypatch.setattr(sources, "AGAIN_S", 0.1)


async def test_the_tables_are_read_once_the_clock_is_known(database):
    found = Sources(settings(database_url=SecretStr(database), seed=99))
    job = asyncio.create_task(found.read_tables())
    await eventually(lambda: found.facts().tables_fault is not None)
    assert "no clock" in found.facts().tables_fault
    segment = ClockSegment(Nanos(wall_now() - 10**9), sample.NOW, 10.0)
    store_epochs(database, account="sim:synthetic:99", mode="paper", bankroll=Cash.parse("50"), segments=[segment])
    await eventually(lambda: found.facts().tables is not None)
    facts = found.facts()
    assert (facts.tables_fault, facts.speed) == (None, 10.0)
    assert facts.now > sample.NOW
    await stop(job)


async def test_a_database_that_is_away_is_said():
    found = Sources(settings(database_url=SecretStr("postgresql://desk@127.0.0.1:9/desk")))
    job = asyncio.create_task(found.read_tables())
    await eventually(lambda: "refused" in (found.facts().tables_fault or ""))
    await stop(job)


async def test_the_topics_are_followed_and_broken_records_passed_over(broker):
    found = Sources(settings(kafka_bootstrap=broker.bootstrap))
    publisher = await Publisher(broker, ("BTC", "ETH")).start()
    await publisher.publish(topics.CONTROL, "pause:crypto", sample.PAUSE)
    job = asyncio.create_task(found.follow_topics())
    await eventually(lambda: found.facts().topics_read)
    live = found.facts().live
    assert live.switches["pause", "crypto"].reason == sample.PAUSE.reason
    await publisher._producer.send(topics.SIGNALS.name, b"junk", partition=0)
    await publisher.publish(topics.MARKS, sample.ACCOUNT, sample.equity())
    await publisher.publish(topics.CRYPTO_INPUTS, "BTC", sample.trade("BTC", "kraken", "91239.40", 0))
    await publisher.publish(topics.CRYPTO_INPUTS, "BTC", sample.book("ONLY-IN-INPUTS", "0.4", "0.5"))
    await publisher.publish(topics.BOOKS, sample.BTC15, sample.book(sample.BTC15, "0.4", "0.5"))
    await eventually(lambda: live.equity and ("BTC", "kraken") in live.spot and sample.BTC15 in live.view.books)
    assert "ONLY-IN-INPUTS" not in live.view.books
    await stop(job)
    await publisher.publish(topics.CONTROL, "pause:crypto", None)
    await publisher.stop()


async def test_a_broker_that_is_away_is_said():
    found = Sources(settings(kafka_bootstrap="127.0.0.1:9"))
    job = asyncio.create_task(found.follow_topics())
    await eventually(lambda: "KafkaConnectionError" in (found.facts().topics_fault or ""))
    assert not found.facts().topics_read
    await stop(job)
