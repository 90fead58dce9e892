import asyncio

import aiohttp


async def test_clock_health_pause_and_resume(start):
    running = await start(speed=10)
    async with aiohttp.ClientSession(running.root) as session:
        clock = await (await session.get("/clock")).json()
        assert clock["account"] == "sim:synthetic:7"
        assert clock["segments"][0]["speed"] == 10.0
        await session.post("/pause")
        first = await (await session.get("/healthz")).json()
        await asyncio.sleep(0.3)
        second = await (await session.get("/healthz")).json()
        assert first["messages"] == second["messages"]
        assert second["behind_s"] > 1
        await session.post("/resume")
        await asyncio.sleep(0.3)
        third = await (await session.get("/healthz")).json()
        assert third["messages"] > second["messages"]
        assert not third["paused"]
