"""Why there was no order in a market, each a page of its own at ``/why?ticker=<ticker>``."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

import psycopg2
from aiohttp import web

from kalshi_desk.domain.funnel import Why
from kalshi_desk.page.render import render_why


def add_why(app: web.Application, read: Callable[[str], Why | None]) -> None:
    """Serve what ``read`` tells of a ticker, None for one never heard of; it may block."""

    async def why(request: web.Request) -> web.StreamResponse:
        ticker = request.query.get("ticker", "").strip()
        try:
            found = await asyncio.to_thread(read, ticker)
        except psycopg2.Error:
            return web.Response(status=503, text="the database does not answer")
        if found is None:
            return web.Response(status=404, text="the desk has never seen that market")
        return web.Response(text=render_why(found), content_type="text/html")

    app.router.add_get("/why", why)
