"""The simulated venue as one process: state from disk, web application, and the loop that plays the market."""

from __future__ import annotations

import asyncio
import signal
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path

import msgspec
import structlog
from aiohttp import web

from kalshi_desk.clock import ClockSegment, ScaledClock, wall_now
from kalshi_desk.domain.message import Decoder
from kalshi_desk.domain.units import NANOS, Cash, Nanos
from kalshi_desk.errors import SettingsError
from kalshi_desk.venue_double import (
    account_routes,
    control_routes,
    market_routes,
    model_routes,
    news_routes,
    order_routes,
    sockets,
    transfer_routes,
    webhook_routes,
)
from kalshi_desk.venue_double.buckets import TokenBucket
from kalshi_desk.venue_double.control_routes import revoked
from kalshi_desk.venue_double.exchange import Exchange
from kalshi_desk.venue_double.faults import load_faults
from kalshi_desk.venue_double.guard import KEYS, READ, ROOT, SOCKETS, VENUE, WRITE, guard
from kalshi_desk.venue_double.model_routes import ASKED, Asked
from kalshi_desk.venue_double.news_routes import PRESS, Press
from kalshi_desk.venue_double.segments import go_on, plan
from kalshi_desk.venue_double.signatures import KeyRing
from kalshi_desk.venue_double.sources import Source
from kalshi_desk.venue_double.spot_feeds import PROTOCOLS
from kalshi_desk.venue_double.store import Store
from kalshi_desk.venue_double.venue import Venue
from kalshi_desk.venue_double.webhook_routes import POSTS, Posts

WAKE_S, SAVE_S, AT_ONCE = 0.008, 2.0, 2_000
log = structlog.get_logger()


class SavedClock(msgspec.Struct):
    """What is kept of the clock: its segments and the wall time at which the venue was last alive."""

    segments: list[ClockSegment]
    alive: Nanos


_saved_clock: Decoder[SavedClock] = Decoder(SavedClock, "venue clock")
_instant: Decoder[Nanos] = Decoder(Nanos, "venue instant")


@dataclass(frozen=True)
class VenueOptions:
    """How to run the venue: ``state`` is its SQLite file, ``speed`` event seconds a wall second."""

    state: Path
    bankroll: Cash
    speed: float
    faults: Path | None = None


def open_venue(source: Source, options: VenueOptions) -> Venue:
    """Return the venue where it stopped, or a new one; raises DeskError for files that cannot be used."""
    store, wall = Store(options.state, source.account), wall_now()
    saved, instant = store.fact("clock"), store.fact("now")
    if saved is None:
        begins = Nanos(wall + source.lead_s * NANOS)
        segments = plan(begins, source.first_instant(wall), speed=options.speed, silences=source.silences)
    else:
        kept = _saved_clock(saved)
        segments = go_on(kept.segments, kept.alive, wall, speed=options.speed, silences=source.silences)
    clock = ScaledClock(segments)
    venue = Venue(source, clock, Exchange(store, options.bankroll), load_faults(options.faults), segments)
    at = clock.now() if instant is None else _instant(instant)
    venue.begin(at, store.fact("source"))
    save(venue)
    return venue


def save(venue: Venue) -> None:
    """Write down how far the venue has come: clock, instant and source."""
    store, state = venue.exchange.store, venue.source.save()
    with store.transaction():
        store.put_fact("clock", SavedClock(venue.segments, wall_now()))
        store.put_fact("now", venue.exchange.now)
        if state is not None:
            store.put_fact("source", state)


async def play(venue: Venue) -> None:
    """Play the market for ever, in wakes of a few milliseconds, and save every two seconds."""
    saved = told = 0.0
    loop = asyncio.get_running_loop()
    while True:
        done = venue.step(AT_ONCE)
        if done and loop.time() - saved > SAVE_S:
            save(venue)
            saved = loop.time()
        if venue.source.ended and not told:
            log.info("recording.ended", account=venue.source.account, at=str(venue.exchange.now))
            told = loop.time()
        await asyncio.sleep(WAKE_S if done else 0)


async def beat(venue: Venue) -> None:
    """Send the exchanges' heartbeats once a second, unless the market data is paused."""
    while True:
        await asyncio.sleep(1.0)
        now = venue.clock.now()
        for name, clients in venue.spot.clients.items():
            for client in clients if not venue.paused else ():
                for frame in PROTOCOLS[name].heartbeat(client, now):
                    client.send(frame)


def application(venue: Venue, keys: KeyRing) -> web.Application:
    """Return the web application of a venue; it plays while the application runs."""
    app = web.Application(middlewares=[guard])
    app[VENUE], app[KEYS], app[READ], app[WRITE] = venue, keys, TokenBucket(), TokenBucket()
    app[SOCKETS] = {}
    keys.revoked |= revoked(venue.exchange.store)
    for routes in (market_routes.ROUTES, account_routes.ROUTES, order_routes.ROUTES, transfer_routes.ROUTES):
        app.add_routes([web.RouteDef(one.method, ROOT + one.path, one.handler, one.kwargs) for one in routes])
    app[ASKED], app[POSTS], app[PRESS] = Asked(), Posts(), Press()
    for routes in (
        sockets.ROUTES,
        control_routes.ROUTES,
        news_routes.ROUTES,
        model_routes.ROUTES,
        webhook_routes.ROUTES,
    ):
        app.add_routes(routes)
    app.cleanup_ctx.append(_playing)
    return app


async def _playing(app: web.Application) -> AsyncIterator[None]:
    venue = app[VENUE]
    tasks = [asyncio.create_task(play(venue)), asyncio.create_task(beat(venue))]
    for task in tasks:
        task.add_done_callback(_dead)
    yield
    for task in tasks:
        task.remove_done_callback(_dead)
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)
    venue.step()
    save(venue)
    venue.exchange.store.close()


def _dead(task: asyncio.Task[None]) -> None:
    """End the process when the market cannot be played on: the supervisor starts it again."""
    if not task.cancelled() and (fault := task.exception()) is not None:
        log.error("venue.failed", exc_info=fault)
        signal.raise_signal(signal.SIGTERM)


async def serve(venue: Venue, keys: KeyRing, port: int, *, host: str = "127.0.0.1") -> None:
    """Serve until SIGTERM or SIGINT; raises SettingsError where the port is taken."""
    stop = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    runner = web.AppRunner(application(venue, keys), access_log=None, shutdown_timeout=1.0)
    try:
        await runner.setup()
        await web.TCPSite(runner, host, port).start()
        log.info("venue.ready", account=venue.source.account, port=port, event_time=str(venue.clock.now()))
        await stop.wait()
    except OSError as fault:
        raise SettingsError([f"port {port} of {host}: {fault.strerror}"]) from fault
    finally:
        await runner.cleanup()
    log.info("venue.stopped", event_time=str(venue.exchange.now))
