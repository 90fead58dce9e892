"""kill -9 of the desk's parts at random moments, at a venue that loses replies: does the ledger stay the venue's?

``python -m tests.end_to_end.kills --seed 7 --first 0 --count 200``: kill number n depends on (seed, n) alone, so a run
that was broken off goes on with ``--first``. Each line says what was killed, how long until all was well again, and on
what ledger and venue disagree; the end sums up.
"""

from __future__ import annotations

import argparse
import json
import statistics
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from random import Random

from tests.end_to_end.desk import Desk, a_desk, until
from tests.end_to_end.ledger import decisions_sent_twice, differences

PARTS = (
    "exchange_feeds", "kalshi_feed", "crypto_signals", "order_execution", "portfolio", "recorder", "kafka", "postgres",
)  # fmt: skip
FAULTS = {"drop_reply": 0.1, "too_many_requests": 0.02, "server_error": 0.02, "duplicate_fill": 0.2}
# a worker that came back and takes nothing is seen after 18 s, then ended and started anew
WELL_S, CAUGHT_UP_S, AGREE_S = 45, 60, 90


@dataclass(frozen=True)
class Kill:
    """Kill number ``index``: of ``part``, ``after_s`` of wall time after the last one was over."""

    index: int
    part: str
    after_s: float


def kills(seed: int, first: int, count: int) -> Iterator[Kill]:
    """Yield the kills of a seed."""
    for index in range(first, first + count):
        rng = Random((seed << 20) + index)
        yield Kill(index, rng.choice(PARTS), round(rng.uniform(0.5, 6.0), 2))


@contextmanager
def desk_with_faults(seed: int, speed: str = "5") -> Iterator[Desk]:
    """Start a desk at a venue with faults; it is gone afterwards, whatever happened."""
    with tempfile.NamedTemporaryFile("w", suffix=".json") as plan:
        json.dump({"seed": seed, **FAULTS}, plan)
        plan.flush()
        with a_desk(SPEED=speed, SEED=str(seed), WATCHLIST_SIZE="40", VENUE_FAULTS=plan.name) as desk:
            until(lambda: desk.count("fills"), within_s=600, what=lambda: "no fill yet")
            yield desk


def strike(desk: Desk, kill: Kill) -> float:
    """Kill, wait until all is well, and compare ledger and venue; returns the seconds until all was well."""
    time.sleep(kill.after_s)
    took = until(desk.kill(kill.part), within_s=WELL_S, every_s=0.25, what=desk.faults)
    with desk.quiet():
        desk.catch_up(within_s=CAUGHT_UP_S)
        until(lambda: not differences(desk), within_s=AGREE_S, every_s=2, what=lambda: differences(desk)[:5])
        assert decisions_sent_twice(desk) == []
    return took


def main() -> None:
    """Run the kills that the command line asks for, one line each."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seed", type=int, default=7)
    parser.add_argument("--first", type=int, default=0)
    parser.add_argument("--count", type=int, default=200)
    asked = parser.parse_args()
    took: list[float] = []
    with desk_with_faults(asked.seed) as desk:
        for kill in kills(asked.seed, asked.first, asked.count):
            took.append(strike(desk, kill))
            print(f"{kill.index} {kill.part} after {kill.after_s} s: well in {took[-1]:.1f} s, agreed", flush=True)
        ended = f"{desk.count('orders')} orders, {desk.count('fills')} fills, {desk.count('settlements')} settlements"
    middle, worst = statistics.median(took), max(took)
    print(f"{len(took)} kills: well in {middle:.1f} s (median), {worst:.1f} s (worst); 0 decisions twice; {ended}")


if __name__ == "__main__":
    sys.exit(main())
