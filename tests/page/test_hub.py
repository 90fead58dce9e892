import asyncio
import json

from kalshi_desk.page.hub import Hub
from kalshi_desk.page.render import PARTS
from tests.page import facts as f
from tests.page import sample


async def test_first_everything_then_only_what_changed():
    live = f.live()
    hub = Hub(lambda: f.facts(live=live), every_s=0.02)
    job = asyncio.create_task(hub.run())
    events = hub.events()
    first = json.loads(await anext(events))
    assert tuple(first["parts"]) == PARTS
    assert (first["now"], first["speed"]) == (sample.NOW // 1_000_000, 1.0)
    second = json.loads(await anext(events))
    assert second["parts"] == {}
    assert "curve" not in second
    live.apply(sample.book(sample.BTC15, "0.57", "0.58"))
    third = json.loads(await anext(events))
    assert list(third["parts"]) == ["markets"]
    assert hub.viewers == 1
    await events.aclose()
    assert hub.viewers == 0
    job.cancel()


async def test_nobody_looks_nothing_is_rendered():
    asked = []
    hub = Hub(lambda: asked.append(1) or f.facts(), every_s=0.01)
    job = asyncio.create_task(hub.run())
    await asyncio.sleep(0.05)
    assert asked == []
    job.cancel()
