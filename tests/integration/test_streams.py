"""Workers on a real broker: killed under load, nothing lost, nothing invented; one that takes nothing ends itself."""

import asyncio
import os
import subprocess
import sys
from collections import Counter
from pathlib import Path

import pytest

from kalshi_desk.adapters.kafka.agent import EXIT_CODE
from kalshi_desk.adapters.kafka.broker import Broker
from kalshi_desk.adapters.kafka.inspect import records
from kalshi_desk.adapters.kafka.producer import Publisher
from kalshi_desk.adapters.kafka.reader import committed, open_reader, partitions
from kalshi_desk.adapters.kafka.routes import send_routed
from kalshi_desk.adapters.kafka.topics import CRYPTO_INPUTS, FAIR_VALUES, REFUSALS, SIGNALS
from kalshi_desk.adapters.postgres.clock_epochs import store_epochs
from kalshi_desk.clock import ClockSegment, wall_now
from kalshi_desk.domain.message import encode
from kalshi_desk.domain.units import Cash, Nanos
from kalshi_desk.settings import load_settings
from kalshi_desk.simulation.synthetic import SyntheticMarket
from kalshi_desk.steps.crypto_signals import CryptoState, reduce
from kalshi_desk.wiring.addresses import account, coin_of_market
from kalshi_desk.wiring.strategy import crypto_params
from tests.embedded.conftest import free_base
from tests.kafka_broker import COINS, running_broker

ROOT = Path(__file__).resolve().parents[2]
START = Nanos.parse("2026-05-01T00:00:00Z")
EVENT_S, RATE, KILLS, KILL_EVERY_S, CATCH_UP_S, STANDS_STILL_S = 420, 600, 2, 5.0, 120.0, 120.0
pytestmark = pytest.mark.embedded


@pytest.fixture
def alone():
    with running_broker() as broker:
        yield broker


class Worker:
    """A worker of one app that can be killed and started again."""

    def __init__(self, app: str, environment: dict[str, str], log: Path) -> None:
        self._command = [sys.executable, "-m", "faust", "-A", app, "worker", "--without-web"]
        self._environment, self._log = os.environ | environment, log

    def start(self) -> None:
        with self._log.open("ab") as log:
            self._process = subprocess.Popen(
                [*self._command, "-l", "warn"], cwd=ROOT, env=self._environment, stdout=log, stderr=log
            )

    def ended(self, within_s: float) -> int:
        """Wait until it has ended by itself and return its exit code."""
        return self._process.wait(within_s)

    def kill(self) -> None:
        self._process.kill()
        self._process.wait()

    def stop(self) -> None:
        self._process.terminate()
        try:
            self._process.wait(15)
        except subprocess.TimeoutExpired:
            self.kill()


async def feed(broker, messages, settings, worker):
    """Publish at a steady rate and kill the worker on the way."""
    publisher = await Publisher(broker, COINS).start()
    loop = asyncio.get_running_loop()
    begun, kill_at = loop.time(), loop.time() + KILL_EVERY_S
    for number, message in enumerate(messages):
        await send_routed(publisher, message, lambda ticker: coin_of_market(settings, ticker))
        if number % 20 == 0:
            await asyncio.sleep(max(0.0, begun + number / RATE - loop.time()))
        if loop.time() > kill_at and loop.time() < begun + KILLS * KILL_EVERY_S + 2:
            worker.kill()
            worker.start()
            kill_at += KILL_EVERY_S
    await publisher.stop()


async def caught_up(broker):
    """Wait until what is committed is all there is."""
    places = partitions(CRYPTO_INPUTS.name, len(COINS))
    async with open_reader(broker) as reader:
        reader.assign(places)
        ends = await reader.end_offsets(places)
    async with asyncio.timeout(CATCH_UP_S):
        while await committed(broker, "crypto_signals", places) != ends:
            await asyncio.sleep(0.3)


def expected(broker, settings):
    """Return what one undisturbed run over the same inputs says."""
    params, decode = crypto_params(settings), CRYPTO_INPUTS.decoder()
    states = {number: CryptoState() for number in range(len(COINS))}
    said = Counter()
    for record in records(broker, CRYPTO_INPUTS, from_ms=None, to_ms=None):
        state = states[record.partition]
        said.update(map(encode, reduce(state, decode(record.value), params=params, seen=str(record.offset))))
    return said


@pytest.fixture
def environment(alone: Broker, database: str, tmp_path):
    settings = load_settings(_env_file=None)
    store_epochs(
        database, account=account(settings), mode="paper", bankroll=Cash.parse("50"),
        segments=[ClockSegment(wall_now(), START, 1.0)],
    )  # fmt: skip
    return {
        "DATABASE_URL": database, "KAFKA_BOOTSTRAP": alone.bootstrap, "DESK_HOME": str(tmp_path),
        "PORT_BASE": str(free_base()), "PYTHONPATH": str(ROOT), "SPEED": "1",
    }  # fmt: skip


def synthetic(settings):
    market = SyntheticMarket.begin(settings.seed, START)
    return market.standing() + market.advance(Nanos(START + EVENT_S * 10**9))


async def test_a_worker_killed_under_load_loses_and_invents_nothing(alone: Broker, environment, tmp_path) -> None:
    settings = load_settings(_env_file=None)
    worker = Worker("stream_apps.crypto_signals", environment, tmp_path / "worker.log")
    worker.start()
    try:
        await feed(alone, synthetic(settings), settings, worker)
        await caught_up(alone)
    finally:
        worker.stop()
    topics = (FAIR_VALUES, SIGNALS, REFUSALS)
    published = Counter(r.value for t in topics for r in records(alone, t, from_ms=None, to_ms=None))
    assert published.keys() == expected(alone, settings).keys(), (tmp_path / "worker.log").read_text()[-2000:]
    assert published.total() < 1.5 * len(published)


async def test_a_worker_that_takes_nothing_ends_itself(alone: Broker, environment, tmp_path) -> None:
    settings = load_settings(_env_file=None)
    publisher = await Publisher(alone, COINS).start()
    for message in synthetic(settings)[:50]:
        await send_routed(publisher, message, lambda ticker: coin_of_market(settings, ticker))
    await publisher.stop()
    worker = Worker("tests.integration.standing", environment, tmp_path / "worker.log")
    worker.start()
    try:
        assert await asyncio.to_thread(worker.ended, STANDS_STILL_S) == EXIT_CODE
    finally:
        worker.stop()
    assert "worker.stands_still" in (tmp_path / "worker.log").read_text()
