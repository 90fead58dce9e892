"""The reports of backtests, each a page of its own at ``/backtests/<run id>``."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

import psycopg2
from aiohttp import web

POLICY = "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"


def add_reports(app: web.Application, read: Callable[[str], str | None]) -> None:
    """Serve what ``read`` returns for a run id; it may block. The report has its style inside and no script at all."""

    async def report(request: web.Request) -> web.StreamResponse:
        try:
            html = await asyncio.to_thread(read, request.match_info["run_id"])
        except psycopg2.Error:
            return web.Response(status=503, text="the database does not answer")
        if html is None:
            return web.Response(status=404, text="no backtest of that name")
        return web.Response(text=html, content_type="text/html", headers={"Content-Security-Policy": POLICY})

    app.router.add_get("/backtests/{run_id}", report)
