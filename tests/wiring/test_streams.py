import asyncio
from contextlib import closing

import pytest
from prometheus_client import CollectorRegistry

from kalshi_desk.adapters.kafka.broker import Broker
from kalshi_desk.adapters.postgres.clock_epochs import store_epochs
from kalshi_desk.adapters.postgres.connection import connect
from kalshi_desk.clock import ClockSegment, wall_now
from kalshi_desk.domain.units import Cash, Nanos
from kalshi_desk.errors import LedgerError
from kalshi_desk.settings import load_settings
from kalshi_desk.wiring import streams
from kalshi_desk.wiring.streams import StreamProcess, stream_app
from tests.embedded.conftest import free_base

EVENT = Nanos.parse("2026-05-01T00:00:00Z")


@pytest.fixture
def settings(tmp_path, database: str, broker: Broker):
    return load_settings(
        _env_file=None, desk_home=tmp_path, port_base=free_base(), database_url=database,
        kafka_bootstrap=broker.bootstrap,
    )  # fmt: skip


def test_an_app_is_named_after_its_process() -> None:
    process = StreamProcess(load_settings(_env_file=None), "recorder")
    app = stream_app(process, producer_only=True)
    assert (app.conf.id, app.producer_only) == ("recorder", True)
    with pytest.raises(LedgerError, match="no event clock"):
        process.now()


def test_a_standby_on_the_same_machine_is_another_member_of_the_group() -> None:
    members = {
        stream_app(StreamProcess(load_settings(_env_file=None, listen_host=host), "order_execution")).conf
        for host in ("127.0.0.1", "127.0.0.2")
    }
    assert len({conf.consumer_group_instance_id for conf in members}) == 2


@pytest.mark.embedded
async def test_a_process_tells_the_event_time_and_beats(settings, database: str, monkeypatch) -> None:
    monkeypatch.setattr(streams, "start_http_server", lambda port, host: CollectorRegistry())
    process = StreamProcess(settings, "recorder")
    segment = ClockSegment(wall_now(), EVENT, 10.0)
    store_epochs(database, account=process.account, mode="paper", bankroll=Cash.parse("50"), segments=[segment])
    process.details, process.state = (lambda: {"lag": 3}), "ready"
    living = asyncio.create_task(process.live())
    async with asyncio.timeout(60):
        while not _beats(database):
            await asyncio.sleep(0.1)
    living.cancel()
    await process.stop()
    assert _beats(database) == [("recorder", "ready", {"lag": 3})]
    assert EVENT < process.now() < EVENT + 600 * 10**9


@pytest.mark.embedded
async def test_an_account_without_a_clock_does_not_start(settings, monkeypatch) -> None:
    monkeypatch.setattr(streams, "start_http_server", lambda port, host: CollectorRegistry())
    process = StreamProcess(settings, "recorder")
    with pytest.raises(LedgerError, match="no clock stored"):
        await process.start()
    await process.stop()


def _beats(database):
    with closing(connect(database, "tester")) as db, db.cursor() as cursor:
        cursor.execute("select process, state, details from desk.heartbeats")
        return cursor.fetchall()
