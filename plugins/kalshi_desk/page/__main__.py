"""The desk page: ``python -m kalshi_desk.page``."""

from __future__ import annotations

import asyncio
import secrets
from collections.abc import Awaitable, Callable
from contextlib import closing

import psycopg2
import structlog
from aiohttp import web
from prometheus_client import start_http_server

from kalshi_desk.adapters.kafka import topics
from kalshi_desk.adapters.kafka.announce import announce
from kalshi_desk.adapters.postgres.connection import connect
from kalshi_desk.adapters.postgres.heartbeats import beat
from kalshi_desk.adapters.postgres.queries import queries
from kalshi_desk.adapters.postgres.why import EVER, known, read_why
from kalshi_desk.domain.control import Alert, Switch
from kalshi_desk.domain.funnel import Why
from kalshi_desk.page import alerts
from kalshi_desk.page.backtests import add_reports
from kalshi_desk.page.data_docs import add_docs
from kalshi_desk.page.hub import Hub
from kalshi_desk.page.server import Desk, page_app
from kalshi_desk.page.sources import Sources
from kalshi_desk.page.why import add_why
from kalshi_desk.settings import Settings
from kalshi_desk.wiring import addresses
from kalshi_desk.wiring import alerts as wiring_alerts
from kalshi_desk.wiring.logs import configure_logs

NAME, BEAT_S = "desk_page", 2.0
LOOPBACK = ("127.0.0.1", "localhost", "::1")
log = structlog.get_logger()


def main() -> None:
    """Serve the page until it is told to stop."""
    settings = addresses.settings_or_exit()
    configure_logs(settings.log_level)
    sources = Sources(settings)
    hub = Hub(sources.facts)
    hosts = frozenset((*LOOPBACK, *settings.page_hosts))
    desk = Desk(sources.facts, _thrower(settings), hub, hosts, secrets.token_urlsafe(32))
    app = page_app(desk)
    add_reports(app, _reports(settings))
    add_why(app, _explainer(settings))
    add_docs(app, settings.desk_home.resolve() / "data-docs")

    async def work(_: web.Application) -> None:
        start_http_server(addresses.metrics_port(settings, NAME), settings.listen_host)
        jobs = [sources.read_tables(), sources.follow_topics(), hub.run(), _beats(settings, sources)]
        jobs.append(alerts.watch_batch(sources.facts, _teller(settings)))
        if (webhook := wiring_alerts.webhook(settings)) is not None:
            jobs.append(alerts.send_alerts(addresses.broker(settings), webhook))
        app[_JOBS] = [asyncio.create_task(job) for job in jobs]
        for job in app[_JOBS]:
            job.add_done_callback(_end_if_broken)

    app.on_startup.append(work)
    app.on_cleanup.append(_cease)
    web.run_app(
        app, host=settings.listen_host, port=addresses.port(settings, addresses.PAGE), access_log=None,
        shutdown_timeout=0.5, print=None,
    )  # fmt: skip


_JOBS: web.AppKey[list[asyncio.Task[None]]] = web.AppKey("jobs")


async def _cease(app: web.Application) -> None:
    """Cancel the jobs until they end: aiokafka swallows a cancellation while it looks for its coordinator."""
    started = app[_JOBS]
    jobs = set(started)
    while jobs:
        for job in jobs:
            job.cancel()
        _, jobs = await asyncio.wait(jobs, timeout=0.5)


def _end_if_broken(job: asyncio.Task[None]) -> None:
    """End the process when one of its jobs ends by a fault: its supervisor starts it anew."""
    if not job.cancelled() and job.exception() is not None:
        log.error("page.job_broken", exc_info=job.exception())
        raise SystemExit(70)


def _thrower(settings: Settings) -> Callable[[Switch], Awaitable[None]]:
    async def throw(switch: Switch) -> None:
        await asyncio.to_thread(announce, addresses.broker(settings), topics.CONTROL, switch.key, switch)

    return throw


def _teller(settings: Settings) -> Callable[[Alert], Awaitable[None]]:
    async def tell(alert: Alert) -> None:
        await asyncio.to_thread(announce, addresses.broker(settings), topics.ALERTS, alert.app, alert)

    return tell


def _reports(settings: Settings) -> Callable[[str], str | None]:
    def read(run_id: str) -> str | None:
        with closing(connect(addresses.database_url(settings), NAME)) as connection:
            html: str | None = queries("backtest").report(connection, run_id=run_id)
            return html

    return read


def _explainer(settings: Settings) -> Callable[[str], Why | None]:
    def explain(ticker: str) -> Why | None:
        with closing(connect(addresses.database_url(settings), NAME)) as connection:
            if not known(connection, ticker):
                return None
            return read_why(connection, account=addresses.account(settings), ticker=ticker, since=EVER)

    return explain


async def _beats(settings: Settings, sources: Sources) -> None:
    url = addresses.database_url(settings)
    while True:
        facts = sources.facts()
        state = "ready" if facts.topics_read and facts.tables is not None else "starting"
        try:
            await asyncio.to_thread(_beat, url, state)
        except psycopg2.Error as fault:
            log.warning("database.away", process=NAME, fault=str(fault).strip())
        await asyncio.sleep(BEAT_S)


def _beat(url: str, state: str) -> None:
    with closing(connect(url, NAME)) as connection:
        beat(connection, NAME, state, {})


if __name__ == "__main__":
    main()
