"""crypto_signals: the inputs of one underlying in, fair values, signals and refusals out.

One ordered log per underlying is its only input; all that it knows is rebuilt from there at every start.
"""

from __future__ import annotations

from asyncio import Future
from typing import Any

import structlog
from prometheus_client import Counter, Gauge

from kalshi_desk.adapters.kafka.agent import Acknowledger
from kalshi_desk.adapters.kafka.faust_app import agent_topic, lag_of
from kalshi_desk.adapters.kafka.rebuild import moved, reread_gained, within
from kalshi_desk.adapters.kafka.topics import CRYPTO_INPUTS, FAIR_VALUES, REFUSALS, SIGNALS
from kalshi_desk.domain.decisions import FairValue, Refusal, Signal
from kalshi_desk.errors import DeskError
from kalshi_desk.steps.crypto_signals import CryptoState, reduce
from kalshi_desk.wiring.addresses import settings_or_exit
from kalshi_desk.wiring.strategy import crypto_params
from kalshi_desk.wiring.streams import StreamProcess, stream_app

HORIZON_S, REBUILD_S = 1_800, 60
OUTPUTS = {FairValue: FAIR_VALUES, Signal: SIGNALS, Refusal: REFUSALS}

process = StreamProcess(settings_or_exit(), "crypto_signals", hot=True)
app = stream_app(process)
params = crypto_params(process.settings)
decode = CRYPTO_INPUTS.decoder()
acknowledger = Acknowledger()
states: dict[int, CryptoState] = {}
applied: dict[int, int] = {}
LAG = Gauge("desk_crypto_lag_records", "Records not yet acknowledged")
LAG.set_function(lambda: lag_of(app))
PUBLISHED = Counter("desk_crypto_published", "Messages published", ["kind"])
log = structlog.get_logger()
horizon_ms = round(HORIZON_S * 1_000 / process.settings.speed)
process.details = lambda: {"lag": lag_of(app)}
app.task(acknowledger.run)


def apply(record: Any) -> list[FairValue | Signal | Refusal]:
    """Reduce one record, once: a record at or before the last one applied leads to nothing."""
    if record.offset <= applied.get(record.partition, -1):
        return []
    applied[record.partition] = record.offset
    return reduce(states[record.partition], decode(record.value), params=params, seen=str(record.offset))


def apply_again(record: Any) -> None:
    """Reduce a record of the past for the state alone; what failed then fails again and is passed over."""
    try:
        apply(record)
    except DeskError:
        pass
    except Exception:
        log.exception("rebuild.passed_over", partition=record.partition, offset=record.offset)


async def publish(message: FairValue | Signal | Refusal) -> Future[Any]:
    """Hand a result over; signals are keyed by their account, all else by ticker."""
    PUBLISHED.labels(type(message).__name__).inc()
    key = message.account if isinstance(message, Signal) else message.ticker
    return await process.publisher.send(OUTPUTS[type(message)], key, message)


@app.agent(agent_topic(app, CRYPTO_INPUTS), concurrency=1)
async def price(stream: Any) -> None:
    """Price: decode, reduce, publish; acknowledged when the results are safe."""
    async for event in stream.noack().events():
        deliveries: list[Future[Any]] = []

        async def decide(record: Any = event.message, deliveries: list[Future[Any]] = deliveries) -> None:
            deliveries.extend([await publish(message) for message in apply(record)])

        await process.guard.run(event.message, decide)
        await acknowledger.put(event, deliveries)


@app.on_rebalance_complete.connect
async def rebuild(*_: Any, **__: Any) -> None:
    """Rebuild the state of every partition gained, before its first event."""
    await process.start()
    gained, lost = moved(app, CRYPTO_INPUTS.name, set(states))
    for partition in lost:
        del states[partition]
        applied.pop(partition, None)
    again = reread_gained(
        app, process.broker, gained, topic=CRYPTO_INPUTS.name, horizon_ms=horizon_ms, apply=apply_again
    )
    states.update({partition: CryptoState() for partition in gained})
    count = await within(REBUILD_S, again)
    log.info("state.rebuilt", records=count, partitions=sorted(gained))
    process.state = "ready"
