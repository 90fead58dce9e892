"""Silences of a recording: stretches without any book delta or trade, which the simulated venue skips."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import msgspec
import numpy as np

from kalshi_desk.domain.units import NANOS, Nanos
from kalshi_desk.recordings.folder import Recording, numbers

SILENCE_NS = 30 * NANOS


class Span(msgspec.Struct, frozen=True):
    """From the first to the last exchange time of a recording, and its silences in order."""

    first: Nanos
    last: Nanos
    silences: tuple[tuple[Nanos, Nanos], ...]


def span(folder: Path, *, longer_than: int = SILENCE_NS) -> Span | None:
    """Return the recording's span and its silences longer than so many ns; None when it has no rows at all."""
    times = np.unique(np.concatenate([*_seconds(Recording(folder)), np.empty(0, dtype=np.int64)]))
    if not len(times):
        return None
    gaps = np.flatnonzero(np.diff(times) * NANOS > longer_than)
    pairs = ((times[place], times[place + 1]) for place in gaps)
    silences = tuple((Nanos((int(start) + 1) * NANOS), Nanos(int(end) * NANOS)) for start, end in pairs)
    return Span(Nanos(int(times[0]) * NANOS), Nanos((int(times[-1]) + 1) * NANOS), silences)


def _seconds(recording: Recording) -> Iterator[np.ndarray]:
    """Yield the whole seconds in which something happened: two days of them are small, the rows are not."""
    for name in ("book_deltas", "coinbase_trades"):
        for batch in recording.batches(name, ["exch_us"]):
            yield np.unique(numbers(batch.column("exch_us")) // 1_000_000)
