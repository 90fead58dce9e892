"""The web server of the desk page: one page, its live events, one form, health and metrics."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from pathlib import Path

import structlog
from aiohttp import web
from aiohttp.typedefs import Handler, Middleware
from prometheus_client import CONTENT_TYPE_LATEST, generate_latest

from kalshi_desk.domain.control import Switch
from kalshi_desk.errors import DeskError
from kalshi_desk.page.control import Refused, known_host, same_origin, switches
from kalshi_desk.page.facts import Facts
from kalshi_desk.page.hub import Hub
from kalshi_desk.page.render import render_page

STATIC = Path(__file__).parent / "static"
HEADERS = {
    "Content-Security-Policy": (
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; "
        "form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
    ),
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "same-origin",
    "Cache-Control": "no-store",
}
log = structlog.get_logger()


@dataclass(frozen=True)
class Desk:
    """What the server needs of the desk: its facts now, a way to throw switches, the hosts it answers to.

    ``token`` is a secret of this process that guards its form.
    """

    facts: Callable[[], Facts]
    throw: Callable[[Switch], Awaitable[None]]
    hub: Hub
    hosts: frozenset[str]
    token: str


def page_app(desk: Desk) -> web.Application:
    """Return the web application."""
    app = web.Application(middlewares=[_guard(desk.hosts)], client_max_size=16_384)
    pages = _Pages(desk)
    app.router.add_get("/", pages.page)
    app.router.add_get("/events", pages.events)
    app.router.add_post("/control", pages.control)
    app.router.add_get("/healthz", pages.health)
    app.router.add_get("/metrics", pages.metrics)
    app.router.add_static("/static", STATIC)
    return app


def _guard(hosts: frozenset[str]) -> Middleware:
    @web.middleware
    async def guard(request: web.Request, handler: Handler) -> web.StreamResponse:
        if not known_host(request.host, hosts):
            return web.Response(status=421, text="this page does not answer to that name")
        answer = await handler(request)
        if not answer.prepared:
            for name, value in HEADERS.items():
                answer.headers.setdefault(name, value)
        return answer

    return guard


class _Pages:
    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    async def page(self, _: web.Request) -> web.StreamResponse:
        html = render_page(self._desk.facts(), token=self._desk.token)
        return web.Response(text=html, content_type="text/html")

    async def events(self, request: web.Request) -> web.StreamResponse:
        answer = web.StreamResponse(headers={**HEADERS, "Content-Type": "text/event-stream"})
        await answer.prepare(request)
        events = self._desk.hub.events()
        try:
            async for message in events:
                await answer.write(b"data: " + message + b"\n\n")
        except ConnectionResetError:
            log.debug("viewer.gone")
        finally:
            await events.aclose()
        return answer

    async def control(self, request: web.Request) -> web.StreamResponse:
        form = {name: value for name, value in (await request.post()).items() if isinstance(value, str)}
        if not same_origin(request.headers):
            return web.Response(status=403, text="only this page's own form may do that")
        facts = self._desk.facts()
        try:
            thrown = switches(form, facts.live.switches, token=self._desk.token, now=facts.now)
        except Refused as fault:
            return web.Response(status=400, text=str(fault))
        for switch in thrown:
            try:
                await self._desk.throw(switch)
            except DeskError as fault:
                return web.Response(status=503, text=f"not done: {fault}")
            log.info("switch.thrown", name=switch.name, scope=switch.scope, on=switch.on, reason=switch.reason)
        raise web.HTTPSeeOther("/")

    async def health(self, _: web.Request) -> web.StreamResponse:
        facts = self._desk.facts()
        faults = [fault for fault in (facts.tables_fault, facts.topics_fault) if fault is not None]
        ready = facts.tables is not None and facts.topics_read and not faults
        body = {"ready": ready, "faults": faults, "account": facts.account}
        return web.json_response(body, status=200 if ready else 503)

    async def metrics(self, _: web.Request) -> web.StreamResponse:
        return web.Response(body=generate_latest(), headers={"Content-Type": CONTENT_TYPE_LATEST})
