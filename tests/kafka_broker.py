"""An Apache Kafka of this test session, started by the embedded desk's own recipe."""

import os
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from kalshi_desk.adapters.kafka.admin import create_topics
from kalshi_desk.adapters.kafka.broker import Broker
from kalshi_desk.embedded import kafka
from kalshi_desk.embedded.place import Place
from kalshi_desk.settings import load_settings
from tests.embedded.conftest import free_base

COINS = ("BTC", "ETH")
START_S = 240.0  # a busy machine is slow, not wrong


@contextmanager
def running_broker() -> Iterator[Broker]:
    """Start a broker with every topic; stop it and drop its records at the end."""
    if given := os.environ.get("TEST_KAFKA_BOOTSTRAP"):
        create_topics(Broker(given), COINS)
        yield Broker(given)
        return
    with tempfile.TemporaryDirectory(prefix="desk-kafka-", ignore_cleanup_errors=True) as folder:
        place = Place(load_settings(_env_file=None, desk_home=Path(folder), port_base=free_base()))
        place.create()
        kafka.prepare(place)
        with (place.logs / "kafka.log").open("ab") as log:
            process = subprocess.Popen(kafka.program(place).command, stdout=log, stderr=log)
        try:
            broker = Broker(f"127.0.0.1:{place.port(4)}")
            _wait(broker)
            create_topics(broker, COINS)
            yield broker
        finally:
            process.terminate()
            process.wait(20)


def _wait(broker: Broker) -> None:
    host, _, port = broker.bootstrap.partition(":")
    deadline = time.monotonic() + START_S
    while True:
        try:
            with socket.create_connection((host, int(port)), 1):
                break
        except OSError:
            if time.monotonic() > deadline:
                pytest.fail(f"Kafka does not listen at {broker.bootstrap}")
            time.sleep(0.2)
    assert kafka.fault(broker) is None
