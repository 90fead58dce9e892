"""A web server of one test, on a real socket and in a thread of its own, that answers as it is told."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from typing import Any

from aiohttp import web


class NewsHost:
    """``replies`` gives by path what comes: a body, a status, or a function of the request; ``asked`` what came."""

    def __init__(self) -> None:
        self.replies: dict[str, bytes | int | Callable[[web.Request], Any]] = {}
        self.asked: list[web.Request] = []
        self.port = 0

    @property
    def root(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    async def answer(self, request: web.Request) -> web.StreamResponse:
        self.asked.append(request)
        reply = self.replies.get(request.path, 404)
        if isinstance(reply, int):
            return web.Response(status=reply)
        if isinstance(reply, bytes):
            return web.Response(body=reply)
        told = reply(request)
        return await told if isinstance(told, Awaitable) else told


@contextmanager
def running_host() -> Iterator[NewsHost]:
    """Serve on a free port until the block ends."""
    host, loop, ready = NewsHost(), asyncio.new_event_loop(), threading.Event()
    thread = threading.Thread(target=_serve, args=(host, loop, ready))
    thread.start()
    ready.wait(10)
    try:
        yield host
    finally:
        loop.call_soon_threadsafe(loop.stop)
        thread.join()


def _serve(host: NewsHost, loop: asyncio.AbstractEventLoop, ready: threading.Event) -> None:
    app = web.Application()
    app.router.add_route("*", "/{path:.*}", host.answer)
    runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.1)
    loop.run_until_complete(runner.setup())
    site = web.TCPSite(runner, "127.0.0.1", 0)
    loop.run_until_complete(site.start())
    host.port = runner.addresses[0][1]
    ready.set()
    loop.run_forever()
    loop.run_until_complete(runner.cleanup())
    loop.close()
