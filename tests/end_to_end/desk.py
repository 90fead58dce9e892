"""A whole embedded desk at a place of its own, driven by the commands of the README."""

from __future__ import annotations

import asyncio
import os
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from datetime import datetime
from pathlib import Path
from typing import Any
from urllib.request import Request, urlopen

import psycopg2

from kalshi_desk.clock import wall_now
from kalshi_desk.embedded.parts import all_parts
from kalshi_desk.embedded.place import Place
from kalshi_desk.embedded.supervisor import Supervisor
from kalshi_desk.settings import Settings, load_settings
from kalshi_desk.wiring import addresses
from kalshi_desk.wiring.venue import trader

ROOT = Path(__file__).resolve().parents[2]
PORTS = 20


def free_base() -> int:
    """Return the first of twenty ports in a row that nobody listens on."""
    for base in range(21_000, 60_000, PORTS):
        if all(_free(base + offset) for offset in range(PORTS)):
            return base
    raise RuntimeError("no twenty free ports in a row")


def _free(port: int) -> bool:
    with closing(socket.socket()) as probe:
        return probe.connect_ex(("127.0.0.1", port)) != 0


class Desk:
    """The desk of one state folder; ``settings`` are given to ``make up`` in the environment."""

    def __init__(self, home: Path, **settings: str) -> None:
        self.home, self.base = home, free_base()
        self.environment = {**settings, "DESK_HOME": str(home), "PORT_BASE": str(self.base)}
        shown = {"FROM": "play_from"}
        fields = {shown.get(name, name).lower(): value for name, value in self.environment.items()}
        if "play_from" in fields:
            fields["FROM"] = fields.pop("play_from")
        self._fields = fields
        self.place = Place(self.settings())

    def settings(self, account: str | None = None) -> Settings:
        """Return the settings of an account, of the first where none is named."""
        return load_settings(_env_file=None, **self._fields, **({"account": account} if account else {}))

    def account(self, name: str | None = None) -> str:
        """Return an account's name in the ledger."""
        return addresses.account(self.settings(name))

    def make(self, target: str, timeout_s: float = 1_200) -> str:
        """Run a make target and return what it printed; fails with its output."""
        words = ["make", "-s", f"PYTHON={sys.executable}", *target.split()]
        return self._run(words, timeout_s)

    def cli(self, *words: str, timeout_s: float = 60) -> str:
        """Run a subcommand of ``kalshi-desk`` and return what it printed; fails with its output."""
        return self._run([sys.executable, "-m", "kalshi_desk", *words], timeout_s)

    def _run(self, words: list[str], timeout_s: float) -> str:
        environment = {**os.environ, **self.environment}
        done = subprocess.run(
            words, cwd=ROOT, env=environment, capture_output=True, text=True, timeout=timeout_s, check=False
        )
        assert done.returncode == 0, f"{words}: {done.returncode}\n{done.stdout[-3000:]}\n{done.stderr[-3000:]}"
        return done.stdout

    def url(self, offset: int) -> str:
        """Return the address of the part at ``offset`` above PORT_BASE."""
        return f"http://127.0.0.1:{self.base + offset}"

    def post(self, url: str) -> None:
        """Send an empty POST."""
        with urlopen(Request(url, method="POST"), timeout=10):
            pass

    @contextmanager
    def quiet(self) -> Iterator[None]:
        """Hold the venue's market data back meanwhile."""
        self.post(f"{self.url(2)}/pause")
        try:
            yield
        finally:
            self.post(f"{self.url(2)}/resume")

    def sql(self, query: str, *values: Any) -> list[tuple[Any, ...]]:
        """Return the rows of a query."""
        with closing(psycopg2.connect(addresses.database_url(self.place.settings))) as db, db.cursor() as cursor:
            cursor.execute("set search_path to desk")
            cursor.execute(query, values)
            return cursor.fetchall()

    def count(self, table: str) -> int:
        """Return the number of rows of a table."""
        return int(self.sql(f"select count(*) from {table}")[0][0])

    def faults(self) -> dict[str, str]:
        """Return what every unhealthy part says."""
        return {part.name: fault for part in all_parts(self.place) if (fault := part.fault()) is not None}

    def kill(self, part: str) -> Callable[[], bool]:
        """End a part as a power cut would; returns whether another process in its place says that it is well."""
        killed, began = Supervisor(self.place).states()[part]["pid"], wall_now().datetime()
        os.kill(killed, signal.SIGKILL)

        def replaced() -> bool:
            pid = Supervisor(self.place).states()[part]["pid"]
            return pid not in (0, killed) and not self.faults() and self._silent_since(began) == []

        return replaced

    def _silent_since(self, began: datetime) -> list[tuple[Any, ...]]:
        return self.sql("select process from heartbeats where observed_at < %s", began)

    def venue(self, ask: Callable[[Any], Any], account: str | None = None) -> Any:
        """Return what the venue answers to the key with which an account trades; ``ask`` takes the reads."""

        async def asked() -> Any:
            async with trader(self.settings(account)) as rest:
                return await ask(rest.reads)

        return asyncio.run(asked())

    def places(self) -> dict[tuple[str, str, str], tuple[int, int]]:
        """Return where each reader is and where its log ends, by reader, topic and partition."""
        words = [line.split() for line in self.cli("topics", "lag").splitlines()]
        return {(who, topic, part): (int(at), int(at) + int(behind)) for who, topic, part, at, behind, _ in words}

    def catch_up(self, within_s: float) -> float:
        """Wait until every reader has taken what its log holds now; return the seconds it took."""
        ends = {place: end for place, (_, end) in self.places().items()}

        def behind() -> dict[tuple[str, str, str], int]:
            return {place: ends[place] - at for place, (at, _) in self.places().items() if at < ends.get(place, 0)}

        return until(lambda: not behind(), within_s=within_s, every_s=0.5, what=lambda: self._told(behind()))

    def _told(self, behind: dict[tuple[str, str, str], int]) -> str:
        """Return who is behind where by how much, and what each of them logged last."""
        logs = {who: self.place.logs / f"{who}.log" for who, *_ in behind}
        last = [
            f"{who}:\n" + "\n".join(log.read_text().splitlines()[-20:]) for who, log in logs.items() if log.exists()
        ]
        return "\n".join([str(behind), *last])


@contextmanager
def a_desk(**settings: str) -> Iterator[Desk]:
    """Start a desk at a new place; it is gone afterwards, whatever happened.

    The place is not one of pytest's: another session of it would close that folder to Postgres's own user.
    """
    desk = Desk(Path(tempfile.mkdtemp(prefix="desk-")), **settings)
    try:
        desk.make("up")
        yield desk
    finally:
        desk.make("down WIPE=1")


def until(true: Callable[[], Any], *, within_s: float, every_s: float = 1.0, what: Callable[[], object] = str) -> float:
    """Wait until ``true`` returns something and return the seconds it took; fails with ``what`` is the matter."""
    began = time.monotonic()
    while not true():
        assert time.monotonic() - began < within_s, f"not within {within_s} s: {what()}"
        time.sleep(every_s)
    return time.monotonic() - began
