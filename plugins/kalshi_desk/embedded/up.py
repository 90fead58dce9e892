"""Start the whole desk, stage by stage, each with a real check; safe to repeat. ``make up`` runs it."""

from __future__ import annotations

import fcntl
import os
import sys
import time
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager

import click

from kalshi_desk.embedded import airflow, given, kafka, keys, parts, postgres, prepare, strays
from kalshi_desk.embedded.exits import exit_code
from kalshi_desk.embedded.free_ports import require_free
from kalshi_desk.embedded.parts import Part
from kalshi_desk.embedded.place import ROOT, Place
from kalshi_desk.embedded.supervisor import Supervisor
from kalshi_desk.errors import DeskError, SettingsError
from kalshi_desk.settings import load_settings
from kalshi_desk.wiring import addresses

HEALTHY_S = 600
POLL_S = 0.25
LISTEN_HOSTS = ("127.0.0.1", "0.0.0.0")  # noqa: S104 - its parts ask each other on the first


class Start:
    """One start of the desk at one place."""

    def __init__(self, place: Place) -> None:
        self._place, self._supervisor, self._began = place, Supervisor(place), time.monotonic()

    def run(self) -> None:
        """Bring up every part; raises DeskError naming the part that stays down."""
        self._supervise()
        with ThreadPoolExecutor(3) as pool:
            broker = pool.submit(self._start_kafka)
            self._start_postgres()
            batch = pool.submit(self._start_airflow_server)
            self._stage("migrations", prepare.schema)
            self._finish("Kafka", broker)
            self._stage("topics", prepare.topics)
            self._bring("venue", parts.venue(self._place))
            self._stage("event clock", prepare.clock)
            self._launch(parts.apps(self._place))
            self._finish("Airflow's server", batch)
            self._launch(parts.batch(self._place))
        self._bring("stream apps and page", parts.apps(self._place))
        self._bring("Airflow", parts.batch(self._place))
        self._greet()

    def _supervise(self) -> None:
        place = self._place
        place.create()
        running = self._supervisor.running()
        if swept := strays.sweep(place, self._supervisor.pid() if running else None):
            self._say(f"swept {swept} stray processes of an earlier start")
        require_free(place, self._busy() if running else set())
        given.keep(place, os.environ)
        keys.prepare(place)
        airflow.password(place)
        self._supervisor.start(part.program for part in parts.all_parts(place))
        self._say("supervisor")

    def _busy(self) -> set[str]:
        return {name for name, state in self._supervisor.states().items() if state["pid"]}

    def _start_kafka(self) -> None:
        if self._place.own_kafka:
            kafka.prepare(self._place)
            self._launch(part for part in parts.ground(self._place) if part.name == "kafka")
        self._wait("Kafka", lambda: kafka.fault(addresses.broker(self._place.settings)))

    def _start_airflow_server(self) -> None:
        """Bring up the server before the scheduler: a task that cannot reach it fails."""
        airflow.prepare(self._place)
        server = parts.batch(self._place)[0]
        self._launch([server])
        self._wait(server.name, server.fault)

    def _start_postgres(self) -> None:
        if self._place.own_postgres:
            postgres.prepare(self._place)
            self._launch(part for part in parts.ground(self._place) if part.name == "postgres")
        self._wait("Postgres", lambda: postgres.fault(addresses.database_url(self._place.settings)))
        self._say("Postgres")

    def _bring(self, stage: str, started: list[Part]) -> None:
        self._launch(started)
        for part in started:
            self._wait(part.name, part.fault)
        if started:
            self._say(stage)

    def _launch(self, started: Iterable[Part]) -> None:
        for part in started:
            self._supervisor.start_program(part.name)

    def _stage(self, stage: str, work: Callable[[Place], None]) -> None:
        work(self._place)
        self._say(stage)

    def _finish(self, stage: str, work: Future[None]) -> None:
        work.result()
        self._say(stage)

    def _wait(self, name: str, fault: Callable[[], str | None]) -> None:
        deadline = time.monotonic() + HEALTHY_S
        while (problem := fault()) is not None:
            if time.monotonic() > deadline:
                raise DeskError(f"{name} is not healthy after {HEALTHY_S} s: {problem}; {self._last_words(name)}")
            time.sleep(POLL_S)

    def _last_words(self, name: str) -> str:
        log = self._place.logs / f"{name.lower()}.log"
        text = click.unstyle(log.read_text(errors="replace")) if log.exists() else ""
        lines = [line.strip() for line in text.splitlines() if any(map(str.isalpha, line)) and line[:1] not in "|+"]
        return f"the last line of {log}: {lines[-1][:400] if lines else '(empty)'}"

    def _say(self, stage: str) -> None:
        print(f"{time.monotonic() - self._began:6.1f} s  {stage}", flush=True)

    def _greet(self) -> None:
        place = self._place
        print(f"""
The desk is up: {addresses.account(place.settings)}, {place.settings.desk_mode} mode.
  page     {parts.page_url(place)}
  Airflow  {airflow.url(place)}   admin / {airflow.password(place)}
  state    {place.home}   (make status, make logs, make psql, make down)""")


@contextmanager
def alone(place: Place) -> Iterator[None]:
    """Hold the start's lock; raises SettingsError where another start or stop is under way."""
    place.home.mkdir(parents=True, exist_ok=True)
    with (place.home / "up.lock").open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            raise SettingsError([f"another make up or make down works on {place.home}; wait for it"]) from None
        yield


def main() -> None:
    """Start the desk of this repository."""
    settings = load_settings(_env_file=ROOT / ".env")
    if settings.listen_host not in LISTEN_HOSTS:
        raise SettingsError(
            [f"LISTEN_HOST {settings.listen_host}: a whole desk listens on {' or '.join(LISTEN_HOSTS)}"]
        )
    place = Place(settings)
    with alone(place):
        Start(place).run()


if __name__ == "__main__":
    sys.exit(exit_code(main))
