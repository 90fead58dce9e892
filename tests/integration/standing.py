"""A worker that lives, says that it is well, and takes nothing: what the watchdog is for."""

import asyncio

from kalshi_desk.adapters.kafka.faust_app import agent_topic
from kalshi_desk.adapters.kafka.topics import CRYPTO_INPUTS
from kalshi_desk.wiring.addresses import settings_or_exit
from kalshi_desk.wiring.streams import StreamProcess, stream_app

process = StreamProcess(settings_or_exit(), "crypto_signals")
app = stream_app(process)


@app.agent(agent_topic(app, CRYPTO_INPUTS), concurrency=1)
async def take(stream):
    async for _ in stream.noack().events():
        await asyncio.Event().wait()


@app.on_rebalance_complete.connect
async def ready(*_, **__):
    process.state = "ready"
