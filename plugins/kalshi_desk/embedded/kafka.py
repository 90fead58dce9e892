"""Apache Kafka on one node: its jars from Maven Central, its configuration, its command."""

from __future__ import annotations

import base64
import socket
import subprocess
import uuid
from hashlib import sha256
from pathlib import Path

from kalshi_desk.adapters.kafka.broker import Broker
from kalshi_desk.embedded.place import TEMPLATES, Place, filled
from kalshi_desk.embedded.programs import Program
from kalshi_desk.errors import SettingsError
from kalshi_desk.wiring import addresses

JVM = (
    "-Xms96m", "-Xmx192m", "-Xss512k", "-XX:+UseSerialGC", "-XX:ReservedCodeCacheSize=48m",
    "-XX:MaxDirectMemorySize=96m", "-XX:TieredStopAtLevel=1",
)  # fmt: skip
CONTROLLER = addresses.KAFKA + 1
MAVEN_S = 300


def prepare(place: Place) -> None:
    """Fetch the jars, write the configuration and format the storage, each where it has not been done."""
    _fetch_jars(place)
    _configure(place)
    if not (_records(place) / "meta.properties").exists():
        cluster = base64.urlsafe_b64encode(uuid.uuid4().bytes).decode().rstrip("=")
        command = _java(
            place, "kafka.tools.StorageTool", "format", f"--cluster-id={cluster}", "-c", str(_configuration(place))
        )
        _run(command, place)


def program(place: Place) -> Program:
    """Return the broker's program; a changed configuration restarts it."""
    revision = sha256(_configured(place).encode()).hexdigest()[:12]
    return Program("kafka", _java(place, "kafka.Kafka", str(_configuration(place))), revision=revision, stop_s=20)


def fault(broker: Broker) -> str | None:
    """Ask the cluster for its metadata; returns what is wrong, or None."""
    from kafka import KafkaAdminClient  # slow to import
    from kafka.errors import KafkaError

    host, _, port = broker.bootstrap.split(",")[0].rpartition(":")
    try:
        # where nobody listens, the client leaks its socket
        socket.create_connection((host, int(port)), timeout=3).close()
        client = KafkaAdminClient(**broker.options(), request_timeout_ms=3000, bootstrap_timeout_ms=3000)
        try:
            return None if client.describe_cluster().get("brokers") else "the cluster has no broker"
        finally:
            client.close()
    except (KafkaError, OSError, ValueError) as failure:
        return f"no answer from {broker.bootstrap}: {failure}"


def _folder(place: Place) -> Path:
    return place.home / "kafka"


def _records(place: Place) -> Path:
    return _folder(place) / "records"


def _configuration(place: Place) -> Path:
    return _folder(place) / "server.properties"


def _configured(place: Place) -> str:
    port, controller = place.port(addresses.KAFKA), place.port(CONTROLLER)
    return filled("server.properties", port=port, controller_port=controller, records=_records(place))


def _configure(place: Place) -> None:
    _configuration(place).write_text(_configured(place))
    (_folder(place) / "log4j2.properties").write_text((TEMPLATES / "log4j2.properties").read_text())


def _java(place: Place, *arguments: str) -> tuple[str, ...]:
    logging = f"-Dlog4j2.configurationFile={_folder(place) / 'log4j2.properties'}"
    return ("java", *JVM, logging, "-cp", f"{_folder(place)}/libs/*", *arguments)


def _fetch_jars(place: Place) -> None:
    libs, stamp = _folder(place) / "libs", _folder(place) / "libs-of-pom"
    pom = TEMPLATES / "pom.xml"
    if stamp.is_file() and stamp.read_text() == pom.read_text():
        return
    libs.mkdir(parents=True, exist_ok=True)
    goal = ("dependency:copy-dependencies", f"-DoutputDirectory={libs}", "-DincludeScope=runtime")
    _run(("mvn", "-B", "-q", "-f", str(pom), *goal), place)
    stamp.write_text(pom.read_text())


def _run(command: tuple[str, ...], place: Place) -> None:
    log = place.logs / "kafka-setup.log"
    with log.open("ab") as output:
        code = subprocess.run(command, stdout=output, stderr=output, check=False, timeout=MAVEN_S).returncode
    if code:
        raise SettingsError([f"Kafka could not be prepared ({command[0]} ended with {code}); the reason is in {log}"])
