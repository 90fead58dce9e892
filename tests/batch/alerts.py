"""What was published on ``alerts.v1``."""

from kalshi_desk.adapters.kafka.broker import Broker
from kalshi_desk.adapters.kafka.reader import open_reader, partitions
from kalshi_desk.adapters.kafka.topics import ALERTS
from kalshi_desk.domain.control import Alert


async def alerts(broker: Broker) -> list[Alert]:
    """Return every alert of this broker, oldest first; a tombstone is none."""
    found, decode = [], ALERTS.decoder()
    async with open_reader(broker) as consumer:
        (whole,) = partitions(ALERTS.name, 1)
        consumer.assign([whole])
        end = (await consumer.end_offsets([whole]))[whole]
        while await consumer.position(whole) < end:
            found += [record for records in (await consumer.getmany(timeout_ms=200)).values() for record in records]
    return [decode(record.value) for record in found if record.value is not None]
