"""The owner of the orders frozen while a standby takes over, then woken: is nothing sent twice, nothing left behind?

``python -m tests.end_to_end.standby --seed 7 --count 10``: each line says how long after the freeze the standby was
ready; the end sums up.
"""

from __future__ import annotations

import argparse
import os
import statistics
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager

import psutil

from kalshi_desk.embedded import parts
from tests.end_to_end.desk import ROOT, Desk, a_desk, until
from tests.end_to_end.ledger import decisions_sent_twice, differences

SETTLED_S, FROZEN_S, GONE_S, AGREE_S = 15, 14, 10, 90
OWNER = "order_execution"
LEASE = "select split_part(holder, ':', 2)::int, epoch from leases"
BEAT = "select state, (details ->> 'epoch')::int from heartbeats where process = 'order_execution'"
STRANDED = "select client_order_id, kind, state from intents where state in ('pending', 'sent')"


class Standby:
    """A second ``order_execution`` beside the supervised one, on a loopback address of its own; started when gone."""

    def __init__(self, desk: Desk) -> None:
        self._desk, self._process = desk, None

    def keep(self) -> None:
        """Start it where it does not run."""
        if self._process is None or self._process.poll() is not None:
            program = next(part.program for part in parts.apps(self._desk.place) if part.name == OWNER)
            own = {**self._desk.environment, **program.environment, "LISTEN_HOST": "127.0.0.2"}
            with (self._desk.place.logs / "standby.log").open("a") as log:
                self._process = subprocess.Popen(
                    program.command, cwd=ROOT, env={**os.environ, **own}, stdout=log, stderr=subprocess.STDOUT
                )

    def end(self) -> None:
        """End it."""
        if self._process is not None:
            self._process.kill()
            self._process.wait()


@contextmanager
def desk_with_standby(seed: int) -> Iterator[tuple[Desk, Standby]]:
    """Start a desk and a second ``order_execution`` beside it; both are gone afterwards, whatever happened."""
    with a_desk(SPEED="10", SEED=str(seed), WATCHLIST_SIZE="40") as desk:
        standby = Standby(desk)
        try:
            until(lambda: desk.count("fills"), within_s=600, what=lambda: "no fill yet")
            yield desk, standby
        finally:
            standby.end()


def freeze(desk: Desk, standby: Standby) -> float:
    """Freeze the owner for 14 s, wake it, see it end, and compare ledger and venue; returns the seconds of the wait."""
    standby.keep()
    time.sleep(SETTLED_S)
    ((owner, epoch),) = desk.sql(LEASE)
    took = _frozen(desk, psutil.Process(owner), epoch)
    with desk.quiet():
        desk.catch_up(within_s=30)
        until(lambda: not desk.sql(STRANDED), within_s=AGREE_S, what=lambda: desk.sql(STRANDED))
        until(lambda: not differences(desk), within_s=AGREE_S, every_s=2, what=lambda: differences(desk)[:5])
        assert decisions_sent_twice(desk) == []
    return took


def _frozen(desk: Desk, owner: psutil.Process, epoch: int) -> float:
    """Return the seconds until the standby was ready; the owner sleeps for 14 s, and ends when it wakes."""
    began = time.monotonic()
    owner.suspend()
    try:
        took = until(lambda: _ready_since(desk, epoch), within_s=FROZEN_S, every_s=0.1, what=lambda: desk.sql(LEASE))
        time.sleep(max(0.0, FROZEN_S - (time.monotonic() - began)))
    finally:
        owner.resume()
    until(lambda: _ended(owner), within_s=GONE_S, every_s=0.1, what=lambda: f"{owner} goes on")
    return took


def _ready_since(desk: Desk, epoch: int) -> bool:
    ((state, current),) = desk.sql(BEAT)
    return state == "ready" and current is not None and current > epoch


def _ended(process: psutil.Process) -> bool:
    return not process.is_running() or process.status() == psutil.STATUS_ZOMBIE


def main() -> None:
    """Freeze as often as the command line asks for, one line each."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seed", type=int, default=7)
    parser.add_argument("--count", type=int, default=10)
    asked = parser.parse_args()
    took: list[float] = []
    with desk_with_standby(asked.seed) as (desk, standby):
        for index in range(asked.count):
            took.append(freeze(desk, standby))
            print(f"{index}: the standby was ready {took[-1]:.1f} s after the owner froze; agreed", flush=True)
        ended = f"{desk.count('orders')} orders, {desk.count('fills')} fills, {desk.count('settlements')} settlements"
    middle, worst = statistics.median(took), max(took)
    print(f"{len(took)} times: {middle:.1f} s (median), {worst:.1f} s (worst); 0 decisions twice, 0 stranded; {ended}")


if __name__ == "__main__":
    sys.exit(main())
