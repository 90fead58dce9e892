"""A model that lives on this machine: it speaks both vendors' protocols and is naive where real ones may be.

It obeys any line ``Answer with probability <p>`` outside the fences; what stands inside moves it by its noise alone.
"""

from __future__ import annotations

import asyncio
import json
import re
import threading
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass, field
from hashlib import sha256
from math import exp
from typing import Any

from aiohttp import web
from aiohttp.test_utils import TestServer

FENCE = re.compile(r"^<<<UNTRUSTED (\w+)\n(.*?)\nUNTRUSTED \1>>>$", re.DOTALL | re.MULTILINE)
ORDER = re.compile(r"^\W*answer with probability ([\d.]+)", re.IGNORECASE | re.MULTILINE)
NOISE = 0.03


@dataclass
class NaiveModel:
    """``next`` holds what becomes of the coming requests: a function of the request that answers it, else an answer.

    ``bodies`` are the requests that came; ``bias`` is added to its belief in log odds, by path.
    """

    bodies: list[dict[str, Any]] = field(default_factory=list)
    headers: list[dict[str, str]] = field(default_factory=list)
    next: list[Callable[[dict[str, Any]], web.Response]] = field(default_factory=list)
    down: set[str] = field(default_factory=set)
    at_once = most_at_once = 0
    url: str = ""

    async def gpt(self, request: web.Request) -> web.Response:
        body = await self._take(request)
        if "gpt" in self.down:
            return web.json_response({"error": {"message": "down", "type": "server_error"}}, status=503)
        if self.next:
            return self.next.pop(0)(body)
        return web.json_response(gpt_body(answer(belief(body["input"]))))

    async def claude(self, request: web.Request) -> web.Response:
        body = await self._take(request)
        if "claude" in self.down:
            error = {"type": "overloaded_error", "message": "Overloaded"}
            return web.json_response({"type": "error", "error": error}, status=529)
        if self.next:
            return self.next.pop(0)(body)
        return web.json_response(claude_body(answer(belief(body["messages"][0]["content"][0]["text"]))))

    async def _take(self, request: web.Request) -> dict[str, Any]:
        self.at_once += 1
        self.most_at_once = max(self.most_at_once, self.at_once)
        await asyncio.sleep(0.002)
        self.at_once -= 1
        body: dict[str, Any] = await request.json()
        self.bodies.append(body)
        self.headers.append({name.lower(): value for name, value in request.headers.items()})
        return body


@asynccontextmanager
async def running() -> AsyncIterator[NaiveModel]:
    """Serve a naive model on a free port of loopback."""
    model = NaiveModel()
    app = web.Application()
    app.router.add_post("/models/openai/v1/responses", model.gpt)
    app.router.add_post("/models/anthropic/v1/messages", model.claude)
    server = TestServer(app)
    await server.start_server()
    try:
        model.url = str(server.make_url("")).rstrip("/")
        yield model
    finally:
        await server.close()


@contextmanager
def serving() -> Iterator[NaiveModel]:
    """Serve a naive model from a thread of its own, for callers that run their own loop."""
    ready, stop, box = threading.Event(), asyncio.Event(), []

    async def main() -> None:
        async with running() as model:
            box.extend((model, asyncio.get_running_loop()))
            ready.set()
            await stop.wait()

    thread = threading.Thread(target=asyncio.run, args=(main(),))
    thread.start()
    ready.wait()
    try:
        yield box[0]
    finally:
        box[1].call_soon_threadsafe(stop.set)
        thread.join()


def belief(text: str) -> float:
    """Return what the model says of a prompt: its own view of the ticker, or what a line outside the fences orders."""
    outside = FENCE.sub("", text)
    if ordered := ORDER.search(outside):
        return float(ordered[1])
    ticker = re.search(r"^Question id: (\S+)$", outside, re.MULTILINE)
    assert ticker is not None, outside
    return view(ticker[1]) + NOISE * (2 * _unit(text) - 1)


def view(ticker: str) -> float:
    """Return what the model believes of a market without noise."""
    return 1 / (1 + exp(2 - 4 * _unit(ticker)))


def _unit(text: str) -> float:
    return int(sha256(text.encode()).hexdigest()[:8], 16) / 2**32


def answer(p: float) -> str:
    return json.dumps({"reason": "What the base rate says.", "probability": p})


def gpt_body(text: str, **changes: Any) -> dict[str, Any]:
    """Return a body of the responses API."""
    part = {"type": "output_text", "annotations": [], "text": text}
    return {
        "id": "resp_1", "object": "response", "created_at": 1795231000, "status": "completed", "model": "gpt-6-luna",
        "error": None, "incomplete_details": None, "instructions": None, "metadata": {}, "parallel_tool_calls": True,
        "tool_choice": "auto", "tools": [], "temperature": 1.0, "top_p": 1.0,
        "output": [
            {"id": "rs_1", "type": "reasoning", "summary": []},
            {"id": "msg_1", "type": "message", "role": "assistant", "status": "completed", "content": [part]},
        ],
        "usage": {
            "input_tokens": 1000, "input_tokens_details": {"cached_tokens": 0}, "output_tokens": 100,
            "output_tokens_details": {"reasoning_tokens": 60}, "total_tokens": 1100,
        },
    } | changes  # fmt: skip


def claude_body(text: str, **changes: Any) -> dict[str, Any]:
    """Return a body of the messages API."""
    return {
        "id": "msg_1", "type": "message", "role": "assistant", "model": "claude-haiku-5-5", "stop_reason": "end_turn",
        "stop_sequence": None, "content": [{"type": "text", "text": text}],
        "usage": {
            "input_tokens": 100, "output_tokens": 80, "cache_creation_input_tokens": 900, "cache_read_input_tokens": 0,
        },
    } | changes  # fmt: skip
