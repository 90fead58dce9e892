"""``kalshi-desk topics``: what the topics hold, what flows, who is behind, and exports for ``replay``."""

from __future__ import annotations

import sys
from contextlib import closing
from itertools import islice
from typing import IO, Any

import click
import msgspec
import psycopg2

from kalshi_desk.adapters.kafka import inspect
from kalshi_desk.adapters.kafka.topics import CRYPTO_INPUTS, TOPICS, Topic
from kalshi_desk.adapters.postgres.connection import connect
from kalshi_desk.adapters.postgres.queries import queries
from kalshi_desk.domain.units import Nanos
from kalshi_desk.errors import UnitError
from kalshi_desk.settings import Settings, load_settings
from kalshi_desk.wiring import addresses

HOUR_MS = 3_600_000


class Instant(click.ParamType):
    """An ISO 8601 instant with its zone."""

    name = "time"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Nanos:
        """Read the instant."""
        try:
            return Nanos.parse(str(value))
        except UnitError as fault:
            self.fail(str(fault), param, ctx)


class TopicName(click.ParamType):
    """A topic of the list, its version may be left out."""

    name = "topic"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Topic:
        """Find the topic."""
        found = value if isinstance(value, Topic) else TOPICS.get(value) or TOPICS.get(f"{value}.v1")
        if found is None:
            self.fail(f"unknown topic {value}; known: {', '.join(TOPICS)}", param, ctx)
        return found


FROM = click.option("--from", "start", type=Instant(), help="Records from this time on (wall clock of the record).")


@click.group("topics")
def command() -> None:
    """Look into the Kafka topics."""


@command.command("list")
def list_topics() -> None:
    """List the topics with their keys, partitions, records and how long they are kept."""
    found = inspect.sizes(addresses.broker(load_settings()), list(TOPICS.values()))
    _table("topic", "key", "partitions", "records", "kept")
    for topic in TOPICS.values():
        kept = "latest of each key" if topic.keep_ms is None else f"{topic.keep_ms // HOUR_MS} h"
        partitions, records = found.get(topic.name, ("missing", "-"))
        _table(topic.name, topic.key, str(partitions), str(records), kept)


def _table(topic: str, key: str, partitions: str, records: str, kept: str) -> None:
    click.echo(f"{topic:<24} {key:<15} {partitions:>10} {records:>10}  {kept}")


@command.command("tail")
@click.argument("topic", type=TopicName())
@click.option("--key", help="Only records of this key.")
@FROM
@click.option("--count", type=click.IntRange(1), help="Stop after so many records.")
def tail(topic: Topic, key: str | None, start: Nanos | None, count: int | None) -> None:
    """Print records as they come, one JSON line each; ends with Ctrl-C."""
    flowing = inspect.follow(addresses.broker(load_settings()), topic, from_ms=_millis(start))
    wanted = (record for record in flowing if key is None or (record.key or b"").decode() == key)
    try:
        for record in islice(wanted, count):
            click.echo(line_of(record))
    except KeyboardInterrupt:
        return


@command.command("lag")
def lag() -> None:
    """Print how far each reader is behind, by partition."""
    settings = load_settings()
    broker = addresses.broker(settings)
    found = inspect.group_lags(broker) + inspect.place_lags(broker, "recorder", _recorded(settings))
    for each in found:
        behind = max(0, each.end - each.next_offset)
        click.echo(f"{each.reader:<18} {each.topic:<24} {each.partition:>3} {each.next_offset:>10} {behind:>8} behind")


def _recorded(settings: Settings) -> dict[tuple[str, int], int]:
    try:
        with closing(connect(addresses.database_url(settings), "topics")) as db:
            rows = queries("recorder").positions(db, reader="recorder")
            return {(topic, partition): offset for topic, partition, offset in rows}
    except psycopg2.OperationalError as fault:
        click.echo(f"the recorder's places are unknown: {' '.join(str(fault).split())}", err=True)
        return {}


@command.command("export")
@click.argument("file", type=click.File("wb", lazy=False))
@click.option("--topic", type=TopicName(), default=CRYPTO_INPUTS.name, show_default=True)
@FROM
@click.option("--to", "end", type=Instant(), help="Records before this time.")
def export(file: IO[bytes], topic: Topic, start: Nanos | None, end: Nanos | None) -> None:
    """Write a topic to FILE (- for the screen) as JSON lines with partition and offset, in order; values unchanged."""
    broker = addresses.broker(load_settings())
    count = 0
    for record in inspect.records(broker, topic, from_ms=_millis(start), to_ms=_millis(end)):
        file.write(line_of(record) + b"\n")
        count += 1
    print(f"{count} records of {topic.name}", file=sys.stderr)


def line_of(record: Any) -> bytes:
    """Return a record as a JSON line; its value's bytes stand in it as they are."""
    return msgspec.json.encode(
        {
            "topic": record.topic,
            "partition": record.partition,
            "offset": record.offset,
            "timestamp": str(Nanos(record.timestamp * 1_000_000)),
            "key": None if record.key is None else record.key.decode(),
            "value": msgspec.Raw(b"null" if record.value is None else record.value),
        }
    )


def _millis(at: Nanos | None) -> int | None:
    return None if at is None else at // 1_000_000
