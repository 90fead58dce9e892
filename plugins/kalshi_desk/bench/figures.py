"""What a benchmark finds out: durations by their median and 99th percentile."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from time import perf_counter

import msgspec
import numpy as np


class Figure(msgspec.Struct, frozen=True, kw_only=True):
    """One figure: ``p50`` and ``p99`` in milliseconds over ``n`` trials."""

    name: str
    n: int
    p50: float
    p99: float


def figure(name: str, seconds: Sequence[float]) -> Figure:
    """Sum up the durations of trials; raises ValueError for none."""
    if not seconds:
        raise ValueError(f"nothing was measured for {name}")
    p50, p99 = np.percentile(np.asarray(seconds) * 1_000, (50, 99))
    return Figure(name=name, n=len(seconds), p50=float(p50), p99=float(p99))


def durations(work: Callable[[], object], times: int) -> list[float]:
    """Return the seconds of each of ``times`` runs, after one that is not counted."""
    work()
    found = []
    for _ in range(times):
        began = perf_counter()
        work()
        found.append(perf_counter() - began)
    return found
