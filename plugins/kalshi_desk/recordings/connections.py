"""Which connection's book deltas stand for a market, and whether they are whole.

A connection is one (run, ticker). Its deltas are whole when the first follows a snapshot of the same connection and
every sequence number after it is there, as a delta or as a snapshot. Sessions overlap: of a market's whole connections
the one with most deltas is read (of equals the lowest run), all others are left out.
"""

from __future__ import annotations

from collections import defaultdict
from typing import Any

import msgspec
import numpy as np

from kalshi_desk.recordings.folder import Recording, numbers


class Connection(msgspec.Struct):
    """One run's view of one market."""

    run_id: int
    ticker: str
    deltas: int = 0
    last_seq: int = 0
    whole: bool = True


class Connections(msgspec.Struct, frozen=True):
    """All connections of a recording by ticker, and the rows of the delta file per ticker."""

    by_ticker: dict[str, list[Connection]]

    def chosen(self, ticker: str) -> Connection | None:
        """Return the connection that stands for the market; None when there is no whole one."""
        whole = [one for one in self.by_ticker.get(ticker, ()) if one.whole]
        return max(whole, key=lambda one: (one.deltas, -one.run_id), default=None)

    def rows(self, ticker: str) -> int:
        """Return how many delta rows the market has, over all runs."""
        return sum(one.deltas for one in self.by_ticker.get(ticker, ()))


def scan(recording: Recording) -> Connections:
    """Read the sequence columns once and return what each connection holds."""
    snapshots = _snapshot_seqs(recording)
    found: dict[tuple[int, str], Connection] = {}
    for batch in recording.batches("book_deltas", ["ticker", "run_id", "seq"], text=("ticker",)):
        _scan_batch(batch, snapshots, found)
    by_ticker: dict[str, list[Connection]] = defaultdict(list)
    for (_run, ticker), connection in sorted(found.items()):
        by_ticker[ticker].append(connection)
    return Connections(dict(by_ticker))


def _snapshot_seqs(recording: Recording) -> dict[tuple[int, str], set[int]]:
    seqs: dict[tuple[int, str], set[int]] = defaultdict(set)
    for batch in recording.batches("book_snapshots", ["ticker", "run_id", "seq"]):
        for row in batch.to_pylist():
            seqs[row["run_id"], row["ticker"]].add(row["seq"])
    return seqs


def _scan_batch(
    batch: Any, snapshots: dict[tuple[int, str], set[int]], found: dict[tuple[int, str], Connection]
) -> None:
    tickers = batch.column("ticker").dictionary.to_pylist()
    codes, runs = numbers(batch.column("ticker").indices), numbers(batch.column("run_id"))
    seqs = numbers(batch.column("seq"))
    keys = runs.astype(np.int64) * len(tickers) + codes
    for key in np.unique(keys):
        run, ticker = int(key) // len(tickers), tickers[int(key) % len(tickers)]
        connection = found.setdefault((run, ticker), Connection(run, ticker))
        _follow(connection, seqs[keys == key], snapshots.get((run, ticker), set()))


def _follow(connection: Connection, seqs: Any, snapshots: set[int]) -> None:
    expected = np.concatenate(([connection.last_seq], seqs[:-1])) + 1
    for place in np.flatnonzero(seqs != expected):
        missing = range(int(expected[place]), int(seqs[place]))
        first = connection.last_seq == 0 and place == 0
        needed = missing[-1:] if first else missing
        connection.whole &= bool(needed) and all(seq in snapshots for seq in needed)
    connection.deltas += len(seqs)
    connection.last_seq = int(seqs[-1])
