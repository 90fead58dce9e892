"""portfolio: marks, equity, loss breakers and exit signals, on each change of a book.

Its inputs but the books are read without a group from where they still matter; positions from the compacted topic.
Run: ``python -m faust -L uvloop -A stream_apps.portfolio worker --without-web -l warn``.
"""

from __future__ import annotations

from asyncio import Future
from typing import Any

from kalshi_desk.adapters.kafka.agent import Acknowledger
from kalshi_desk.adapters.kafka.faust_app import agent_topic, lag_of
from kalshi_desk.adapters.kafka.rebuild import moved, reread_gained, within
from kalshi_desk.adapters.kafka.topics import BOOKS
from kalshi_desk.wiring.addresses import settings_or_exit
from kalshi_desk.wiring.holdings import Holdings
from kalshi_desk.wiring.streams import StreamProcess, stream_app

OPEN_S, HORIZON_S, LEAST_S = 60, 330, 120  # HORIZON_S, event time: books are published again every 300 s

process = StreamProcess(settings_or_exit(), "portfolio")
horizon_ms = round(max(LEAST_S, HORIZON_S / process.settings.speed) * 1_000)
app = stream_app(process)
holdings = Holdings(process)
acknowledger = Acknowledger()
held: set[int] = set()
process.details = lambda: {"lag": lag_of(app)} | holdings.details()
app.task(acknowledger.run)


@app.agent(agent_topic(app, BOOKS), concurrency=1)
async def review(stream: Any) -> None:
    """Take each book change into account: marks, equity and breakers, and whether to sell."""
    async for event in stream.noack().events():
        deliveries: list[Future[Any]] = []

        async def take(record: Any = event.message, deliveries: list[Future[Any]] = deliveries) -> None:
            deliveries.extend(await holdings.take(record))

        await process.guard.run(event.message, take)
        await acknowledger.put(event, deliveries)


@app.timer(interval=1.0)  # type: ignore[untyped-decorator]
async def tick() -> None:
    """Mark and review what no book change has touched."""
    if holdings.opened:
        await holdings.tick()


@app.on_rebalance_complete.connect
async def rebuild(*_: Any, **__: Any) -> None:
    """Load positions, markets, books and switches before the first event."""
    await process.start()
    gained, lost = moved(app, BOOKS.name, held)
    if gained and not holdings.opened:
        await within(OPEN_S, holdings.open())
    again = reread_gained(app, process.broker, gained, topic=BOOKS.name, horizon_ms=horizon_ms, apply=holdings.remember)
    await within(OPEN_S, again)
    holdings.opened = holdings.opened or bool(gained)
    held.difference_update(lost)
    held.update(gained)
    process.state = "ready"
