"""recorder: copies the topics to tables. A plain reader in batches; its place is written with the rows.

What its maker writes to tables itself is not read here: orders, fills and positions, the watch list, estimates, rungs.
"""

from __future__ import annotations

import asyncio
from contextlib import closing
from typing import Any

import psycopg2
import structlog
from prometheus_client import Counter, Gauge

from kalshi_desk.adapters.kafka import topics
from kalshi_desk.adapters.kafka.batches import assign_from, lag_of, next_batch
from kalshi_desk.adapters.kafka.reader import open_reader, partitions
from kalshi_desk.adapters.postgres.connection import connect
from kalshi_desk.adapters.postgres.recorder import Kept, RowWriter
from kalshi_desk.domain.inputs import IndexValue, SpotTrade
from kalshi_desk.errors import ParseError
from kalshi_desk.wiring.addresses import settings_or_exit
from kalshi_desk.wiring.recording import layout
from kalshi_desk.wiring.streams import StreamProcess, stream_app

TOPICS = (
    topics.CRYPTO_INPUTS, topics.BOOKS, topics.LIFECYCLE, topics.FAIR_VALUES, topics.SIGNALS, topics.REFUSALS,
    topics.MARKS, topics.ALERTS, topics.DEAD_LETTERS,
)  # fmt: skip
LARGEST, GATHER_S, RETRY_S = 5_000, 0.25, 1.0

process = StreamProcess(settings_or_exit(), "recorder")
app = stream_app(process, producer_only=True)
writer = RowWriter("recorder", layout(process.settings))
decoders = {topic.name: topic.decoder() for topic in TOPICS}
ROWS = Counter("desk_recorder_rows", "Rows written")
LAG = Gauge("desk_recorder_lag_records", "Records not yet written")
lag = [0]
process.details = lambda: {"lag": lag[0]}
log = structlog.get_logger()


@app.task  # type: ignore[untyped-decorator]
async def record() -> None:
    """Read and write for ever; a fault of the database starts over from the place that is written."""
    await process.start()
    while True:
        try:
            await copy_on()
        except (psycopg2.OperationalError, psycopg2.InterfaceError) as fault:
            log.warning("recorder.database_away", fault=str(fault).strip())
            await asyncio.sleep(RETRY_S)


async def copy_on() -> None:
    """Copy from the written place on, until the database is away."""
    wanted = [tp for t in TOPICS for tp in partitions(t.name, topics.partition_count(t, process.underlyings))]
    with closing(connect(process.database_url, "recorder")) as connection:
        places: dict[Any, int] = await asyncio.to_thread(writer.positions, connection)
        async with open_reader(process.broker) as consumer:
            assign_from(consumer, wanted, places)
            while True:
                records = await next_batch(consumer, LARGEST)
                await write([await read(record) for record in records], connection)
                places |= {(r.topic, r.partition): r.offset + 1 for r in records}
                lag[0] = lag_of(consumer, places)
                LAG.set(lag[0])
                process.state = "ready"
                await asyncio.sleep(GATHER_S)


async def read(record: Any) -> Kept:
    """Decode one record; what cannot be read becomes a dead letter and keeps its place only."""
    try:
        message = None if record.value is None else decoders[record.topic](record.value)
    except ParseError as fault:
        message = None
        await process.guard.dead_letter(fault, record)
    if record.topic == topics.CRYPTO_INPUTS.name and not isinstance(message, (SpotTrade, IndexValue)):
        message = None  # books and definitions are kept from their own topics
    return Kept(record.topic, record.partition, record.offset, record.value, message)


async def write(batch: list[Kept], connection: Any) -> None:
    """Write a batch; one that the database cannot hold is halved until the one bad message is found and set aside."""
    if not batch:
        return
    try:
        ROWS.inc(await asyncio.to_thread(writer.write, connection, batch))
    except (psycopg2.DataError, psycopg2.IntegrityError) as fault:
        if len(batch) > 1:
            await write(batch[: len(batch) // 2], connection)
            await write(batch[len(batch) // 2 :], connection)
        else:
            await set_aside(batch[0], fault, connection)


async def set_aside(kept: Kept, fault: Exception, connection: Any) -> None:
    """Publish a message that no table takes as a dead letter, and go past it."""
    await process.guard.dead_letter(fault, kept)
    await asyncio.to_thread(writer.write, connection, [kept._replace(message=None)])
