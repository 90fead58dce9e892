"""order_execution: the one gate and the one door. Signals in; orders to the venue; everything booked.

Of the stream apps it alone holds the trading key and writes intents, orders, events, fills, positions and settlements.
Run: ``python -m faust -L uvloop -A stream_apps.order_execution worker --without-web -l warn``.
"""

from __future__ import annotations

from typing import Any

import structlog

from kalshi_desk.adapters.kafka.faust_app import agent_topic, lag_of
from kalshi_desk.adapters.kafka.rebuild import moved, within
from kalshi_desk.adapters.kafka.topics import SIGNALS
from kalshi_desk.wiring.addresses import settings_or_exit
from kalshi_desk.wiring.order_door import OrderDoor, leave
from kalshi_desk.wiring.order_tasks import run
from kalshi_desk.wiring.streams import StreamProcess, stream_app

OPEN_S = 90

process = StreamProcess(settings_or_exit(), "order_execution", hot=True)
app = stream_app(process)
door = OrderDoor(process)
held: set[int] = set()
log = structlog.get_logger()
process.details = lambda: {"lag": lag_of(app)} | door.details()


@app.agent(agent_topic(app, SIGNALS), concurrency=1)
async def gate(stream: Any) -> None:
    """Judge each signal; it is acknowledged once its order is committed or its refusal published."""
    async for event in stream.noack().events():

        async def judge(record: Any = event.message) -> None:
            await door.decide(record)

        await process.guard.run(event.message, judge)
        event.ack()


@app.task  # type: ignore[untyped-decorator]
async def work() -> None:
    """Send, cancel, listen, poll, settle and reconcile."""
    await run(door)


@app.on_rebalance_complete.connect
async def rebuild(*_: Any, **__: Any) -> None:
    """Open the door before the first signal; a worker that loses the signals ends, and starts anew as a standby."""
    await process.start()
    gained, lost = moved(app, SIGNALS.name, held)
    if lost:
        leave("signals.lost")
    if gained:
        await within(OPEN_S, open_or_end())
        held.update(gained)
        process.state = "ready"


async def open_or_end() -> None:
    """Open the door; one that cannot be opened must not go on holding the lease."""
    try:
        await door.open()
    except Exception:
        log.exception("door.not_opened")
        leave("door.not_opened")
        raise


@app.on_before_shutdown.connect
async def shut(*_: Any, **__: Any) -> None:
    """Give the lease up, so that the next process need not wait until it has run out."""
    await door.close()
